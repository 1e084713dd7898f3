import { Component, inject, input, output } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { RotateCw } from 'lucide';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { PathField } from './path-field';

/** A path, a button that reloads what it names, and the buttons in the slot. */
@Component({
  selector: 'lf-path-bar',
  imports: [Icon, MatTooltip, PathField],
  template: `
    <lf-path-field
      [label]="label()"
      [placeholder]="placeholder()"
      [testId]="testId()"
      [value]="value()"
      (changed)="changed.emit($event)"
    />
    @if (value()) {
      <button
        type="button"
        class="icon-button"
        data-testid="reload"
        aria-label="Reload"
        [matTooltip]="keys.hint('Reload', 'F5')"
        (click)="reload.emit()"
      >
        <lf-icon [icon]="icons.RotateCw" />
      </button>
    }
    <ng-content />
  `,
  styles: `
    :host {
      display: flex;
      gap: 8px;
    }

    lf-path-field {
      flex: 1;
    }
  `,
})
export class PathBar {
  readonly label = input.required<string>();
  readonly value = input.required<string>();
  readonly placeholder = input('');
  readonly testId = input<string>();
  readonly changed = output<string>();
  /** What the path names may have changed on disk. */
  readonly reload = output();

  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { RotateCw };

  constructor() {
    claimKeys([
      {
        label: 'Reload',
        key: 'F5',
        enabled: () => this.value() !== '',
        run: () => {
          this.reload.emit();
        },
      },
    ]);
  }
}
