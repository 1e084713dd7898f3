import { Component, computed, inject, input, output, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { ChevronDown, CircleAlert, CircleCheck, CircleX } from 'lucide';
import { Program } from '../backend/program';
import type { Run } from '../backend/run';
import { Draft } from '../draft/draft';
import { counted, messageOf, timeOfDay } from '../format/format';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys, type Shortcut } from '../keys/shortcuts';
import { SaveProfile } from '../profile/save-profile';
import { Resume } from '../resume/resume';
import { balance, outcome, typeChanges } from './outcome';

/** How a run ended, in the place of its progress, and what to do next. */
@Component({
  selector: 'lf-summary',
  imports: [
    Icon,
    MatButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    MatTooltip,
    Resume,
    RouterLink,
    SaveProfile,
  ],
  templateUrl: './summary.html',
  styleUrl: './summary.scss',
})
export class SummaryView {
  private readonly program = inject(Program);
  private readonly router = inject(Router);
  private readonly draft = inject(Draft);
  private readonly resuming = viewChild(Resume);
  private readonly profile = viewChild(SaveProfile);
  protected readonly keys = inject(Shortcuts);
  readonly run = input.required<Run>();
  readonly again = output();
  readonly undo = output();

  protected readonly balance = balance;
  protected readonly icons = { ChevronDown };
  protected readonly saved = signal('');
  protected readonly failure = signal('');

  protected readonly outcome = computed(() => outcome(this.run().job()));
  protected readonly icon = computed(
    () =>
      ({ good: CircleCheck, mixed: CircleCheck, stopped: CircleAlert, failed: CircleX })[
        this.outcome().kind
      ],
  );
  protected readonly percent = computed(() => (this.run().state() === 'done' ? '100.0 %' : ''));
  protected readonly rejected = computed(() => this.run().counts().rejected);
  protected readonly times = computed(() => {
    const { started, finished } = this.run().job();
    return started && finished ? `${timeOfDay(started)} to ${timeOfDay(finished)}` : '';
  });
  /** A retry loads what another import rejected, and is no import by itself. */
  protected readonly repeatable = computed(() => {
    const { request, problem } = this.run().job();
    return !request.retry && !problem && !this.checked();
  });
  /** A check that was started from the draft can become the import. */
  protected readonly checked = computed(
    () =>
      this.run().job().request.check === true &&
      this.run().id === this.draft.job() &&
      !this.draft.blocked(),
  );

  /** How a check of all records changed the types that the first ones suggested. */
  protected readonly changes = computed(() =>
    this.checked() ? typeChanges(this.draft.newColumns()) : '',
  );

  /** The rejects that are open: of this run, or of the one that it retried. */
  protected readonly toMend = computed(() => {
    const { id, openRejects, summary } = this.run().job();
    const open = openRejects ?? summary?.open ?? 0;
    return open > 0 && !this.rejectsForgotten()
      ? { job: summary?.of ?? id, label: counted(open, 'reject') }
      : undefined;
  });
  private readonly rejectsForgotten = computed(() => !!this.run().job().rejectsForgotten);
  protected readonly resumable = computed(() => this.run().job().resumable ?? false);
  protected readonly savable = computed(() => this.run().state() === 'done');

  /** What is done less often than what has a button of its own. */
  private readonly actions: readonly (Shortcut & { id: string; enabled: () => boolean })[] = [
    {
      ...{ id: 'save-report', label: 'Save report…', key: 'r' },
      enabled: () => this.rejected() > 0,
      run: () => void this.saveReport(),
    },
    {
      ...{ id: 'save-profile', label: 'Save as profile…', key: 'w' },
      enabled: () => this.savable(),
      run: () => this.profile()?.ask(),
    },
    {
      ...{ id: 'again', label: 'Run again', key: 'a' },
      enabled: () => this.repeatable(),
      run: () => {
        this.again.emit();
      },
    },
    {
      ...{ id: 'undo', label: 'Undo the import…', key: 'u' },
      enabled: () => this.run().job().undoable ?? false,
      run: () => {
        this.undo.emit();
      },
    },
  ];
  protected readonly more = computed(() => this.actions.filter((action) => action.enabled()));

  constructor() {
    claimKeys([
      {
        label: 'Mend rejects',
        key: 'm',
        enabled: () => this.toMend() !== undefined,
        run: () => void this.router.navigate(['/runs', this.toMend()?.job, 'mend']),
      },
      {
        label: 'Resume',
        key: 'p',
        enabled: () => this.resumable(),
        run: () => void this.resuming()?.resume(),
      },
      {
        label: 'Save rejected lines',
        key: 's',
        enabled: () => this.rejected() > 0,
        run: () => void this.saveRejects(),
      },
      ...this.actions,
    ]);
  }

  protected saveRejects(): Promise<void> {
    return this.save(() => this.program.saveRejects(this.run().id));
  }

  protected saveReport(): Promise<void> {
    return this.save(() => this.program.saveReport(this.run().id));
  }

  protected another(): void {
    this.draft.clear();
    void this.router.navigateByUrl('/new/source');
  }

  protected async import(): Promise<void> {
    try {
      await this.router.navigate(['/runs', await this.draft.start()]);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  private async save(ask: () => Promise<string>): Promise<void> {
    this.failure.set('');
    try {
      const path = await ask();
      this.saved.set(path ? `Saved as ${path}` : '');
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
