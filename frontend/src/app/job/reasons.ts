import { Component, computed, input, linkedSignal, output } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import type { RejectCount } from '../backend/model';
import { count } from '../format/format';
import { reason } from '../format/words';

/** The number of rejects by reason; a row filters the log by it. */
@Component({
  selector: 'lf-reasons',
  imports: [MatTooltip],
  template: `
    @for (entry of shown(); track entry.label) {
      <button
        type="button"
        data-testid="reason"
        [matTooltip]="'Show only: ' + entry.label"
        (click)="chosen.emit(entry.of)"
      >
        <span class="label">{{ entry.label }}</span>
        <span class="bar"><span [style.width.%]="entry.share"></span></span>
        <span class="count">{{ entry.count }}</span>
      </button>
    } @empty {
      <p class="muted">{{ rejected() ? 'Counting …' : 'None' }}</p>
    }
  `,
  styles: `
    :host {
      display: block;
      min-height: 0;
      padding-right: 8px;
      margin: 0 -8px 0 -4px;
      overflow: auto;
    }

    p {
      padding: 0 4px;
    }

    button {
      display: grid;
      grid-template-columns: clamp(200px, 65%, 260px) minmax(40px, 1fr) 56px;
      align-items: center;
      gap: 8px;
      width: 100%;
      height: 20px;
      padding: 0 4px;
      border: 0;
      border-radius: 4px;
      background: none;
      color: inherit;
      font: inherit;
      text-align: left;

      &:hover {
        background: var(--mat-sys-surface-container-low);
      }

      &:focus-visible {
        outline-offset: -2px;
      }
    }

    .label {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .bar > span {
      display: block;
      height: 8px;
      min-width: 2px;
      border-radius: 2px;
      background: var(--mat-sys-error);
      opacity: 0.75;
    }

    .count {
      text-align: right;
    }
  `,
})
export class Reasons {
  readonly counts = input.required<readonly RejectCount[]>();
  /** The number of rejects in all, which is known before the reasons are counted. */
  readonly rejected = input(0);
  /** More may come: each reason keeps its place then, so that nobody clicks on another. */
  readonly live = input(false);
  readonly chosen = output<RejectCount>();

  /** The reasons in the order in which they came; at the end, by their counts. */
  private readonly order = linkedSignal<readonly RejectCount[], readonly RejectCount[]>({
    source: this.counts,
    computation: (counts, before) => {
      if (!this.live()) {
        return counts;
      }
      const known = (before?.value ?? []).flatMap((old) => counts.find((c) => same(c, old)) ?? []);
      return [...known, ...counts.filter((c) => !known.includes(c))];
    },
  });

  protected readonly shown = computed(() => {
    const most = Math.max(...this.counts().map((c) => c.count), 1);
    return this.order().map((of) => ({
      of,
      label: reason(of.code) + (of.column ? ` in ${of.column}` : ''),
      count: count(of.count),
      share: (of.count / most) * 100,
    }));
  });
}

function same(a: RejectCount, b: RejectCount): boolean {
  return a.code === b.code && a.column === b.column;
}
