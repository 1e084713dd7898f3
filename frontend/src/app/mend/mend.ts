import {
  Component,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { ArrowLeft, X } from 'lucide';
import type { Reject, RejectGroup, RejectQuery, Retry } from '../backend/model';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { ChoiceBar } from '../field/choice-bar';
import { count, counted, messageOf } from '../format/format';
import { reason } from '../format/words';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { ErrorNotice } from '../notice/error-notice';
import { Attempts } from './attempt';
import { Groups } from './groups';
import { Lines } from './lines';
import { Mending } from './mending';
import { RecordEditor } from './record-editor';
import { RemedyForm } from './remedy-form';
import { TrialView } from './trial-view';
import { Values } from './values';

/** The rejects of a run as work: by reason, with rules that mend them, and single records to edit. */
@Component({
  selector: 'lf-mend',
  imports: [
    ChoiceBar,
    ErrorNotice,
    Groups,
    Icon,
    Lines,
    MatButton,
    MatTooltip,
    RecordEditor,
    RemedyForm,
    RouterLink,
    TrialView,
    Values,
  ],
  templateUrl: './mend.html',
  styleUrl: './mend.scss',
})
export class Mend {
  private readonly program = inject(Program);
  private readonly runs = inject(Runs);
  private readonly router = inject(Router);
  protected readonly keys = inject(Shortcuts);
  readonly id = input.required<string>();

  protected readonly icons = { ArrowLeft, X };
  protected readonly count = count;
  protected readonly which = [
    { value: 'open', label: 'Open' },
    { value: 'all', label: 'All' },
  ] as const;
  protected readonly parts = [
    { value: 'values', label: 'Values' },
    { value: 'lines', label: 'Lines' },
  ] as const;

  private readonly opening = resource({
    params: () => this.id(),
    loader: ({ params }) => this.runs.open(params),
  });
  private readonly run = computed(() => this.runs.get(this.id()));
  protected readonly mending = new Mending();
  protected readonly part = signal<'values' | 'lines'>('values');
  protected readonly edited = linkedSignal<unknown, Reject | undefined>({
    source: () => [
      this.id(),
      this.mending.group()?.code,
      this.mending.group()?.column,
      this.part(),
    ],
    computation: () => undefined,
  });
  private readonly failed = signal('');
  protected readonly failure = computed(
    () => this.failed() || this.mending.error() || (this.opening.error()?.message ?? ''),
  );
  private readonly counted = signal(0);

  protected readonly attempts = new Attempts(
    () => (this.edited() ? [] : [this.mending.attempt(), this.mending.retry()]),
    () => this.counted(),
  );
  protected readonly trial = computed(() => this.attempts.trials()[0]);
  /** What the chosen rules would do. */
  protected readonly whole = computed(() => this.attempts.trials()[1]);

  /** How many rejects are open, of how many. */
  protected readonly state = computed(() => {
    const job = this.run()?.job();
    const all = job?.summary?.rejected ?? 0;
    const open = job?.openRejects ?? 0;
    return job ? `${count(open)} open of ${counted(all, 'reject')}` : '';
  });
  protected readonly nothingOpen = computed(
    () => this.mending.groups()?.total === 0 && !this.mending.everything(),
  );
  protected readonly load = computed(() => {
    const trial = this.whole();
    return this.mending.chosen().length && trial && !this.attempts.busy()
      ? `Load ${trial.part ? '' : `${count(trial.pass)} `}mended ${trial.pass === 1 ? 'line' : 'lines'}`
      : 'Load mended lines';
  });
  /** Why nothing can be loaded; "" when it can. */
  protected readonly stuck = computed(() => {
    if (this.mending.chosen().length === 0) {
      return 'Choose a rule, and use it, first';
    }
    const trial = this.whole();
    return trial?.pass === 0 && !trial.part ? 'No line passes yet' : '';
  });
  protected readonly lines = computed(() => {
    this.counted();
    const group = this.mending.group();
    return {
      ...{ job: this.id(), code: group?.code ?? '', column: group?.column ?? '' },
      open: !this.mending.everything(),
    };
  });
  protected readonly hasRule = (group: RejectGroup) => this.mending.has(group);
  protected readonly read = (query: RejectQuery) => this.program.rejects(query);
  protected readonly title = computed(() => {
    const group = this.mending.group();
    return group ? reason(group.code) + (group.column ? ` in ${group.column}` : '') : '';
  });

  constructor() {
    effect(() => {
      this.mending.job.set(this.id());
    });
    claimKeys([
      {
        label: 'Load mended lines',
        key: 'Mod+Enter',
        enabled: () => !this.stuck(),
        run: () => void this.loadAll(),
      },
      {
        label: 'Back to the run',
        key: 'Escape',
        enabled: () => !this.edited(),
        run: () => void this.router.navigate(['/runs', this.id()]),
      },
      {
        label: 'Close the record',
        key: 'Escape',
        enabled: () => this.edited() !== undefined,
        run: () => {
          this.edited.set(undefined);
        },
      },
    ]);
  }

  protected async loadAll(): Promise<void> {
    const retry = this.mending.retry();
    if (retry && !this.stuck()) {
      await this.start(retry);
    }
  }

  protected async start(retry: Retry): Promise<void> {
    try {
      const run = await this.runs.retry(retry);
      await this.router.navigate(['/runs', run.id]);
    } catch (reason) {
      this.failed.set(messageOf(reason));
    }
  }

  /** Closes the open rejects of the group without loading them, or opens the dismissed ones again. */
  protected async dismiss(reopen: boolean): Promise<void> {
    const group = this.mending.group();
    if (!group) {
      return;
    }
    const { code, column } = group;
    try {
      await this.program.dismiss(this.id(), { groups: [{ code, column }] }, reopen);
      this.failed.set('');
      this.again();
    } catch (reason) {
      this.failed.set(messageOf(reason));
    }
  }

  /** Reads everything again after something was closed or opened. */
  protected again(): void {
    this.edited.set(undefined);
    this.counted.update((n) => n + 1);
    this.mending.again();
    this.opening.reload();
  }
}
