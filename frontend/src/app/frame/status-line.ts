import { Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { Live } from '../backend/live';
import type { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { count, counted, fileName, percent } from '../format/format';
import { Shortcuts } from '../keys/shortcuts';

/** Where the events come from, and what is active. */
@Component({
  selector: 'lf-status-line',
  imports: [MatTooltip, RouterLink],
  template: `
    <footer>
      <span
        class="live"
        role="status"
        data-testid="live-status"
        [attr.data-source]="live.source()"
        [matTooltip]="source().why"
      >
        <span class="dot" [class]="live.source()"></span>{{ source().label }}
      </span>
      <span>{{ running() }}</span>
      @for (run of shown(); track run.id) {
        <a [routerLink]="['/runs', run.id]">{{ label(run) }}</a>
      }
      <button type="button" class="keys" (click)="keys.toggleList()"><kbd>?</kbd> keys</button>
    </footer>
  `,
  styleUrl: './status-line.scss',
})
export class StatusLine {
  private readonly runs = inject(Runs);
  protected readonly live = inject(Live);
  protected readonly keys = inject(Shortcuts);

  protected readonly source = computed(() => {
    switch (this.live.source()) {
      case 'stream':
        return { label: 'live (SSE)', why: 'Events come over the local stream' };
      case 'window':
        return {
          label: 'live (window events)',
          why: `The local stream is unavailable, so events come through the window: ${this.live.reason()}`,
        };
      case 'none':
        return { label: 'connecting …', why: 'Connecting to the live events' };
    }
  });

  protected readonly running = computed(() => {
    const checks = this.runs.active().filter((run) => run.job().request.check).length;
    const imports = this.runs.active().length - checks;
    const active = [imports && counted(imports, 'import'), checks && counted(checks, 'check')];
    return `${active.filter(Boolean).join(', ') || 'no imports'} active`;
  });
  /** Running jobs come before those that wait, and of these the next one first. */
  protected readonly shown = computed(() =>
    [...this.runs.active()]
      .sort(
        (a, b) =>
          Number(a.state() === 'queued') - Number(b.state() === 'queued') ||
          a.job().created.localeCompare(b.job().created),
      )
      .slice(0, 2),
  );

  protected label(run: Run): string {
    const file = fileName(run.job().request.file);
    if (run.state() === 'queued') {
      return `next: ${file}`;
    }
    const done = run.percent();
    const { read, inserted, updated } = run.counts();
    return [
      done === undefined ? file : `${file} ${percent(done)} %`,
      ...(run.stalled() ? [run.progress()?.phase] : []),
      run.job().request.check
        ? `${count(read)} records checked`
        : `${count(inserted + updated)} rows`,
    ].join(' · ');
  }
}
