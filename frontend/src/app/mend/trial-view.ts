import { Component, computed, input } from '@angular/core';
import type { Trial } from '../backend/model';
import { count, nothing, oneLine } from '../format/format';
import { reason } from '../format/words';

/** What a rule would do: how many lines pass, examples of them, and why others still don't. */
@Component({
  selector: 'lf-trial',
  templateUrl: './trial-view.html',
  styleUrl: './trial-view.scss',
})
export class TrialView {
  readonly trial = input.required<Trial | undefined>();
  readonly busy = input(false);
  /** The column whose values are shown; "" for whole records. */
  readonly column = input('');

  protected readonly count = count;
  protected readonly nothing = nothing;
  protected readonly oneLine = oneLine;

  protected readonly pass = computed(() => this.counted(this.trial()?.pass));
  protected readonly fail = computed(() => this.counted(this.trial()?.fail));
  protected readonly reasons = computed(() =>
    (this.trial()?.reasons ?? []).map((r) => ({
      says: reason(r.code) + (r.column ? ` in ${r.column}` : ''),
      count: count(r.count),
    })),
  );
  protected readonly examples = computed(() =>
    (this.trial()?.passing ?? []).map(({ line, text, changes }) => ({
      line: count(line),
      text: oneLine(text.trimEnd()),
      changes: (changes ?? [])
        .filter(({ column }) => column === this.column())
        .map((c) => ({
          before: c.before === '' ? '(empty)' : oneLine(c.before),
          after: typeof c.after === 'string' ? oneLine(c.after) : 'NULL',
        })),
    })),
  );
  protected readonly failing = computed(() =>
    (this.trial()?.failing ?? []).map(({ line, reason: why }) => ({
      line: count(line),
      value: why?.value ? oneLine(why.value) : nothing,
      says: why ? why.message || reason(why.code) : '',
    })),
  );

  private counted(n: number | undefined): string {
    return n === undefined ? nothing : count(n);
  }
}
