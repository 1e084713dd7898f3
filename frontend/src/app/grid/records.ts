import {
  Component,
  afterRenderEffect,
  computed,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import type { Guess, Row } from '../backend/model';
import { count, lines, oneLine } from '../format/format';
import { reason } from '../format/words';
import { named } from '../notice/settings';
import { columnsInView } from './columns-in-view';
import { Rows } from './rows';

/** The width of a character of data, and what a cell adds to it, in px. */
const character = 7.25;
const padding = 22;
/** The minimum and maximum number of characters that a column shows. */
const narrowest = 8;
const widest = 44;
/** How much wider a character of a column's name is. */
const bolder = 1.2;

/** A line of the grid: a record, or why the record above it is bad. */
interface Line {
  readonly row: Row;
  readonly reason?: string;
}

/** The first records of a file; bad ones are marked in place, with the reason below them. */
@Component({
  selector: 'lf-records',
  imports: [MatTooltip, Rows],
  templateUrl: './records.html',
  styleUrl: './records.scss',
})
export class Records {
  readonly fields = input.required<readonly string[]>();
  readonly records = input.required<readonly Row[]>();
  /** What the values of each field look like. */
  readonly guesses = input<readonly Guess[]>([]);

  private readonly rows = viewChild(Rows);

  protected readonly lines = computed((): readonly Line[] =>
    this.records().flatMap((row): Line[] => {
      const { problem } = row;
      if (!problem) {
        return [{ row }];
      }
      const where = problem.column ? `${problem.column}: ` : '';
      const hint = problem.hint ? ` — ${named(problem.hint, problem.settings)}` : '';
      return [
        { row },
        { row, reason: `${where}${problem.message || reason(problem.code)}${hint}` },
      ];
    }),
  );

  protected readonly gutter = computed(() => {
    const last = this.records().at(-1)?.line ?? 0;
    return Math.ceil(Math.max(3, count(last).length) * character) + 24;
  });

  protected readonly columns = computed(() => {
    const records = this.records();
    return this.fields().map((name, i) => {
      const guess = this.guesses()[i];
      const type = guess?.column.type ?? '';
      const longest = records.reduce(
        (n, r) => Math.max(n, Math.min(widest, r.values[i]?.length ?? 0)),
        Math.max(Math.ceil(name.length * bolder), type.length),
      );
      return {
        name,
        type,
        evidence: guess?.evidence ?? '',
        ambiguous: (guess?.ambiguous ?? []).length > 0,
        numeric: ['integer', 'decimal', 'float'].includes(type),
        width: Math.ceil(Math.max(narrowest, Math.min(widest, longest)) * character) + padding,
      };
    });
  });

  protected readonly shown = computed(() => {
    const { left, right } = this.rows()?.across() ?? { left: 0, right: 0 };
    const columns = this.columns();
    const view = columnsInView(
      columns.map((c) => c.width),
      left,
      right,
    );
    return {
      ...view,
      columns: columns
        .slice(view.start, view.end)
        .map((column, i) => ({ ...column, index: view.start + i })),
    };
  });

  protected readonly count = count;
  protected readonly active = signal(-1);
  /** The field that the arrow keys move; -1 for none. */
  protected readonly field = signal(-1);

  /** The selected value with the evidence for its type, or why its record is bad. */
  protected readonly selected = computed(() => {
    const [line, index] = [this.lines()[this.active()], Math.max(0, this.field())];
    const column = this.columns()[index];
    if (!line || !column) {
      return undefined;
    }
    const { row } = line;
    const place = lines(row.line, row.endLine);
    const why = row.problem && this.lines().find((l) => l.row === row && l.reason)?.reason;
    if (why !== undefined) {
      return { place, name: '', note: why, bad: true, value: row.raw ?? '' };
    }
    const value = row.values[index] ?? '';
    const empty = row.quoted[index] ? 'empty, in quotes' : 'empty';
    const { name, evidence } = column;
    return { place, name, note: evidence, bad: false, value, empty };
  });

  constructor() {
    // Scroll to the column that the arrow keys moved to.
    afterRenderEffect({
      write: () => {
        const column = this.field();
        untracked(() => {
          const [widths, gutter] = [this.columns().map((c) => c.width), this.gutter()];
          const from = widths.slice(0, column).reduce((sum, width) => sum + width, 0);
          if (column >= 0) {
            this.rows()?.revealAcross(from, from + (widths[column] ?? 0), gutter);
          }
        });
      },
    });
  }

  /** Goes to the next record that can't be read, and from the last to the first. */
  nextBad(): void {
    const lines = this.lines();
    const bad = lines.flatMap((line, i) => (line.row.problem && !line.reason ? [i] : []));
    const next = bad.find((i) => i > this.active()) ?? bad[0];
    if (next !== undefined) {
      this.active.set(next);
      this.field.set(-1);
      this.rows()?.reveal(next + 1);
      this.rows()?.revealAcross(0, 0, 0);
    }
  }

  protected cell(row: Row, index: number): string {
    return oneLine((row.values[index] ?? '').slice(0, 400));
  }

  /** The text of a bad record, which can't be split into values. */
  protected raw(row: Row): string {
    return oneLine((row.raw ?? '').trimEnd().slice(0, 400));
  }
}
