import { effect, inject, signal, untracked } from '@angular/core';
import type { Retry, Trial } from '../backend/model';
import { Program } from '../backend/program';
import { messageOf } from '../format/format';

/** A retry is tried out after this many milliseconds without a change. */
const pause = 250;

/**
 * What the retries of some questions would do, the first of them first: each is tried
 * out again when it changes. It belongs to the component that creates it.
 */
export class Attempts {
  private readonly program = inject(Program);
  private readonly answers = new Map<string, Trial>();
  private readonly told = signal<readonly (Trial | undefined)[]>([]);
  private readonly asking = signal(false);
  private readonly failure = signal('');

  /** The answers, in the order of the questions. The last ones stay while others are sought. */
  readonly trials = this.told.asReadonly();
  readonly busy = this.asking.asReadonly();
  readonly error = this.failure.asReadonly();

  /** `version` changes when old answers no longer hold. */
  constructor(questions: () => readonly (Retry | undefined)[], version: () => unknown) {
    let known: unknown;
    effect((onCleanup) => {
      const asked = questions();
      if (version() !== known) {
        known = version();
        this.answers.clear();
      }
      const state = { stopped: false };
      const timer = setTimeout(() => void this.answer(asked, state), this.answers.size ? pause : 0);
      onCleanup(() => {
        state.stopped = true;
        clearTimeout(timer);
      });
      untracked(() => {
        this.asking.set(asked.some((retry) => retry && !this.answers.has(JSON.stringify(retry))));
        this.failure.set('');
      });
    });
  }

  private async answer(
    asked: readonly (Retry | undefined)[],
    state: { stopped: boolean },
  ): Promise<void> {
    const trials: (Trial | undefined)[] = [...this.told()].slice(0, asked.length);
    try {
      for (const [i, retry] of asked.entries()) {
        trials[i] = retry && (await this.try(retry));
        if (state.stopped) {
          return;
        }
        this.told.set([...trials]);
      }
    } catch (reason) {
      if (!state.stopped) {
        this.told.set([]);
        this.failure.set(messageOf(reason));
      }
    }
    if (!state.stopped) {
      this.asking.set(false);
    }
  }

  private async try(retry: Retry): Promise<Trial> {
    const key = JSON.stringify(retry);
    const known = this.answers.get(key);
    const trial = known ?? (await this.program.tryRetry(retry));
    this.answers.set(key, trial);
    return trial;
  }
}
