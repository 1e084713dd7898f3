import { Component, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router } from '@angular/router';
import { Trash2 } from 'lucide';
import type { Job } from '../backend/model';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { Run } from '../backend/run';
import {
  count,
  counted,
  dayAndTime,
  duration,
  fileName,
  messageOf,
  nothing,
  percent,
} from '../format/format';
import { tableOf, targetInFull, targetName } from '../format/target';
import { Rows } from '../grid/rows';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { Question } from '../notice/question';
import { Interrupted } from '../resume/interrupted';

/** All runs, newest first; opening one shows it. */
@Component({
  selector: 'lf-history',
  imports: [ErrorNotice, Icon, Interrupted, MatButton, MatTooltip, Question, Rows],
  templateUrl: './history.html',
  styleUrl: './history.scss',
})
export class History {
  private readonly router = inject(Router);
  private readonly program = inject(Program);
  protected readonly runs = inject(Runs);
  protected readonly count = count;
  protected readonly nothing = nothing;
  protected readonly name = fileName;
  protected readonly when = dayAndTime;
  protected readonly tableOf = tableOf;
  protected readonly targetInFull = targetInFull;
  protected readonly targetName = targetName;

  protected readonly icons = { Trash2 };

  protected readonly search = signal('');
  private readonly finding = resource({
    params: () => this.search().trim() || undefined,
    loader: ({ params }) => this.program.findJobs({ search: params }),
  });
  private readonly found = linkedSignal<readonly Job[] | undefined, readonly Job[]>({
    source: () => (this.finding.hasValue() ? this.finding.value() : undefined),
    computation: (jobs, previous) => jobs ?? previous?.value ?? [],
  });
  /** All runs, or those that were found: also older ones than the window knows. */
  protected readonly list = computed(() =>
    this.search().trim()
      ? this.found().map((job) => this.runs.get(job.id) ?? new Run(job))
      : this.runs.list(),
  );
  protected readonly searchError = computed(() =>
    this.search().trim() ? (this.finding.error()?.message ?? '') : '',
  );
  protected readonly active = signal(-1);
  /** The run that is to be forgotten, once that is confirmed. */
  protected readonly unwanted = signal<Run | undefined>(undefined);
  protected readonly error = signal('');
  protected readonly question = computed(() => {
    const run = this.unwanted();
    if (!run) {
      return '';
    }
    const { check, file } = run.job().request;
    const resumed = run.job().resumable ? ' It can’t be resumed then.' : '';
    const { rejected } = run.counts();
    const log = rejected ? ` and its log of ${counted(rejected, 'rejected record')}` : '';
    const rows = check ? '' : ' The rows it loaded stay.';
    return `Forget the ${check ? 'check' : 'import'} of ${fileName(file)}${log}?${rows}${resumed}`;
  });

  /** The rejects that are neither loaded nor dismissed; of those that can't be closed, nothing. */
  protected open(run: Run): string {
    const open = run.job().openRejects;
    return open === undefined ? nothing : count(open);
  }

  protected show(index: number): void {
    const run = this.list()[index];
    if (run) {
      void this.router.navigate(['/runs', run.id]);
    }
  }

  /** Asks whether a run is to be forgotten. One that is active is stopped first, on its own page. */
  protected ask(run: Run | undefined): void {
    if (run && !run.active()) {
      this.unwanted.set(run);
    }
  }

  protected async forget(run: Run): Promise<void> {
    this.unwanted.set(undefined);
    try {
      this.error.set(await this.runs.forget(run.id));
      this.active.set(-1);
    } catch (reason) {
      this.error.set(messageOf(reason));
    }
  }

  protected look(run: Run): string {
    return run.stalled() ? 'stalled' : run.job().undone ? 'undone' : run.state();
  }

  protected state(run: Run): string {
    if (run.stalled()) {
      return run.progress()?.phase ?? '';
    }
    if (run.job().undone) {
      return 'undone';
    }
    const percentDone = run.percent();
    if (run.state() === 'running' && percentDone !== undefined) {
      return `${percent(percentDone)} %`;
    }
    return run.job().request.check && run.state() === 'done' ? 'checked' : run.state();
  }

  protected time(run: Run): string {
    const summary = run.summary();
    return summary?.seconds ? duration(summary.seconds) : ''; // not known where the program was killed
  }
}
