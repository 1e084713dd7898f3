import { Component, computed, inject, input, output } from '@angular/core';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import type { RejectGroup } from '../backend/model';
import { count, oneLine } from '../format/format';
import { Shortcuts } from '../keys/shortcuts';
import { kinds, kindsFor, patternsFor, type Kind, type Remedy } from './remedy';

/** The number of words that can be mapped in the form. */
const mostWords = 50;

/** Chooses a rule for a group, and what it takes. */
@Component({
  selector: 'lf-remedy-form',
  imports: [MatButton, MatOption, MatSelect, MatTooltip],
  templateUrl: './remedy-form.html',
  styleUrl: './remedy-form.scss',
})
export class RemedyForm {
  readonly group = input.required<RejectGroup>();
  readonly remedy = input.required<Remedy>();
  /** The values of the group, for the words. */
  readonly values = input.required<readonly RejectGroup[]>();
  readonly picked = input.required<readonly string[]>();
  /** Why the rule can't be used; "" when it can. */
  readonly stuck = input.required<string>();
  readonly taken = output<Kind>();
  readonly changed = output<Partial<Remedy>>();
  readonly used = output();

  protected readonly keys = inject(Shortcuts);
  protected readonly count = count;
  protected readonly oneLine = oneLine;
  protected readonly labels = kinds;
  protected readonly offered = computed(() => kindsFor(this.group()));
  protected readonly patterns = computed(() => patternsFor(this.group().code));
  protected readonly words = computed(() => {
    const picked = this.picked();
    const words = this.values().map((v) => v.value ?? '');
    return (picked.length ? [...picked] : words).slice(0, mostWords);
  });

  protected setWord(from: string, to: string): void {
    const entries = Object.entries(this.remedy().words).filter(([word]) => word !== from);
    this.changed.emit({ words: Object.fromEntries(to ? [...entries, [from, to]] : entries) });
  }
}
