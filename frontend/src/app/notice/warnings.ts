import { Component, computed, input } from '@angular/core';
import { TriangleAlert } from 'lucide';
import type { Warning } from '../backend/model';
import { Icon } from '../icon/icon';
import { told } from './told';

/** What was left out, or guessed and may be wrong. */
@Component({
  selector: 'lf-warnings',
  imports: [Icon],
  template: `
    @for (warning of said(); track $index) {
      <p class="notice attention" data-testid="warning" [attr.data-code]="warning.code">
        <lf-icon [icon]="icons.TriangleAlert" />
        <span class="selectable">
          {{ warning.says }} <span class="muted">{{ warning.hint }}</span>
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
  protected readonly said = computed(() => told(this.warnings()));
}
