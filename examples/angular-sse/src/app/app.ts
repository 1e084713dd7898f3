import {
  ChangeDetectionStrategy,
  Component,
  type WritableSignal,
  effect,
  inject,
  signal,
} from '@angular/core';
import { DatePipe, DecimalPipe } from '@angular/common';

import { AuthService } from './auth.service';
import { CONFIG } from './config';
import { ImportService } from './import.service';

/** The whole page: who is signed in, a file to choose, and its import with the percentage and the log of bad lines. */
@Component({
  selector: 'app-root',
  templateUrl: './app.html',
  styleUrl: './app.css',
  imports: [DatePipe, DecimalPipe],
  changeDetection: ChangeDetectionStrategy.OnPush,
})
export class App {
  protected readonly auth = inject(AuthService);
  protected readonly imports = inject(ImportService);
  protected readonly origin = location.origin;
  readonly #config = inject(CONFIG);
  protected readonly api = remembered('api', this.#config.api);
  protected readonly target = remembered('target', this.#config.target);
  protected readonly file = signal<File | null>(null);
  protected readonly problem = signal('');

  constructor() {
    this.run(
      this.auth.restore().then(() => (this.auth.user() ? this.imports.restore() : undefined)),
    );
  }

  protected choose(input: HTMLInputElement): void {
    this.file.set(input.files?.[0] ?? null);
  }

  protected start(): void {
    const file = this.file();
    if (file) this.run(this.imports.start(this.api(), this.target(), file));
  }

  protected run(work: Promise<void>): void {
    this.problem.set('');
    work.catch((error: unknown) => {
      this.problem.set(error instanceof Error ? error.message : String(error));
    });
  }
}

/** A text that is kept over a reload where it was changed. */
function remembered(name: string, first: string): WritableSignal<string> {
  const text = signal(localStorage.getItem(name) ?? first);
  effect(() => {
    if (text() === first) localStorage.removeItem(name);
    else localStorage.setItem(name, text());
  });
  return text;
}
