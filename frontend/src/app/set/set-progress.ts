import { Component, computed, input } from '@angular/core';
import { MatProgressBar } from '@angular/material/progress-bar';
import type { SetRun } from '../backend/set-run';
import { bytes, clock, count, counted, percent, timeOfDay } from '../format/format';
import { phase } from '../format/words';

/** The progress of an active set, over the bytes of all of its files. */
@Component({
  selector: 'lf-set-progress',
  imports: [MatProgressBar],
  template: `
    <output class="percent" data-testid="percent">{{ share() }}</output>
    <div class="bar">
      <mat-progress-bar aria-label="Progress of all files" [value]="set().percent() ?? 0" />
      <div class="figures">
        <span class="phase" data-testid="phase" [class.attention]="stalled()">{{ phase() }}</span>
        @for (part of figures(); track $index) {
          <span class="part">{{ part }}</span>
        }
      </div>
    </div>
    <ng-content />
  `,
  styleUrl: './set-progress.scss',
})
export class SetProgressView {
  readonly set = input.required<SetRun>();

  protected readonly share = computed(() => `${percent(this.set().percent() ?? 0)} %`);
  protected readonly stalled = computed(
    () =>
      this.set().state() === 'running' &&
      ['waiting', 'reconnecting'].includes(this.set().progress()?.phase ?? ''),
  );
  protected readonly phase = computed(() => {
    const { check, target } = this.set().set().request.import;
    switch (this.set().state()) {
      case 'queued':
        return 'waiting for an earlier run';
      case 'paused':
        return 'paused';
      default: {
        const name = this.set().progress()?.phase ?? 'opening';
        return check && name === 'writing' ? 'checking' : phase(name, target);
      }
    }
  });
  protected readonly figures = computed(() => {
    const [progress, { total, done, failed }] = [this.set().progress(), this.set().files()];
    const running = this.set().state() === 'running';
    return [
      `${count(done)} of ${counted(total, 'file')} done`,
      failed ? `${count(failed)} failed` : '',
      progress && running ? `${count(progress.recordsPerSecond)} records/s` : '',
      progress && running ? `${bytes(progress.bytesPerSecond)}/s` : '',
      progress?.etaMs !== undefined && (progress.etaMs as number | null) !== null && running
        ? `${clock(progress.etaMs)} left`
        : '',
      `started ${timeOfDay(this.set().set().created)}`,
    ];
  });
}
