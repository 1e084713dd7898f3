import { Component, computed, input, output } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Check } from 'lucide';
import type { RejectGroup } from '../backend/model';
import { count, oneLine } from '../format/format';
import { reason } from '../format/words';
import { Icon } from '../icon/icon';
import { Rows } from '../grid/rows';
import { keyOf } from './mending';

/** The rejects by reason and column, with some of their values. */
@Component({
  selector: 'lf-groups',
  imports: [Icon, MatTooltip, Rows],
  template: `
    <lf-rows
      label="Rejects by reason"
      [count]="groups().length"
      [rowHeight]="48"
      [active]="index()"
      (activeChange)="pick($event)"
    >
      <ng-template #row let-index>
        @if (groups()[index]; as group) {
          <div class="group" role="gridcell" data-testid="group" [attr.data-code]="group.code">
            <span class="what" [matTooltip]="label(group)">{{ label(group) }}</span>
            <span class="count">
              @if (done()(group)) {
                <lf-icon [icon]="icons.Check" [size]="14" />
                <span class="visually-hidden">has a rule</span>
              }
              {{ count(group.count) }}
            </span>
            <span class="values data muted">{{ texts(group) }}</span>
          </div>
        }
      </ng-template>
    </lf-rows>
  `,
  styles: `
    :host {
      display: block;
      min-height: 0;
    }

    lf-rows {
      height: 100%;
    }

    .group {
      display: grid;
      grid-template-columns: minmax(0, 1fr) auto;
      column-gap: 12px;
      width: 100%;
      padding: 0 12px;
    }

    .what,
    .values {
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }

    .values {
      grid-column: 1 / -1;
      min-height: 20px;
    }

    .count {
      display: inline-flex;
      align-items: center;
      gap: 4px;

      lf-icon {
        color: var(--mat-sys-primary);
      }
    }
  `,
})
export class Groups {
  readonly groups = input.required<readonly RejectGroup[]>();
  readonly chosen = input.required<RejectGroup | undefined>();
  /** Some of the values of each group, by its key. */
  readonly examples = input.required<ReadonlyMap<string, readonly string[]>>();
  /** Whether a group has a rule. */
  readonly done = input.required<(group: RejectGroup) => boolean>();
  readonly picked = output<RejectGroup>();

  protected readonly icons = { Check };
  protected readonly count = count;
  protected readonly index = computed(() => {
    const chosen = this.chosen();
    return chosen ? this.groups().findIndex((g) => keyOf(g) === keyOf(chosen)) : -1;
  });

  protected label({ code, column }: RejectGroup): string {
    return reason(code) + (column ? ` in ${column}` : '');
  }

  protected texts(group: RejectGroup): string {
    return (this.examples().get(keyOf(group)) ?? []).map(oneLine).join(', ');
  }

  protected pick(index: number): void {
    const group = this.groups()[index];
    if (group) {
      this.picked.emit(group);
    }
  }
}
