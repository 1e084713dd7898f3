import { Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Router } from '@angular/router';
import { Runs } from '../backend/runs';
import type { Run } from '../backend/run';
import { count, dayAndTime, duration, fileName, nothing, percent } from '../format/format';
import { tableOf, targetInFull, targetName } from '../format/target';
import { Rows } from '../grid/rows';
import { ErrorNotice } from '../notice/error-notice';

/** All runs, newest first; opening one shows it. */
@Component({
  selector: 'lf-history',
  imports: [ErrorNotice, MatTooltip, Rows],
  templateUrl: './history.html',
  styleUrl: './history.scss',
})
export class History {
  private readonly router = inject(Router);
  protected readonly runs = inject(Runs);
  protected readonly count = count;
  protected readonly nothing = nothing;
  protected readonly name = fileName;
  protected readonly when = dayAndTime;
  protected readonly tableOf = tableOf;
  protected readonly targetInFull = targetInFull;
  protected readonly targetName = targetName;

  protected readonly list = computed(() => this.runs.list());

  protected open(index: number): void {
    const run = this.list()[index];
    if (run) {
      void this.router.navigate(['/runs', run.id]);
    }
  }

  protected look(run: Run): string {
    return run.stalled() ? 'stalled' : run.state();
  }

  protected state(run: Run): string {
    if (run.stalled()) {
      return run.progress()?.phase ?? '';
    }
    const percentDone = run.percent();
    if (run.state() === 'running' && percentDone !== undefined) {
      return `${percent(percentDone)} %`;
    }
    return run.job().request.check && run.state() === 'done' ? 'checked' : run.state();
  }

  protected time(run: Run): string {
    const summary = run.summary();
    return summary ? duration(summary.seconds) : '';
  }
}
