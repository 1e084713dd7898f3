import { Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { Live } from '../backend/live';
import { Runs } from '../backend/runs';
import { count, counted, fileName, percent } from '../format/format';
import { Shortcuts } from '../keys/shortcuts';

/** Where the events come from, and what runs. */
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
        <span class="dot" [class]="live.source()"></span>{{ source().says }}
      </span>
      <span>{{ running() }}</span>
      @for (run of shown(); track run.id) {
        <a [routerLink]="['/runs', run.id]">
          {{ name(run.job().request.file) }}
          @if (run.percent(); as done) {
            {{ percent(done) }} %
          }
          ·
          {{
            run.job().request.check
              ? count(run.counts().read) + ' records checked'
              : count(run.counts().inserted) + ' rows'
          }}
        </a>
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
  protected readonly count = count;
  protected readonly percent = percent;
  protected readonly name = fileName;

  protected readonly source = computed(() => {
    switch (this.live.source()) {
      case 'stream':
        return { says: 'live (SSE)', why: 'Events come by the local stream' };
      case 'window':
        return {
          says: 'live (window events)',
          why: `The local stream can’t be had, so events come through the window: ${this.live.reason()}`,
        };
      case 'none':
        return { says: 'connecting …', why: 'Asking for the live events' };
    }
  });

  protected readonly running = computed(() => {
    const checks = this.runs.active().filter((run) => run.job().request.check).length;
    const imports = this.runs.active().length - checks;
    const active = [imports && counted(imports, 'import'), checks && counted(checks, 'check')];
    return `${active.filter(Boolean).join(', ') || 'no import'} active`;
  });
  protected readonly shown = computed(() => this.runs.active().slice(0, 2));
}
