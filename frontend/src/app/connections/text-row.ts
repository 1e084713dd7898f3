import {
  Component,
  ElementRef,
  booleanAttribute,
  input,
  model,
  output,
  viewChild,
} from '@angular/core';

/** A field of a form for one line of text, after its label. */
@Component({
  selector: 'lf-text-row',
  template: `
    <label>
      <span class="muted">{{ label() }}</span>
      <input
        #field
        class="control"
        type="text"
        spellcheck="false"
        autocomplete="off"
        [class.data]="code()"
        [attr.data-testid]="testId()"
        [attr.aria-invalid]="invalid()"
        [attr.inputmode]="digits() ? 'numeric' : null"
        [attr.maxlength]="most()"
        [placeholder]="placeholder()"
        [value]="value()"
        (input)="value.set(field.value)"
        (change)="finished.emit()"
        (paste)="pasted()"
      />
    </label>
  `,
  styles: `
    :host {
      display: block;
    }

    label {
      display: grid;
      grid-template-columns: var(--lf-labels, 88px) minmax(0, 1fr);
      align-items: center;
    }
  `,
})
export class TextRow {
  readonly label = input.required<string>();
  /** What is in the field, at every key. */
  readonly value = model.required<string>();
  readonly placeholder = input('');
  readonly testId = input<string>();
  /** It is written in the typeface of data. */
  readonly code = input(false, { transform: booleanAttribute });
  readonly digits = input(false, { transform: booleanAttribute });
  readonly invalid = input(false);
  /** The number of characters of the longest text. */
  readonly most = input<number>();
  /** The field was left, or a text was pasted, which is complete. */
  readonly finished = output();

  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');

  focus(): void {
    this.field().nativeElement.focus();
  }

  protected pasted(): void {
    setTimeout(() => {
      this.finished.emit();
    });
  }
}
