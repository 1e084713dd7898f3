import { Component, input } from '@angular/core';
import type { Summary } from '../backend/model';
import { capitalized, count, counted } from '../format/format';
import { passedOver } from '../format/words';

/** What a run left out or guessed: a line for each, told where its outcome is told. */
@Component({
  selector: 'lf-notes',
  template: `
    <ul aria-label="Left out, or guessed" data-testid="notes" tabindex="0">
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

/** The lines that were passed over tell of what the reading's own warnings tell, with their numbers. */
const toldByLines = ['preamble', 'footer', 'repeated_header'];

/** What a summary has to tell beside its counts. */
export function notes(s: Summary): readonly Note[] {
  const lines = s.passedOver ?? [];
  const told = lines.map((p) => p.kind);
  const warnings = (s.warnings ?? []).filter(
    (w) => !(toldByLines.includes(w.code) && told.includes(w.code)),
  );
  return [
    ...warnings.map((w) => ({
      says: w.line ? `Line ${count(w.line)}: ${w.message}` : capitalized(w.message),
      hint: w.hint,
      attention: true,
    })),
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
        says: `${counted(p.lines, 'line')} ${passedOver(p.kind)} not loaded: ${spans.join(', ')}${more}.`,
        attention: false,
      };
    }),
  ];
}
