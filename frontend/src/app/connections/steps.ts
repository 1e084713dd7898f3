import { Component, computed, input } from '@angular/core';
import { CircleAlert, CircleCheck, CircleDashed, CircleX } from 'lucide';
import type { ConnectionReport, ConnectionStep } from '../backend/model';
import { sentence } from '../format/format';
import { whereIs } from '../format/target';
import { Icon } from '../icon/icon';
import { hintOf } from '../notice/settings';

const names: Readonly<Record<string, string>> = {
  host: 'Server',
  port: 'Port',
  tls: 'TLS',
  login: 'Login',
  database: 'Database',
  rights: 'Rights',
  table: 'Table',
};

const icons = {
  ok: CircleCheck,
  warning: CircleAlert,
  failed: CircleX,
  skipped: CircleDashed,
} as const;

/** What a step says; a user or a server that it begins with is spelled as it is. */
function says({ message, params }: ConnectionStep): string {
  const begins = Object.values(params ?? {}).some(
    (v) => typeof v === 'string' && v !== '' && message.startsWith(v),
  );
  const said = sentence(message);
  return begins ? message.charAt(0) + said.slice(1) : said;
}

/** What is right with a connection and what is not, step by step. */
@Component({
  selector: 'lf-steps',
  imports: [Icon],
  template: `
    <p class="result" role="status">
      @if (report(); as report) {
        <span class="found" data-testid="test-result" [attr.data-ok]="report.ok">
          <span class="title" [class.bad]="!report.ok">{{ title() }}</span>
          <span class="muted selectable">{{ where() }}</span>
        </span>
        @if (outdated()) {
          <span class="attention" data-testid="test-outdated">changed since: test again</span>
        }
      } @else if (testing()) {
        <span class="muted">Testing …</span>
      } @else {
        <span class="muted">
          Test says step by step whether the server answers, who it is, and whether you may load
          into it. It writes nothing.
        </span>
      }
    </p>
    <ol [class.stale]="testing() || outdated()">
      @for (step of steps(); track step.name) {
        <li data-testid="test-step" [attr.data-step]="step.name" [attr.data-state]="step.state">
          <lf-icon class="icon" [class]="step.state" [icon]="step.icon" />
          <span class="name"
            >{{ step.label }}<span class="visually-hidden">: {{ step.state }}</span></span
          >
          <span class="says selectable" [class.muted]="step.state === 'skipped'">
            {{ step.says }}
            @if (step.hint) {
              <span class="muted hint">{{ step.hint }}</span>
            }
          </span>
        </li>
      }
    </ol>
  `,
  styles: `
    :host {
      display: block;
    }

    .result,
    .found {
      display: flex;
      flex-wrap: wrap;
      gap: 0 8px;
    }

    .result {
      margin-bottom: 8px;
    }

    .title {
      font-weight: 600;
    }

    .attention {
      color: var(--lf-attention);
    }

    .bad {
      color: var(--mat-sys-error);
    }

    .stale {
      opacity: 0.5;
    }

    li {
      display: grid;
      grid-template-columns: 16px 72px minmax(0, 1fr);
      gap: 8px;
      padding: 6px 0;
      border-top: var(--lf-line);
    }

    .icon {
      margin-top: 2px;
      color: var(--mat-sys-primary);

      &.warning {
        color: var(--lf-attention);
      }

      &.failed {
        color: var(--mat-sys-error);
      }

      &.skipped {
        color: var(--mat-sys-on-surface-variant);
      }
    }

    .says {
      overflow-wrap: anywhere;
    }

    .hint {
      display: block;
    }
  `,
})
export class Steps {
  readonly report = input.required<ConnectionReport | undefined>();
  readonly testing = input(false);
  /** What was tested has changed since. */
  readonly outdated = input(false);

  protected readonly title = computed(() => {
    const { ok, steps } = this.report() ?? { ok: false, steps: [] };
    return ok
      ? steps.some((s) => s.state === 'warning')
        ? 'It works, with a warning'
        : 'It works'
      : 'It does not work yet';
  });
  protected readonly where = computed(() => {
    const place = this.report()?.place;
    return place ? `${place.product}, ${whereIs(place)}` : '';
  });
  protected readonly steps = computed(() =>
    (this.report()?.steps ?? []).map((step) => ({
      name: step.name,
      state: step.state,
      label: names[step.name] ?? step.name,
      icon: icons[step.state as keyof typeof icons],
      says: says(step) || (step.state === 'skipped' ? 'Not tested.' : 'Fine.'),
      hint: hintOf(step),
    })),
  );
}
