import { Component, computed, inject, input, output, resource } from '@angular/core';
import type { Setting } from '../backend/model';
import { Program } from '../backend/program';
import { sentence } from '../format/format';
import { Origins } from './origins';
import { Tokens } from './tokens';

/** What other programs and pages may do: where they call, which pages may, and the tokens for both. */
@Component({
  selector: 'lf-other-programs',
  imports: [Origins, Tokens],
  template: `
    <dl>
      <dt>Address</dt>
      <dd>
        @if (address.hasValue()) {
          <code class="data selectable" data-testid="api-address">{{ address.value().url }}</code>
          <span class="muted">a new one at each start, for programs of this computer alone</span>
        } @else if (unavailable()) {
          <span class="selectable" data-testid="api-unavailable">{{ unavailable() }}</span>
        }
      </dd>
      @if (origins(); as setting) {
        <dt>Pages that may call</dt>
        <dd class="stack">
          <code class="data muted name selectable" [title]="'linefeed settings ' + setting.name">{{
            setting.name
          }}</code>
          <lf-origins [setting]="setting" (changed)="changed.emit($event)" />
          <p class="muted">
            @if (setting.pinned) {
              Set by the policy file <span class="data selectable">{{ setting.pinned }}</span>.
            } @else {
              By their origins, as their browsers send them. No other page is answered.
            }
          </p>
        </dd>
      }
    </dl>
    <lf-tokens />
  `,
  styles: `
    dl {
      display: grid;
      grid-template-columns: 216px minmax(0, 1fr);
    }

    dt,
    dd {
      padding: 8px 0;
      border-bottom: var(--lf-line);
      line-height: 28px;
    }

    dt {
      padding-right: 16px;
    }

    .name {
      float: right;
      line-height: 28px;
    }

    dd {
      display: flex;
      flex-wrap: wrap;
      gap: 4px 12px;
      min-width: 0;
    }

    .stack {
      display: block;
      line-height: 20px;
    }

    @media (max-width: 860px) {
      dl {
        grid-template-columns: minmax(0, 1fr);
      }

      dt {
        padding-bottom: 0;
        border-bottom: 0;
        font-weight: 500;
      }

      .name {
        display: none;
      }
    }
  `,
})
export class OtherPrograms {
  private readonly program = inject(Program);
  /** allowed-origins. */
  readonly origins = input<Setting>();
  /** It was changed. */
  readonly changed = output<Setting>();

  protected readonly address = resource({ loader: () => this.program.live() });
  protected readonly unavailable = computed(() => sentence(this.address.error()?.message ?? ''));
}
