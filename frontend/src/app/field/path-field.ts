import { Component, input, output } from '@angular/core';

/**
 * A field for a path or a name. What is typed counts at Enter, or when the field
 * is left. An empty field says that there is none.
 */
@Component({
  selector: 'lf-path-field',
  template: `
    <input
      #field
      class="control"
      type="text"
      spellcheck="false"
      autocomplete="off"
      [attr.aria-label]="label()"
      [attr.data-testid]="testId()"
      [placeholder]="placeholder()"
      [value]="value()"
      (change)="commit(field.value); restore(field)"
      (keydown.escape)="field.value = value(); field.blur()"
      (paste)="pasted(field)"
    />
  `,
  styles: `
    :host {
      display: block;
    }

    .control {
      width: 100%;
    }
  `,
})
export class PathField {
  readonly label = input.required<string>();
  readonly value = input.required<string>();
  readonly placeholder = input('');
  readonly testId = input<string>();
  readonly changed = output<string>();

  protected commit(typed: string): void {
    const value = unquoted(typed.trim());
    if (value !== this.value()) {
      this.changed.emit(value);
    }
  }

  /** An empty field that stands for a default shows that again, and a URL what became of it. */
  protected restore(field: HTMLInputElement): void {
    setTimeout(() => {
      field.value = this.value();
    });
  }

  /** A pasted path is complete. */
  protected pasted(field: HTMLInputElement): void {
    setTimeout(() => {
      this.commit(field.value);
      this.restore(field);
    });
  }
}

/** File managers and shells copy paths in quotes, or as a URL. */
function unquoted(path: string): string {
  const bare = /^(["'])(.*)\1$/.exec(path)?.[2] ?? path;
  if (!bare.startsWith('file://')) {
    return bare;
  }
  const file = bare.slice('file://'.length);
  try {
    return decodeURIComponent(file);
  } catch {
    return file; // its "%" does not encode anything
  }
}
