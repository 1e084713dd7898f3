import { DOCUMENT, Service, computed, inject, signal } from '@angular/core';
import { takeUntilDestroyed } from '@angular/core/rxjs-interop';
import { NavigationSkipped, NavigationStart, Router } from '@angular/router';
import { Shortcuts } from '../keys/shortcuts';
import { Place } from './place';

/** The pages of the documentation that are about pages of the window: the first that fits. */
const pages: readonly (readonly [RegExp, string])[] = [
  [/^\/new\/source/, 'reading'],
  [/^\/new\/mapping/, 'types'],
  [/^\/(runs|sets)\//, 'rejects'],
  [/^\/connections/, 'connections'],
  [/^\/profiles/, 'profiles'],
  [/^\/settings/, 'settings'],
];

/** The documentation that comes with the program. It lies over the page of the window, which stays as it is. */
@Service()
export class Help {
  private readonly place = inject(Place);
  private readonly keys = inject(Shortcuts);
  private readonly document = inject(DOCUMENT);
  private readonly shown = signal('');

  /** The address of the page that it is opened with; "" while it is closed. */
  readonly page = this.shown.asReadonly();
  readonly open = computed(() => this.shown() !== '');
  /** What had the focus when it was opened. */
  left: Element | null = null;

  constructor() {
    // Who goes to a page of the window, or asks for the one below, wants to see it.
    inject(Router)
      .events.pipe(takeUntilDestroyed())
      .subscribe((event) => {
        if (event instanceof NavigationStart || event instanceof NavigationSkipped) {
          this.close();
        }
      });
  }

  /** Opens what is written about the page that is shown, or closes it. */
  toggle(): void {
    if (this.open()) {
      this.close();
      return;
    }
    this.closeLists();
    this.left = this.document.activeElement;
    const name = pages.find(([path]) => path.test(this.place.path()))?.[1] ?? 'contents';
    this.shown.set(`help/${name}.html`);
    this.keys.cover(true);
  }

  close(): void {
    this.shown.set('');
    this.keys.cover(false);
  }

  /** Closes menus and lists of choices, which would lie over the help, as a click beside them does. */
  private closeLists(): void {
    const behind = this.document.querySelectorAll<HTMLElement>('.cdk-overlay-backdrop');
    for (const beside of [...behind, this.document.body]) {
      beside.click();
    }
  }
}
