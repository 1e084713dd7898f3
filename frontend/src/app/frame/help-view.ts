import {
  Component,
  DestroyRef,
  ElementRef,
  Injector,
  afterNextRender,
  effect,
  inject,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { ArrowLeft, X } from 'lucide';
import { Desktop } from '../backend/desktop';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { Help } from './help';

/** The documentation, in a frame of its own with a way back. Its links to elsewhere open in the system's browser. */
@Component({
  selector: 'lf-help',
  imports: [Icon, MatTooltip],
  template: `
    @if (help.open()) {
      <section aria-label="Help" data-testid="help">
        <header>
          <button
            type="button"
            class="icon-button"
            aria-label="Back to the page before"
            data-testid="help-back"
            [disabled]="!visited().length"
            [matTooltip]="keys.hint('Back', 'Alt+ArrowLeft')"
            (click)="back()"
          >
            <lf-icon [icon]="icons.ArrowLeft" />
          </button>
          <h1>Help</h1>
          <button
            type="button"
            class="icon-button"
            aria-label="Close the help"
            data-testid="help-close"
            [matTooltip]="keys.hint('Close', 'Escape')"
            (click)="help.close()"
          >
            <lf-icon [icon]="icons.X" />
          </button>
        </header>
        <iframe #frame title="Documentation" (load)="loaded(frame)"></iframe>
      </section>
    }
  `,
  styles: `
    :host {
      display: contents;
    }

    section {
      grid-area: 1 / 2 / 4 / 3; /* all but the rail and the lines below */
      z-index: 1;
      display: flex;
      flex-direction: column;
      min-height: 0;
      background: var(--mat-sys-surface);
    }

    header {
      display: flex;
      align-items: center;
      gap: 8px;
      padding: 6px 12px;
      border-bottom: var(--lf-line);
      background: var(--mat-sys-surface-container-low);
    }

    h1 {
      flex: 1;
      font-size: 15px;
      line-height: 24px;
    }

    .icon-button:disabled {
      opacity: 0.4;
    }

    iframe {
      flex: 1;
      min-height: 0;
      border: 0;
    }
  `,
})
export class HelpView {
  protected readonly help = inject(Help);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { ArrowLeft, X };
  private readonly desktop = inject(Desktop);
  private readonly frame = viewChild<ElementRef<HTMLIFrameElement>>('frame');

  /** The pages that were left for others, and how far down each was. */
  protected readonly visited = signal<readonly { readonly url: string; readonly y: number }[]>([]);
  /** How far down the page is to be that is being loaded. */
  private down = 0;
  /** Has the keys of a page that is left act no more. */
  private release: (() => void) | undefined;

  constructor() {
    const injector = inject(Injector);
    effect(() => {
      const frame = this.frame()?.nativeElement;
      untracked(() => {
        if (frame) {
          frame.src = this.help.page();
          return;
        }
        this.visited.set([]);
        this.down = 0;
        this.release?.();
        this.release = undefined;
        const left = this.help.left as HTMLElement | null;
        afterNextRender({ write: () => left?.focus({ preventScroll: true }) }, { injector });
      });
    });
    inject(DestroyRef).onDestroy(() => this.release?.());
    claimKeys([
      {
        ...{ label: 'Help', key: 'F1', everywhere: true },
        run: () => {
          this.help.toggle();
        },
      },
      {
        ...{ label: 'Close the help', key: 'Escape', everywhere: true },
        enabled: () => this.help.open(),
        run: () => {
          this.help.close();
        },
      },
      {
        ...{ label: 'Back in the help', key: 'Alt+ArrowLeft', everywhere: true },
        enabled: () => this.visited().length > 0,
        run: () => {
          this.back();
        },
      },
    ]);
  }

  /** Goes back to the page, and the place in it, that was left last. */
  protected back(): void {
    const last = this.visited().at(-1);
    const window = this.frame()?.nativeElement.contentWindow;
    if (last && window) {
      this.visited.update((all) => all.slice(0, -1));
      this.down = last.y;
      this.show(window, last.url);
      window.scrollTo(0, last.y); // where the page is the same, nothing is loaded
    }
  }

  protected loaded({ contentDocument: page, contentWindow: window }: HTMLIFrameElement): void {
    if (!page?.body.childElementCount || !window) {
      return; // the empty page before the first one, to which keys would be lost
    }
    this.release?.();
    this.release = this.keys.listen(page);
    for (const type of ['click', 'auxclick'] as const) {
      page.addEventListener(type, (event) => {
        this.follow(event, window);
      });
    }
    window.scrollTo(0, this.down || window.scrollY);
    this.down = 0;
    window.focus();
  }

  /** Follows a link in place of the browser, which would have the window's own history go through these pages. */
  private follow(event: MouseEvent, window: Window): void {
    const { location, scrollY } = window;
    const link = (event.target as Element).closest('a');
    if (!link?.href || event.button === 2) {
      return; // the secondary button opens a menu
    }
    event.preventDefault();
    if (link.protocol !== location.protocol || link.host !== location.host) {
      this.desktop.browse(link.href);
      return;
    }
    this.visited.update((all) => [...all, { url: location.href, y: scrollY }]);
    this.down = 0;
    this.show(window, link.href);
  }

  /** Shows a page or a place in it. Until another page is loaded, the window has the keys. */
  private show({ location }: Window, url: string): void {
    const [from, to] = [location.href, url].map((one) => one.replace(/#.*/, ''));
    location.replace(url);
    if (from !== to) {
      this.frame()?.nativeElement.blur();
    }
  }
}
