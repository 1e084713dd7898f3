import {
  Component,
  afterRenderEffect,
  computed,
  effect,
  input,
  model,
  output,
  untracked,
  viewChild,
} from '@angular/core';
import type { Reject, RejectPage, RejectQuery } from '../backend/model';
import { count, nothing, oneLine } from '../format/format';
import { Rows } from '../grid/rows';
import { RejectLog } from '../rejects/reject-log';

/** The records of a group, to edit one of them. */
@Component({
  selector: 'lf-lines',
  imports: [Rows],
  template: `
    <lf-rows
      single
      label="Rejected lines; Enter edits one"
      [count]="log().total()"
      [(active)]="active"
      (opened)="open($event)"
    >
      <div lfHead role="row" class="row heads">
        <span role="columnheader" class="number">line</span>
        <span role="columnheader">value</span>
      </div>
      <ng-template #row let-index>
        @if (log().at(index); as r) {
          <div class="row" role="presentation" data-testid="mend-line" [attr.data-line]="r.line">
            <span role="gridcell" class="data number">{{ count(r.line) }}</span>
            <span role="gridcell" class="data text" [class.muted]="r.state !== 'open'">
              {{ value(r) }}
            </span>
            <span role="gridcell" class="muted">{{ r.state === 'open' ? '' : r.state }}</span>
          </div>
        }
      </ng-template>
    </lf-rows>
    @if (log().error(); as error) {
      <p class="note" role="alert">{{ error }}</p>
    } @else if (log().empty() && !log().looking()) {
      <p class="note muted">Nothing is open here.</p>
    }
  `,
  styleUrl: './lines.scss',
})
export class Lines {
  /** Which rejects; the list is read again when it changes. */
  readonly query = input.required<Pick<RejectQuery, 'job' | 'code' | 'column' | 'open'>>();
  readonly read = input.required<(query: RejectQuery) => Promise<RejectPage>>();
  readonly active = model(-1);
  readonly opened = output<Reject>();

  protected readonly count = count;
  private readonly rows = viewChild.required(Rows);
  protected readonly log = computed(() => {
    const { job, open } = this.query();
    return new RejectLog(job, (query) => this.read()({ ...query, open }));
  });

  constructor() {
    effect(() => {
      const [log, { code, column }] = [this.log(), this.query()];
      untracked(() => void log.narrow({ code, column, find: '' }));
    });
    afterRenderEffect({
      read: () => {
        const { start, end } = this.rows().inView();
        const log = this.log();
        log.total();
        untracked(() => void log.show(start, end));
      },
    });
  }

  protected value(reject: Reject): string {
    const value = reject.latest?.value ?? reject.value;
    return value === '' ? nothing : oneLine(value);
  }

  protected open(index: number): void {
    const reject = this.log().at(index);
    if (reject) {
      this.opened.emit(reject);
    }
  }
}
