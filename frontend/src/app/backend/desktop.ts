import { DOCUMENT, DestroyRef, Service, inject, signal } from '@angular/core';
import { BrowserOpenURL, ClipboardSetText, EventsOn } from '../../../wailsjs/runtime/runtime';
import { Program } from './program';

/** What the desktop does to the window, as signals, and what the window asks of the desktop. */
@Service()
export class Desktop {
  private readonly files = signal<readonly string[]>([]);
  private readonly closing = signal(false);

  /** The paths of the files that were dropped last, or that the program was opened with. */
  readonly dropped = this.files.asReadonly();
  /** Whether the user asked to close the window while a job is active. */
  readonly closeRequested = this.closing.asReadonly();

  constructor() {
    const [document, program] = [inject(DOCUMENT), inject(Program)];
    const stop = new AbortController();
    // A dropped file would otherwise replace the page.
    for (const type of ['dragover', 'drop']) {
      document.addEventListener(
        type,
        (event) => {
          event.preventDefault();
        },
        { signal: stop.signal },
      );
    }
    const offs = [
      EventsOn('files-dropped', (paths: string[]) => {
        this.files.set([...paths]);
      }),
      EventsOn('close-requested', () => {
        this.closing.set(true);
      }),
    ];
    const take = async () => {
      const paths = await program.takeFiles();
      // What was dropped meanwhile is newer.
      if (paths.length && !this.files().length) {
        this.files.set(paths);
      }
    };
    void take();
    inject(DestroyRef).onDestroy(() => {
      stop.abort();
      offs.forEach((off) => {
        off();
      });
    });
  }

  /** Leaves the window open after all. */
  stayOpen(): void {
    this.closing.set(false);
  }

  /** Opens an address in the system's browser. */
  browse(url: string): void {
    BrowserOpenURL(url);
  }

  async copy(text: string): Promise<void> {
    await ClipboardSetText(text);
  }
}
