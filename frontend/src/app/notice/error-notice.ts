import { Component, computed, input } from '@angular/core';
import { TriangleAlert } from 'lucide';
import { capitalized } from '../format/format';
import { Icon } from '../icon/icon';

/** What went wrong, and in the slot what to do about it; nothing while the message is empty. */
@Component({
  selector: 'lf-error-notice',
  imports: [Icon],
  template: `
    @if (text()) {
      <p class="notice error" role="alert" [attr.data-testid]="testId()">
        <lf-icon [icon]="icons.TriangleAlert" />
        <span class="selectable">{{ text() }}</span>
        <ng-content />
      </p>
    }
  `,
  styles: `
    :host:empty {
      display: none;
    }
  `,
})
export class ErrorNotice {
  readonly message = input.required<string>();
  readonly testId = input<string>();
  protected readonly icons = { TriangleAlert };
  protected readonly text = computed(() => capitalized(this.message()));
}
