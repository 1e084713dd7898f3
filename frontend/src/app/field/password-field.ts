import { Component, ElementRef, input, output, signal, viewChild } from '@angular/core';
import { MatTooltip } from '@angular/material/tooltip';
import { Eye, EyeOff } from 'lucide';
import { Icon } from '../icon/icon';

/**
 * A field for a password, with a button that shows what is typed. The password is
 * in the field alone, and nowhere else in the page.
 */
@Component({
  selector: 'lf-password-field',
  imports: [Icon, MatTooltip],
  template: `
    <input
      #field
      class="control"
      autocomplete="off"
      spellcheck="false"
      [id]="inputId()"
      [type]="shown() ? 'text' : 'password'"
      [attr.data-testid]="testId()"
      [placeholder]="placeholder()"
      (input)="look(); typed.emit()"
    />
    @if (filled()) {
      <button
        type="button"
        class="icon-button"
        aria-label="Show the password"
        [attr.aria-pressed]="shown()"
        [matTooltip]="shown() ? 'Hide the password' : 'Show the password'"
        (click)="shown.set(!shown())"
      >
        <lf-icon [icon]="shown() ? icons.EyeOff : icons.Eye" [size]="14" />
      </button>
    }
  `,
  styles: `
    :host {
      position: relative;
      display: block;
    }

    .control {
      width: 100%;
      padding-right: var(--lf-control);
    }

    .icon-button {
      position: absolute;
      inset: 2px 2px 2px auto;
      width: calc(var(--lf-control) - 4px);
      height: calc(var(--lf-control) - 4px);
    }
  `,
})
export class PasswordField {
  /** For the label of the field. */
  readonly inputId = input.required<string>();
  readonly placeholder = input('');
  readonly testId = input<string>();
  /** A person has changed it. */
  readonly typed = output();

  private readonly field = viewChild.required<ElementRef<HTMLInputElement>>('field');
  private readonly something = signal(false);
  protected readonly shown = signal(false);
  protected readonly icons = { Eye, EyeOff };

  /** Whether there is something in it. */
  readonly filled = this.something.asReadonly();

  get value(): string {
    return this.field().nativeElement.value;
  }

  /** Puts a password in, unseen; "" for none. */
  fill(password: string): void {
    this.field().nativeElement.value = password;
    this.shown.set(false);
    this.look();
  }

  /** Takes the password out of the field. */
  take(): string {
    const password = this.value;
    this.fill('');
    return password;
  }

  protected look(): void {
    this.something.set(this.value !== '');
  }
}
