import { Component, computed, input } from '@angular/core';
import type { Counts } from '../backend/model';
import { count } from '../format/format';

/** What became of the records that were read. */
@Component({
  selector: 'lf-counters',
  template: `
    <dl>
      @for (counter of shown(); track counter.what) {
        <div>
          <dt class="muted">{{ counter.label }}</dt>
          <dd
            [class.zero]="counter.n === 0"
            [class.bad]="counter.what === 'rejected' && counter.n > 0"
            [attr.data-testid]="'count-' + counter.what"
            [attr.data-value]="counter.n"
          >
            {{ count(counter.n) }}
          </dd>
        </div>
      }
    </dl>
  `,
  styles: `
    dl {
      display: grid;
      grid-template-columns: repeat(5, minmax(0, 1fr));
      border: var(--lf-line);
      border-radius: 6px;
    }

    div {
      padding: 6px 12px;

      & + div {
        border-left: var(--lf-line);
      }
    }

    dd {
      font-size: 20px;
      line-height: 26px;
      font-weight: 500;

      &.zero {
        color: var(--mat-sys-on-surface-variant);
      }

      &.bad {
        color: var(--mat-sys-error);
      }
    }
  `,
})
export class Counters {
  readonly counts = input.required<Counts>();
  readonly check = input(false);
  protected readonly count = count;

  protected readonly shown = computed(() => {
    const { read, inserted, updated, skipped, rejected } = this.counts();
    return [
      { what: 'read', label: 'read', n: read },
      { what: 'inserted', label: this.check() ? 'would be inserted' : 'inserted', n: inserted },
      { what: 'updated', label: 'updated', n: updated },
      { what: 'skipped', label: 'skipped', n: skipped },
      { what: 'rejected', label: 'rejected', n: rejected },
    ];
  });
}
