import { Service, inject, signal } from '@angular/core';
import type { Notice } from './model';
import { Program } from './program';

/** What happened to the program itself, until it is dismissed. */
@Service()
export class Notices {
  private readonly program = inject(Program);
  private readonly known = signal<readonly Notice[]>([]);

  readonly list = this.known.asReadonly();

  constructor() {
    void this.fetch();
  }

  /** Dismisses a notice for good; one that can't be comes again with the next start. */
  async dismiss(id: number): Promise<void> {
    this.known.update((known) => known.filter((notice) => notice.id !== id));
    await this.program.dismissNotice(id).catch(() => undefined);
  }

  /** Lists them again: what one is about may be gone. */
  async fetch(): Promise<void> {
    // Where the program can't start there is none, and each page says why.
    this.known.set(await this.program.notices().catch(() => []));
  }
}
