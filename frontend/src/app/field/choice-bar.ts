import { Component, input, output } from '@angular/core';

/** One of a few things, of which each is always in view. The arrow keys move the choice. */
@Component({
  selector: 'lf-choice-bar',
  template: `
    <div role="radiogroup" [attr.aria-label]="label()">
      @for (choice of choices(); track choice.value) {
        <label>
          <input
            type="radio"
            [name]="group"
            [attr.data-testid]="testId() + '-' + choice.value"
            [checked]="choice.value === value()"
            (change)="changed.emit(choice.value)"
          />
          {{ choice.label }}
        </label>
      }
    </div>
  `,
  styles: `
    :host {
      display: inline-flex;
    }

    div {
      display: flex;
      height: var(--lf-control);
      padding: 2px;
      gap: 2px;
      border-radius: 6px;
      background: var(--mat-sys-surface-container-high);
    }

    // The radio button is the whole of its label, unseen.
    input {
      position: absolute;
      inset: 0;
      width: 100%;
      height: 100%;
      opacity: 0;
    }

    label {
      position: relative;
      display: flex;
      align-items: center;
      padding: 0 12px;
      border-radius: 4px;
      white-space: nowrap;
      color: var(--mat-sys-on-surface-variant);

      &:hover {
        color: var(--mat-sys-on-surface);
      }

      &:has(:checked) {
        background: var(--mat-sys-surface);
        color: var(--mat-sys-on-surface);
        font-weight: 500;
      }

      &:has(:focus-visible) {
        outline: 2px solid var(--mat-sys-primary);
      }
    }
  `,
})
export class ChoiceBar<T extends string> {
  readonly label = input.required<string>();
  readonly choices = input.required<readonly { readonly value: T; readonly label: string }[]>();
  readonly value = input.required<T>();
  readonly testId = input('choice');
  readonly changed = output<T>();
  protected readonly group = `choice-${nextId++}`;
}

let nextId = 0;
