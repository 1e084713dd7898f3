import { Component, computed, inject } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { User, UserX } from 'lucide';
import { Account } from '../backend/account';
import { Live } from '../backend/live';
import type { Counts } from '../backend/model';
import type { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import type { SetRun } from '../backend/set-run';
import { Sets } from '../backend/sets';
import { pageOf } from '../draft/steps';
import { count, counted, fileName, percent } from '../format/format';
import { Icon } from '../icon/icon';
import { Shortcuts } from '../keys/shortcuts';

/** Where the events come from, and what is active. */
@Component({
  selector: 'lf-status-line',
  imports: [Icon, MatTooltip, RouterLink],
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
        @if (source().note) {
          <span class="note" data-testid="live-reason">{{ source().note }}</span>
        }
      </span>
      <span>{{ running() }}</span>
      @for (one of shown(); track one.id) {
        <a [routerLink]="pageOf(one.id)">{{ one.label() }}</a>
      }
      @if (who(); as who) {
        <a
          class="who"
          routerLink="/settings"
          fragment="signin"
          data-testid="who"
          [matTooltip]="who.more"
        >
          <lf-icon [icon]="who.icon" [size]="12" /> {{ who.name }}
        </a>
      }
      <button type="button" class="keys" (click)="keys.toggleList()"><kbd>?</kbd> keys</button>
    </footer>
  `,
  styleUrl: './status-line.scss',
})
export class StatusLine {
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);
  protected readonly pageOf = pageOf;
  private readonly account = inject(Account);
  protected readonly live = inject(Live);
  protected readonly keys = inject(Shortcuts);

  protected readonly source = computed(() => {
    switch (this.live.source()) {
      case 'stream':
        return { label: 'live (SSE)', note: '', why: 'Events come over the local stream' };
      case 'window':
        return {
          label: 'live (window events)',
          note: this.live.reason(),
          why: `The local stream is unavailable, so events come through the window, until it is back: ${this.live.reason()}`,
        };
      case 'none':
        return { label: 'connecting …', note: '', why: 'Connecting to the live events' };
    }
  });

  /** Who is signed in, where somebody can be. */
  protected readonly who = computed(() => {
    const who = this.account.who();
    if (!who?.on) {
      return undefined;
    }
    const { signedIn, name = '', email, issuer = '' } = who;
    return signedIn
      ? { icon: User, name, more: `Signed in as ${email ?? name} with ${issuer}` }
      : { icon: UserX, name: 'not signed in', more: `Nobody is signed in with ${issuer}` };
  });

  private readonly alone = computed(() => this.runs.active().filter((run) => !run.job().set));
  protected readonly running = computed(() => {
    const sets = this.sets.active();
    const checks =
      this.alone().filter((run) => run.job().request.check).length +
      sets.filter((set) => set.set().request.import.check).length;
    const imports = this.alone().length + sets.length - checks;
    const active = [imports && counted(imports, 'import'), checks && counted(checks, 'check')];
    return `${active.filter(Boolean).join(', ') || 'no imports'} active`;
  });
  /** What runs comes before what waits, and of that the next one first. */
  protected readonly shown = computed(() =>
    [
      ...this.alone().map((run) => ({
        ...{ id: run.id, queued: run.state() === 'queued', created: run.job().created },
        label: () => this.label(run),
      })),
      ...this.sets.active().map((set) => ({
        ...{ id: set.id, queued: set.state() === 'queued', created: set.set().created },
        label: () => this.labelOfSet(set),
      })),
    ]
      .sort((a, b) => Number(a.queued) - Number(b.queued) || a.created.localeCompare(b.created))
      .slice(0, 2),
  );

  private label(run: Run): string {
    const file = fileName(run.job().request.file);
    if (run.state() === 'queued') {
      return `next: ${file}`;
    }
    const { check } = run.job().request;
    const phase = run.stalled() ? [run.progress()?.phase] : [];
    return [share(file, run.percent()), ...phase, did(run.counts(), check)].join(' · ');
  }

  private labelOfSet(set: SetRun): string {
    const files = counted(set.files().total, 'file');
    return set.state() === 'queued'
      ? `next: ${files}`
      : `${share(files, set.percent())} · ${did(set.counts(), set.set().request.import.check)}`;
  }
}

function share(what: string, done: number | undefined): string {
  return done === undefined ? what : `${what} ${percent(done)} %`;
}

function did({ read, inserted, updated }: Counts, check: boolean | undefined): string {
  return check ? `${count(read)} records checked` : `${count(inserted + updated)} rows`;
}
