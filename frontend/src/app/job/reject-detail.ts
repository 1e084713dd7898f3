import { Component, computed, inject, input, output, resource, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Copy, X } from 'lucide';
import { Desktop } from '../backend/desktop';
import type { Reject } from '../backend/model';
import { Program } from '../backend/program';
import { bytes, lines } from '../format/format';
import { reason } from '../format/words';
import { named } from '../notice/settings';
import { Deeds } from '../rejects/deeds';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';

/** One reject, opened: the record's own bytes with the value marked, and the hint. */
@Component({
  selector: 'lf-reject-detail',
  imports: [Deeds, Icon, MatButton, MatTooltip],
  template: `
    @let r = reject();
    <header>
      <h3>{{ place() }}</h3>
      <p class="selectable">
        <span class="why">{{ r.message || why(r.code) }}</span>
        @if (r.hint) {
          <span class="muted">{{ named(r.hint, r.settings) }}</span>
        }
      </p>
      <button
        matButton
        type="button"
        [matTooltip]="keys.hint('Copy the record', 'c')"
        (click)="copy()"
      >
        <lf-icon [icon]="icons.Copy" [size]="14" /> {{ copied() ? 'Copied' : 'Copy' }}
      </button>
      <button
        type="button"
        class="icon-button"
        aria-label="Close the record"
        [matTooltip]="keys.hint('Close the record', 'Escape')"
        (click)="closed.emit()"
      >
        <lf-icon [icon]="icons.X" />
      </button>
    </header>
    @if (parts(); as p) {
      <pre
        class="data selectable"
        data-testid="reject-bytes"
        tabindex="0"
        aria-label="The record's own bytes">{{ p.before }}@if (p.value) {<mark>{{ p.value }}</mark>}{{ p.after }}</pre>
      @if (p.note) {
        <p class="muted note">{{ p.note }}</p>
      }
      <lf-deeds [deeds]="deeds()" />
    } @else if (record.error(); as error) {
      <p class="note" role="alert">{{ error.message }}</p>
    } @else {
      <p class="muted note">Reading the record …</p>
    }
  `,
  styleUrl: './reject-detail.scss',
})
export class RejectDetail {
  private readonly program = inject(Program);
  private readonly desktop = inject(Desktop);
  readonly job = input.required<string>();
  readonly reject = input.required<Reject>();
  readonly closed = output();
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { Copy, X };
  protected readonly why = reason;
  protected readonly named = named;
  protected readonly copied = signal(false);

  protected readonly record = resource({
    params: () => ({ job: this.job(), id: this.reject().id ?? 0 }),
    loader: ({ params }) => this.program.reject(params.job, params.id),
  });
  protected readonly deeds = computed(() =>
    this.record.hasValue() ? this.record.value().history : [],
  );

  protected readonly place = computed(() => {
    const { line, endLine, column } = this.reject();
    return [lines(line, endLine), column].filter(Boolean).join(' · ');
  });

  protected readonly parts = computed(() => {
    if (!this.record.hasValue()) {
      return undefined;
    }
    const { text, valueStart, valueEnd, truncated, bytes: size } = this.record.value().record;
    const found = valueStart >= 0;
    return {
      before: found ? text.slice(0, valueStart) : text,
      value: found ? text.slice(valueStart, valueEnd) : '',
      after: found ? text.slice(valueEnd) : '',
      note: truncated
        ? `The first part of ${bytes(size)}. Saving the rejected lines saves all of it.`
        : '',
    };
  });

  constructor() {
    claimKeys([
      { label: 'Copy the record', key: 'c', run: () => void this.copy() },
      {
        label: 'Close the record',
        key: 'Escape',
        run: () => {
          this.closed.emit();
        },
      },
    ]);
  }

  protected async copy(): Promise<void> {
    if (this.record.hasValue()) {
      await this.desktop.copy(this.record.value().record.text);
      this.copied.set(true);
      setTimeout(() => {
        this.copied.set(false);
      }, 1500);
    }
  }
}
