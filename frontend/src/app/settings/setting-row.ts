import {
  Component,
  ElementRef,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatOption, MatSelect } from '@angular/material/select';
import type { Setting } from '../backend/model';
import { Program } from '../backend/program';
import { capitalized, messageOf, sentence } from '../format/format';
import { alone, amountOf, goes, inUnit, inWords, unitsOf, valueOf, type Amount } from './amount';

/** What the window calls the settings; others are called by their names. */
const labels: Readonly<Record<string, string>> = {
  'keep-jobs': 'Imports in the history',
  'keep-rejects': 'Rejected records',
  'keep-size': 'Size of the program’s file',
  'keep-undo': 'What undoing needs',
  'imports-at-once': 'Imports at the same time',
  'signin-issuer': 'Issuer',
  'signin-client': 'Client',
  'signin-audience': 'Audience of callers',
  'signin-role': 'Role',
  'signin-targets': 'Databases of callers',
  'signin-required': 'Imports need a user',
};

/** What is in an empty field. */
const examples: Readonly<Record<string, string>> = {
  'signin-issuer': 'https://id.example/realms/shop',
  'signin-client': 'linefeed',
  'signin-role': 'any user',
  'signin-audience': 'the client',
  'signin-targets': 'the saved connections',
};

/** One setting of the program. A change holds at once; one that forgets something is asked for before. */
@Component({
  selector: 'lf-setting-row',
  imports: [MatButton, MatOption, MatSelect],
  template: `
    <div class="row" data-testid="setting" [attr.data-name]="setting().name">
      <label class="label" [for]="setting().name">{{ label() }}</label>
      <span class="value">
        @if (yesOrNo()) {
          <input
            type="checkbox"
            data-testid="setting-yes"
            [id]="setting().name"
            [checked]="number() === 'yes'"
            [disabled]="!!setting().pinned"
            (change)="take({ number: number() === 'yes' ? 'no' : 'yes', unit: '' })"
          />
        } @else if (!alone(unit())) {
          <input
            #field
            class="control"
            [class]="text() ? 'text' : 'number'"
            type="text"
            [attr.inputmode]="text() ? null : 'numeric'"
            autocomplete="off"
            data-testid="setting-number"
            [id]="setting().name"
            [placeholder]="placeholder()"
            [value]="number()"
            [disabled]="!!setting().pinned"
            (change)="take({ number: field.value, unit: unit() })"
          />
        }
        @if (units().length) {
          <mat-select
            class="control unit"
            data-testid="setting-unit"
            [aria-label]="label() + ': unit'"
            [value]="unit()"
            [disabled]="!!setting().pinned"
            (valueChange)="take(inUnit($event))"
          >
            @for (unit of units(); track unit.value) {
              <mat-option [value]="unit.value">{{
                number() === '1' ? unit.one : unit.many
              }}</mat-option>
            }
          </mat-select>
        }
        @if (changeable() && setting().value !== setting().default && !wanted()) {
          <button type="button" class="link" data-testid="setting-default" (click)="reset()">
            Back to {{ words(setting().default) }}
          </button>
        }
        @if (says()) {
          <span class="muted" role="status" data-testid="setting-says">{{ says() }}</span>
        }
      </span>
      <code class="data muted name selectable" [title]="'linefeed settings ' + setting().name">{{
        setting().name
      }}</code>
      <p class="about muted">
        {{ sentence(setting().message) }}
        @if (setting().pinned; as file) {
          <span data-testid="setting-pinned"
            >Set by the policy file <span class="data selectable">{{ file }}</span>.</span
          >
        }
      </p>
      @if (wanted(); as change) {
        <div class="asked" role="alertdialog" aria-labelledby="goes" data-testid="setting-question">
          <p id="goes">
            With {{ words(change.value) }}, this is forgotten now: {{ change.goes }}. What was
            loaded stays in the databases.
          </p>
          <button
            #keep
            matButton="filled"
            type="button"
            data-testid="setting-keep"
            (click)="undo()"
          >
            Keep {{ words(setting().value) }}
          </button>
          <button
            matButton="outlined"
            type="button"
            data-testid="setting-forget"
            (click)="forget(change.value)"
          >
            Forget it
          </button>
        </div>
      }
      @if (failure()) {
        <p class="failure" role="alert" data-testid="setting-error">{{ failure() }}</p>
      }
    </div>
  `,
  styleUrl: './setting-row.scss',
})
export class SettingRow {
  private readonly program = inject(Program);
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('field');
  readonly setting = input.required<Setting>();
  /** It was changed. */
  readonly changed = output<Setting>();

