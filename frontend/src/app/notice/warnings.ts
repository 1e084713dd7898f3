import { Component, input } from '@angular/core';
import { TriangleAlert } from 'lucide';
import type { Warning } from '../backend/model';
import { capitalized, count } from '../format/format';
import { Icon } from '../icon/icon';

/** What was guessed and may be wrong, or left out. */
@Component({
  selector: 'lf-warnings',
  imports: [Icon],
  template: `
    @for (warning of warnings(); track $index) {
      <p class="notice attention" data-testid="warning" [attr.data-code]="warning.code">
        <lf-icon [icon]="icons.TriangleAlert" />
        <span class="selectable">
          @if (warning.line) {
            Line {{ count(warning.line) }}: {{ warning.message }}
          } @else {
            {{ capitalized(warning.message) }}
          }
          @if (warning.hint) {
            <span class="muted">{{ warning.hint }}</span>
          }
        </span>
      </p>
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 8px;

      &:empty {
        display: none;
      }
    }
  `,
})
export class Warnings {
  readonly warnings = input.required<readonly Warning[]>();
  protected readonly icons = { TriangleAlert };
  protected readonly capitalized = capitalized;
  protected readonly count = count;
}
