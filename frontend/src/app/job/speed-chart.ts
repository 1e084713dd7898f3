import { Component, computed, input } from '@angular/core';
import type { SpeedSample } from '../backend/speed';
import { clock, count } from '../format/format';

const width = 400;
const height = 100;

/** The speed of a run over time. */
@Component({
  selector: 'lf-speed-chart',
  template: `
    @let drawn = chart();
    <div class="plot">
      @if (drawn) {
        <svg
          viewBox="0 0 400 100"
          preserveAspectRatio="none"
          role="img"
          [attr.aria-label]="drawn.label"
        >
          <path class="area" [attr.d]="drawn.area" />
          <path class="line" [attr.d]="drawn.line" vector-effect="non-scaling-stroke" />
        </svg>
        <span class="top">{{ drawn.top }}</span>
        <span class="end">{{ drawn.time }}</span>
      } @else {
        <p class="muted">No measurement yet</p>
      }
    </div>
  `,
  styles: `
    :host {
      display: block;
      min-height: 0;
    }

    .plot {
      position: relative;
      height: 100%;
      border-bottom: var(--lf-line);
    }

    svg {
      position: absolute;
      inset: 16px 0 0;
      width: 100%;
      height: calc(100% - 16px);
      display: block;
    }

    .area {
      fill: var(--mat-sys-primary-container);
    }

    .line {
      fill: none;
      stroke: var(--mat-sys-primary);
      stroke-width: 1.5;
    }

    span {
      position: absolute;
      top: 0;
      font-size: 11px;
      line-height: 14px;
      color: var(--mat-sys-on-surface-variant);
    }

    .top {
      left: 0;
    }

    .end {
      right: 0;
    }
  `,
})
export class SpeedChart {
  readonly samples = input.required<readonly SpeedSample[]>();

  protected readonly chart = computed(() => {
    const samples = this.samples();
    const [first, last] = [samples[0], samples.at(-1)];
    if (!first || !last || samples.length < 2) {
      return undefined;
    }
    const most = Math.max(...samples.map((s) => s.recordsPerSecond), 1);
    const time = Math.max(1, last.at - first.at);
    const points = samples.map((s) => {
      const x = ((s.at - first.at) / time) * width;
      const y = height - (s.recordsPerSecond / most) * (height - 2);
      return `${x.toFixed(1)} ${y.toFixed(1)}`;
    });
    const line = `M${points.join('L')}`;
    return {
      line,
      area: `${line}L${width} ${height}L0 ${height}Z`,
      top: `peak ${count(most)}`,
      time: clock(time),
      label: `Records per second over ${clock(time)}, at most ${count(most)}`,
    };
  });
}