  protected readonly alone = alone;
  protected readonly sentence = sentence;
  protected readonly label = computed(
    () => labels[this.setting().name] ?? capitalized(this.setting().name.replaceAll('-', ' ')),
  );
  protected readonly placeholder = computed(() => examples[this.setting().name] ?? '');
  protected readonly units = computed(() => unitsOf(this.setting().default));
  /** Its value is neither a number nor an amount. */
  protected readonly text = computed(
    () => !this.units().length && !/^\d+$/.test(this.setting().default),
  );
  protected readonly yesOrNo = computed(() => ['yes', 'no'].includes(this.setting().default));
  /** It can be set back to what it is by default. */
  protected readonly changeable = computed(() => !this.setting().pinned && !this.yesOrNo());
  private readonly shown = linkedSignal(() => this.parts(this.setting().value));
  protected readonly number = computed(() => this.shown().number);
  protected readonly unit = computed(() => this.shown().unit);

  /** A value that forgets something, until that is confirmed. */
  protected readonly wanted = signal<{ value: string; goes: string } | undefined>(undefined);
  protected readonly says = signal('');
  protected readonly failure = signal('');

  protected words(value: string): string {
    return this.text() ? value || 'none' : inWords(value, this.units());
  }

  /** The value in its parts; a text is one. */
  private parts(value: string): Amount {
    return this.units().length ? amountOf(value) : { number: value, unit: '' };
  }

  /** Takes a value as it is given, unless it forgets something: that is asked for. */
  protected async take(amount: Amount): Promise<void> {
    this.shown.set(amount);
    await this.change(valueOf(amount));
  }

  protected inUnit(unit: string): Amount {
    return inUnit(this.shown(), unit, this.setting().default);
  }

  protected async reset(): Promise<void> {
    await this.change(this.setting().default);
  }

  /** Takes a value that was confirmed, and forgets what it does not keep. */
  protected async forget(value: string): Promise<void> {
    this.wanted.set(undefined);
    this.says.set('Forgetting …');
    try {
      const setting = await this.program.setSetting(this.setting().name, value);
      await this.program.tidy();
      this.end(setting, 'Saved, and forgotten');
    } catch (reason) {
      this.refuse(reason);
    }
  }

  /** Shows the value again that holds. */
  protected undo(): void {
    this.wanted.set(undefined);
    this.shown.set(this.parts(this.setting().value));
    const field = this.field()?.nativeElement;
    if (field) {
      field.value = this.number(); // where the signal has not changed
    }
  }

  private async change(value: string): Promise<void> {
    this.says.set('');
    this.failure.set('');
    this.wanted.set(undefined);
    if (value === this.setting().value) {
      this.undo();
      return;
    }
    try {
      const gone = goes(await this.program.going(this.setting().name, value));
      if (gone) {
        this.wanted.set({ value, goes: gone });
      } else {
        this.end(await this.program.setSetting(this.setting().name, value), 'Saved');
      }
    } catch (reason) {
      this.refuse(reason);
    }
  }

  private end(setting: Setting, says: string): void {
    this.says.set(says);
    this.changed.emit(setting);
  }

  private refuse(reason: unknown): void {
    this.says.set('');
    this.failure.set(messageOf(reason));
    this.undo();
  }
}
