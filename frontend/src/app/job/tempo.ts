import { Component, computed, input } from '@angular/core';
import { MatProgressBar } from '@angular/material/progress-bar';
import type { Run } from '../backend/run';
import { bytes, clock, count, percent, timeOfDay } from '../format/format';
import { phase } from '../format/words';

/** How far a run is, how fast, and how long it will take. */
@Component({
  selector: 'lf-tempo',
  imports: [MatProgressBar],
  template: `
    <div class="line">
      <output class="percent" data-testid="percent">{{ done() }}</output>
      <div class="bar">
        <mat-progress-bar
          [attr.aria-label]="
            run().job().request.check ? 'Progress of the check' : 'Progress of the import'
          "
          [mode]="run().percent() === undefined ? 'buffer' : 'determinate'"
          [value]="run().percent() ?? 0"
          [bufferValue]="0"
        />
        <div class="says">
          <span
            class="phase"
            data-testid="phase"
            [class.attention]="run().progress()?.phase === 'waiting'"
            >{{ doing() }}</span
          >
          @for (part of tempo(); track $index) {
            <span class="part">{{ part }}</span>
          }
        </div>
      </div>
      <ng-content />
    </div>
  `,
  styleUrl: './tempo.scss',
})
export class Tempo {
  readonly run = input.required<Run>();

  protected readonly done = computed(() => {
    const value = this.run().percent();
    if (value !== undefined) {
      return `${percent(value)} %`;
    }
    const progress = this.run().progress();
    return progress ? bytes(progress.bytesRead) : '0.0 %';
  });

  protected readonly doing = computed(() => {
    const { check } = this.run().job().request;
    switch (this.run().state()) {
      case 'queued':
        return 'waiting for an earlier run';
      case 'paused':
        return 'paused';
      default: {
        const name = this.run().progress()?.phase ?? 'opening';
        return check && name === 'writing' ? 'checking' : phase(name);
      }
    }
  });

  protected readonly tempo = computed(() => {
    const [progress, { started }] = [this.run().progress(), this.run().job()];
    const running = this.run().state() === 'running';
    return [
      progress && running ? `${count(progress.recordsPerSecond)} records/s` : '',
      progress && running ? `${bytes(progress.bytesPerSecond)}/s` : '',
      progress?.etaMs !== undefined && (progress.etaMs as number | null) !== null && running
        ? `${clock(progress.etaMs)} left`
        : '',
      started ? `started ${timeOfDay(started)}` : '',
    ];
  });
}
