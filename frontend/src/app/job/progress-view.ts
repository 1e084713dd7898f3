import { Component, computed, effect, input, signal } from '@angular/core';
import { MatProgressBar } from '@angular/material/progress-bar';
import type { Run } from '../backend/run';
import { bytes, clock, count, percent, sentence, timeOfDay } from '../format/format';
import { nextTry } from './next-try';
import { phase as phaseName } from '../format/words';

/** The progress of an active run: its share, its speed, and the time it will take. */
@Component({
  selector: 'lf-progress',
  imports: [MatProgressBar],
  template: `
    <div class="line">
      <output class="percent" data-testid="percent">{{ share() }}</output>
      <div class="bar">
        <mat-progress-bar
          [attr.aria-label]="
            run().job().request.check ? 'Progress of the check' : 'Progress of the import'
          "
          [mode]="run().percent() === undefined ? 'buffer' : 'determinate'"
          [value]="run().percent() ?? 0"
          [bufferValue]="0"
        />
        <div class="figures">
          <span class="phase" data-testid="phase" [class.attention]="run().stalled()">{{
            phase()
          }}</span>
          @if (lost(); as lost) {
            <span class="next attention" data-testid="next-try">{{ lost.next }}</span>
            <span
              class="reason selectable"
              role="status"
              data-testid="lost"
              [title]="lost.reason"
              >{{ lost.reason }}</span
            >
          } @else if (waiting(); as waiting) {
            <span class="reason selectable" role="status" data-testid="waits" [title]="waiting">{{
              waiting
            }}</span>
          } @else {
            @for (part of figures(); track $index) {
              <span class="part">{{ part }}</span>
            }
          }
        </div>
      </div>
      <ng-content />
    </div>
  `,
  styleUrl: './progress-view.scss',
})
export class ProgressView {
  readonly run = input.required<Run>();

  protected readonly share = computed(() => {
    const value = this.run().percent();
    if (value !== undefined) {
      return `${percent(value)} %`;
    }
    const progress = this.run().progress();
    return progress ? bytes(progress.bytesRead) : '0.0 %';
  });

  protected readonly phase = computed(() => {
    const { check } = this.run().job().request;
    switch (this.run().state()) {
      case 'queued':
        return 'waiting for an earlier run';
      case 'paused':
        return 'paused';
      default: {
        if (this.waiting()) {
          return 'waiting';
        }
        const name = this.run().progress()?.phase ?? 'opening';
        const { target } = this.run().job().request;
        return check && name === 'writing' ? 'checking' : phaseName(name, target);
      }
    }
  });

  private readonly now = signal(Date.now());
  private readonly reconnecting = computed(() =>
    this.run().stalled() ? this.run().progress()?.reconnecting : undefined,
  );
  /** Why the connection was lost, and when it is tried again. */
  protected readonly lost = computed(() => {
    const lost = this.reconnecting();
    return lost && { reason: sentence(lost.reason), next: nextTry(lost, this.now()) };
  });

  /** For which other run it waits; "" for none. */
  protected readonly waiting = computed(() =>
    this.run().stalled() ? sentence(this.run().progress()?.waiting?.message ?? '') : '',
  );

  constructor() {
    effect((onCleanup) => {
      if (this.reconnecting()) {
        this.now.set(Date.now());
        const tick = setInterval(() => {
          this.now.set(Date.now());
        }, 200);
        onCleanup(() => {
          clearInterval(tick);
        });
      }
    });
  }

  protected readonly figures = computed(() => {
    const [progress, { started }] = [this.run().progress(), this.run().job()];
    const running = this.run().state() === 'running';
    return [
      progress && running ? `${count(progress.recordsPerSecond)} records/s` : '',
      progress && running ? `${bytes(progress.bytesPerSecond)}/s` : '',
      progress?.etaMs !== undefined && (progress.etaMs as number | null) !== null && running
        ? `${clock(progress.etaMs)} left`
        : '',
      started ? `started ${timeOfDay(started)}` : '',
      this.run().elsewhere() ? 'in another program' : '',
    ];
  });
}
