import { Component, input } from '@angular/core';
import type { Summary } from '../backend/model';
import { count, counted } from '../format/format';
import { passedOver } from '../format/words';
import { told } from '../notice/told';

/** What a run left out or guessed, a line for each. */
@Component({
  selector: 'lf-notes',
  template: `
    <ul aria-label="Left out or guessed" data-testid="notes" tabindex="0">
      @for (note of notes(); track $index) {
        <li class="selectable" [class.attention]="note.attention">
          {{ note.says }}
          @if (note.hint) {
            <span class="muted">{{ note.hint }}</span>
          }
        </li>
      }
    </ul>
  `,
  styles: `
    ul {
      height: 100%;
      overflow: auto;
      font-size: 12px;
      line-height: 16px;

      &:focus-visible {
        outline-offset: -2px;
      }
    }

    li {
      margin-bottom: 4px;
      padding-left: 8px;
      border-left: 2px solid var(--mat-sys-outline-variant);

      &.attention {
        border-left-color: var(--lf-attention);
      }
    }
  `,
})
export class Notes {
  readonly notes = input.required<readonly Note[]>();
}

export interface Note {
  readonly says: string;
  readonly hint?: string;
  readonly attention: boolean;
}

/** What a summary says besides its counts. */
export function notes(s: Summary): readonly Note[] {
  const lines = s.passedOver ?? [];
  // Lines that were passed over are listed with their numbers, so not as a warning too.
  const warnings = (s.warnings ?? []).filter((w) => !lines.some((p) => p.kind === w.code));
  return [
    ...told(warnings).map(({ says, hint }) => ({ says, hint, attention: true })),
    ...(s.nulls ?? []).map((n) => ({
      says: `“${n.text}” in ${n.column} was read as NULL in ${counted(n.count, 'record')}.`,
      attention: true,
    })),
    ...lines.map((p) => {
      const spans = p.ranges.map((r) =>
        r.from === r.to ? count(r.from) : `${count(r.from)}–${count(r.to)}`,
      );
      const more = p.ranges.reduce((n, r) => n + r.to - r.from + 1, 0) < p.lines ? ' and more' : '';
      return {
        says: `${passedOver(p.kind, p.lines)}, not loaded: ${spans.join(', ')}${more}.`,
        attention: false,
      };
    }),
  ];
}
