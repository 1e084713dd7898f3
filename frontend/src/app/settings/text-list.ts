import {
  Component,
  ElementRef,
  booleanAttribute,
  input,
  model,
  output,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { X } from 'lucide';
import { Icon } from '../icon/icon';

/** Texts, each of which can be removed, a field for a further one, and in the slot other ways to add one. */
@Component({
  selector: 'lf-text-list',
  imports: [Icon, MatButton],
  template: `
    @if (items().length) {
      <ul [attr.aria-label]="label()">
        @for (text of items(); track text) {
          <li [attr.data-testid]="testId() + '-item'">
            <span class="text selectable" [title]="text">{{ called()(text) }}</span>
            @if (!fixed()) {
              <button
                type="button"
                class="icon-button"
                [attr.data-testid]="testId() + '-remove'"
                [attr.aria-label]="'Remove ' + called()(text)"
                (click)="remove(text)"
              >
                <lf-icon [icon]="icons.X" [size]="14" />
              </button>
            }
          </li>
        }
      </ul>
    }
    @if (!fixed()) {
      <div class="line">
        <input
          #field
          class="control data"
          type="text"
          spellcheck="false"
          autocomplete="off"
          [attr.aria-label]="label() + ': another one'"
          [attr.aria-invalid]="invalid()"
          [attr.data-testid]="testId() + '-field'"
          [placeholder]="placeholder()"
          [value]="typed()"
          (input)="typed.set(field.value)"
          (keydown.enter)="$event.preventDefault(); add()"
        />
        <button
          matButton="outlined"
          type="button"
          [attr.data-testid]="testId() + '-add'"
          (click)="add()"
        >
          {{ verb() }}
        </button>
        <ng-content />
      </div>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 4px;
      min-width: 0;
    }

    li {
      display: flex;
      align-items: center;
      width: fit-content;
      min-width: min(320px, 100%);
      max-width: 100%;
      padding-left: 8px;
      border-radius: 5px;
      font-family: var(--lf-data);
      font-size: 12px;
      font-variant-ligatures: none;

      &:hover {
        background: var(--mat-sys-surface-container-low);
      }
    }

    .text {
      flex: 1;
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
      line-height: 28px;
    }

    .line {
      display: flex;
      flex-wrap: wrap;
      gap: 8px;
    }

    .control {
      flex: 1 1 200px;
      max-width: 320px;
    }
  `,
})
export class TextList {
  readonly label = input.required<string>();
  readonly items = input.required<readonly string[]>();
  /** How a text is shown. */
  readonly called = input<(text: string) => string>((text) => text);
  /** What is in the field; it stays until its owner empties it. */
  readonly typed = model('');
  readonly placeholder = input('');
  /** What the button does that adds the text of the field. */
  readonly verb = input('Add');
  readonly invalid = input(false);
  /** Nothing can be added or removed. */
  readonly fixed = input(false, { transform: booleanAttribute });
  readonly testId = input('text');
  readonly added = output<string>();
  readonly removed = output<string>();
  protected readonly icons = { X };
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('field');

  /** The button that had the focus goes with its text. */
  protected remove(text: string): void {
    this.removed.emit(text);
    this.field()?.nativeElement.focus();
  }

  /** An empty field gets the focus: the button says what to do. */
  protected add(): void {
    const text = this.typed().trim();
    if (text) {
      this.added.emit(text);
    } else {
      this.field()?.nativeElement.focus();
    }
  }
}
