import {
  Component,
  ElementRef,
  afterNextRender,
  computed,
  effect,
  inject,
  input,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { TakingBack } from '../backend/model';
import { Program, type Rows } from '../backend/program';
import type { Run } from '../backend/run';
import { messageOf, sentence } from '../format/format';

/** The ways in which rows that are kept otherwise are taken back. */
const ways = ['takes_back_table', 'takes_back_undo'];

/** Asks whether a run is to be cancelled, and what becomes of its rows, with what each costs. */
@Component({
  selector: 'lf-cancel-question',
  imports: [MatButton],
  template: `
    <section role="alertdialog" aria-labelledby="cancel-question">
      <p id="cancel-question">{{ question() }}</p>
      <dl>
        <dt>
          <button
            matButton="outlined"
            type="button"
            data-testid="cancel-confirm"
            aria-describedby="cancel-keeps"
            (click)="cancelled.emit('keep')"
          >
            {{ choice() ? 'Keep the rows' : 'Cancel ' + what() }}
          </button>
        </dt>
        <dd id="cancel-keeps">{{ keeps() }}</dd>
        @if (choice(); as choice) {
          <dt>
            <button
              matButton="outlined"
              type="button"
              data-testid="cancel-take-back"
              aria-describedby="cancel-takes-back"
              disabledInteractive
              [disabled]="!choice.possible"
              (click)="takeBack()"
            >
              Take them back
            </button>
          </dt>
          <dd id="cancel-takes-back">{{ choice.says }}</dd>
        }
      </dl>
      <button #no matButton="filled" type="button" data-testid="cancel-keep" (click)="kept.emit()">
        Keep going
      </button>
    </section>
  `,
  styles: `
    section {
      display: grid;
      gap: 10px;
      padding: 12px 16px;
      border: var(--lf-line);
      border-radius: 6px;
      background: var(--mat-sys-surface);
      box-shadow: 0 4px 16px rgb(0 0 0 / 16%);
    }

    p {
      font-weight: 600;
    }

    dl {
      display: grid;
      grid-template-columns: auto minmax(0, 1fr);
      align-items: baseline;
      gap: 8px 12px;
    }

    dt button {
      width: 100%;
      --mat-button-outlined-label-text-color: var(--mat-sys-error);
      --mat-button-outlined-outline-color: var(--mat-sys-error);
    }

    dd {
      color: var(--mat-sys-on-surface-variant);
    }

    section > button {
      justify-self: end;
    }
  `,
})
export class CancelQuestion {
  private readonly program = inject(Program);
  readonly run = input.required<Run>();
  /** It is to be cancelled, and that becomes of its rows. */
  readonly cancelled = output<Rows>();
  /** It is not. */
  readonly kept = output();

  private readonly no = viewChild.required<unknown, ElementRef<HTMLElement>>('no', {
    read: ElementRef,
  });
  /** Whether rows can be taken back, and how; undefined until it is known. */
  private readonly back = signal<TakingBack | undefined>(undefined);

  private readonly phase = computed(() => this.run().progress()?.phase);
  private readonly request = computed(() => this.run().job().request);
  protected readonly what = computed(() => (this.request().check ? 'check' : 'import'));
  protected readonly question = computed(() =>
    this.choice()
      ? 'Cancel the import? What becomes of the rows that it has loaded?'
      : `Cancel the ${this.what()}?`,
  );

  protected readonly keeps = computed(() => {
    const { check, plan, retry } = this.request();
    if (check) {
      return 'Nothing was written.';
    }
    if (plan.atomic) {
      return `All or nothing: no row will be kept in ${plan.table}.`;
    }
    return retry
      ? 'What is loaded so far stays, and closes its rejects. The others stay open.'
      : `What is committed stays in ${plan.table}, and Resume goes on after it. It costs nothing.`;
  });

  /** Whether and how rows are taken back; undefined where that makes no difference. */
  protected readonly choice = computed(() => {
    const back = this.back();
    if (!back) {
      return undefined;
    }
    const says = sentence(back.message);
    if (!back.possible) {
      return { possible: false, says };
    }
    return ways.includes(back.messageId ?? '')
      ? { possible: true, says: `${says} ${this.costs(back)}` }
      : undefined;
  });

  constructor() {
    // Before the plan is settled there is nothing to take back.
    effect(() => {
      const { id } = this.run();
      this.phase();
      untracked(() => void this.look(id));
    });
    afterNextRender({
      write: () => {
        this.no().nativeElement.focus();
      },
    });
  }

  protected takeBack(): void {
    if (this.choice()?.possible) {
      this.cancelled.emit('take-back');
    }
  }

  private costs({ messageId }: TakingBack): string {
    return messageId === 'takes_back_undo'
      ? 'That can take as long as loading them did, and Resume begins anew.'
      : 'Resume begins anew.';
  }

  private async look(id: string): Promise<void> {
    try {
      this.back.set(await this.program.takingBack(id));
    } catch (reason) {
      this.back.set({ possible: false, message: messageOf(reason) });
    }
  }
}
