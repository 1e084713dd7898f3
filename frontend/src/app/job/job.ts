import {
  Component,
  DestroyRef,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  resource,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { RouterLink } from '@angular/router';
import { AgainQuestion } from '../again/again-question';
import { UndoQuestion } from '../again/undo-question';
import type { RejectCount } from '../backend/model';
import { Program } from '../backend/program';
import type { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { Counters } from '../counts/counters';
import { messageOf } from '../format/format';
import { ErrorNotice } from '../notice/error-notice';
import { Controls } from './controls';
import { Log } from './log';
import { Notes, notes } from './notes';
import { Reasons } from './reasons';
import { SpeedChart } from './speed-chart';
import { SummaryView } from './summary';
import { throttle } from './throttle';
import { ProgressView } from './progress-view';

/** With fewer samples the chart of an ended run shows nothing useful. */
const fewestSamples = 5;

/** One run: its progress, what became of the records, and the log of those that were rejected. */
@Component({
  selector: 'lf-job',
  imports: [
    AgainQuestion,
    Controls,
    Counters,
    ErrorNotice,
    Log,
    MatButton,
    Notes,
    Reasons,
    RouterLink,
    SpeedChart,
    SummaryView,
    UndoQuestion,
    ProgressView,
  ],
  templateUrl: './job.html',
  styleUrl: './job.scss',
})
export class Job {
  private readonly program = inject(Program);
  private readonly runs = inject(Runs);
  readonly id = input.required<string>();

  private readonly log = viewChild(Log);
  private readonly opening = resource({
    params: () => this.id(),
    loader: ({ params }) => this.runs.open(params),
  });
  protected readonly run = computed(
    () => this.runs.get(this.id()) ?? (this.opening.hasValue() ? this.opening.value() : undefined),
  );
  /** What the run left out or guessed, known at its end. */
  protected readonly notes = computed(() => {
    const summary = this.run()?.summary();
    return summary ? notes(summary) : [];
  });
  protected readonly error = computed(() => this.opening.error()?.message ?? '');
  protected readonly counts = linkedSignal<string, readonly RejectCount[]>({
    source: this.id,
    computation: () => [],
  });
  protected readonly countError = signal('');

  constructor() {
    const counting = throttle(500, () => this.countReasons(untracked(this.id)));
    inject(DestroyRef).onDestroy(() => {
      counting.stop();
    });
    effect(() => {
      this.run()?.logVersion();
      untracked(() => {
        counting.call();
      });
    });
  }

  protected only(count: RejectCount): void {
    this.log()?.only(count);
  }

  /** Shows what an order did: another program, which may run it, sends no events. */
  protected renew(): void {
    void this.runs.renew(this.id());
  }

  protected hasSpeed(run: Run): boolean {
    return run.active() || run.speed().length >= fewestSamples;
  }

  private async countReasons(id: string): Promise<void> {
    try {
      const counts = await this.program.rejectCounts(id);
      if (id === this.id()) {
        this.counts.set(counts);
        this.countError.set('');
      }
    } catch (reason) {
      this.countError.set(messageOf(reason));
    }
  }
}
