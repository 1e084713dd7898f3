import { Component, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router } from '@angular/router';
import { Files, Trash2 } from 'lucide';
import type { Job } from '../backend/model';
import { Program } from '../backend/program';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { SetRun } from '../backend/set-run';
import { Sets } from '../backend/sets';
import { pageOf } from '../draft/steps';
import { counted, messageOf } from '../format/format';
import { Rows } from '../grid/rows';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { Question } from '../notice/question';
import { Interrupted } from '../resume/interrupted';
import { created, facts, rowOf, type Entry } from './entry';

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
  private readonly sets = inject(Sets);

  protected readonly icons = { Files, Trash2 };

  protected readonly search = signal('');
  private readonly finding = resource({
    params: () => this.search().trim() || undefined,
    loader: ({ params }) => this.program.findJobs({ search: params }),
  });
  private readonly found = linkedSignal<readonly Job[] | undefined, readonly Job[]>({
    source: () => (this.finding.hasValue() ? this.finding.value() : undefined),
    computation: (jobs, previous) => jobs ?? previous?.value ?? [],
  });
  /**
   * All runs, with one line for the files of a set; or those that were found: also older
   * ones than the window knows, and single files of sets.
   */
  protected readonly list = computed((): readonly Entry[] =>
    this.search().trim()
      ? this.found().map((job) => this.runs.get(job.id) ?? new Run(job))
      : [...this.runs.alone(), ...this.sets.list()].sort((a, b) =>
          created(b).localeCompare(created(a)),
        ),
  );
  protected readonly storeError = computed(() => this.runs.error() || this.sets.error());
  protected readonly searchError = computed(() =>
    this.search().trim() ? (this.finding.error()?.message ?? '') : '',
  );
  protected readonly active = signal(-1);
  /** The run that is to be forgotten, once that is confirmed. */
  protected readonly unwanted = signal<Entry | undefined>(undefined);
  protected readonly error = signal('');
  protected readonly question = computed(() => {
    const run = this.unwanted();
    if (!run) {
      return '';
    }
    const { check, resumable, of } = facts(run);
    const resumed = resumable ? ' It can’t be resumed then.' : '';
    const { rejected } = run.counts();
    const log = rejected ? ` and its log of ${counted(rejected, 'rejected record')}` : '';
    const rows = check ? '' : ' The rows it loaded stay.';
    return `Forget the ${check ? 'check' : 'import'} of ${of}${log}?${rows}${resumed}`;
  });

  /** A run, or a set of them, as a line of the list. */
  protected readonly rowOf = rowOf;

  protected show(index: number): void {
    const run = this.list()[index];
    if (run) {
      void this.router.navigate([...pageOf(run.id)]);
    }
  }

  /** Asks whether a run is to be forgotten. One that is active is stopped first, on its own page. */
  protected ask(run: Entry | undefined): void {
    if (run && !run.active()) {
      this.unwanted.set(run);
    }
  }

  protected async forget(run: Entry): Promise<void> {
    this.unwanted.set(undefined);
    try {
      const left = run instanceof SetRun ? this.sets.forget(run.id) : this.runs.forget(run.id);
      this.error.set(await left);
      this.active.set(-1);
    } catch (reason) {
      this.error.set(messageOf(reason));
    }
  }
}
