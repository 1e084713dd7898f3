import {
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  input,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import type { Request } from '../backend/model';
import { Profiles } from '../backend/profiles';
import { capitalized, messageOf } from '../format/format';

/** A button that saves what is settled, or was settled for a run, under a name. */
@Component({
  selector: 'lf-save-profile',
  imports: [MatButton, MatTooltip],
  template: `
    @if (asking()) {
      <form (submit)="save($event, name.value)" (keydown.escape)="asking.set(false)">
        <input
          #name
          class="control"
          type="text"
          spellcheck="false"
          autocomplete="off"
          aria-label="Name of the profile"
          placeholder="Name of the profile"
          data-testid="profile-name"
          [value]="typed()"
          (input)="typed.set(name.value)"
        />
        <button
          matButton="outlined"
          type="submit"
          data-testid="profile-save"
          disabledInteractive
          [disabled]="saving()"
          [matTooltip]="taken() ? 'There is a profile of that name' : ''"
        >
          {{ taken() ? 'Replace' : 'Save' }}
        </button>
        <button matButton type="button" (click)="asking.set(false)">Cancel</button>
      </form>
    } @else if (button()) {
      <button
        matButton="outlined"
        type="button"
        data-testid="save-profile"
        disabledInteractive
        [disabled]="!of()"
        matTooltip="Keep how this file is read and mapped, for the next one like it"
        (click)="ask()"
      >
        Save as profile…
      </button>
    }
    @if (failure()) {
      <span class="failure" role="alert">{{ failure() }}</span>
    } @else if (saved() && !asking()) {
      <span class="muted" role="status" data-testid="profile-saved">Saved as {{ saved() }}</span>
    }
  `,
  styles: `
    :host:empty {
      display: none;
    }

    :host,
    form {
      display: flex;
      align-items: center;
      gap: 8px;
    }

    input {
      width: 176px;
    }

    .failure {
      color: var(--mat-sys-error);
    }
  `,
})
export class SaveProfile {
  private readonly profiles = inject(Profiles);
  /** The job, by its ID, or the request; undefined while there is nothing to save. */
  readonly of = input.required<string | Request | undefined>();
  /** The name that is suggested. */
  readonly suggested = input('');
  /** Whether it has a button; without one others ask. */
  readonly button = input(true);

  private readonly name = viewChild<ElementRef<HTMLInputElement>>('name');
  protected readonly asking = signal(false);
  protected readonly saving = signal(false);
  protected readonly typed = signal('');
  protected readonly saved = signal('');
  protected readonly failure = signal('');
  protected readonly taken = computed(() => this.profiles.named(this.typed().trim()) !== undefined);

  constructor() {
    afterRenderEffect({
      write: () => {
        const input = this.name()?.nativeElement;
        input?.focus();
        input?.select();
      },
    });
  }

  /** Asks for a name. */
  ask(): void {
    this.typed.set(this.suggested());
    this.failure.set('');
    this.asking.set(true);
  }

  protected async save(event: Event, typed: string): Promise<void> {
    event.preventDefault();
    const [of, name] = [this.of(), typed.trim()];
    if (!of || this.saving()) {
      return;
    }
    this.saving.set(true);
    this.failure.set('');
    try {
      await this.profiles.save(of, name);
      this.saved.set(name);
      this.asking.set(false);
    } catch (reason) {
      this.failure.set(capitalized(messageOf(reason)));
    } finally {
      this.saving.set(false);
    }
  }
}
