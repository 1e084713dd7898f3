import type { Warning } from '../backend/model';
import { count, sentence } from '../format/format';
import { hintOf } from './settings';

/** A warning as the window says it. */
export interface Told {
  readonly code: string;
  readonly says: string;
  readonly hint: string;
}

/** Warnings that tell of lines by their number, or of where the records begin. */
const ofLines = ['preamble', 'footer', 'repeated_header'];

/** Warnings as the window says them: each once, and fields that go nowhere in one of them. */
export function told(warnings: readonly Warning[]): readonly Told[] {
  // Of one place, what was found out last is known best.
  const latest = new Map(warnings.map((w) => [w.line ? `${w.code} ${w.line}` : w.message, w]));
  const each = [...latest.values()];
  const unmapped = each.filter((w) => w.code === 'unmapped_field' && w.field);
  const together = unmapped.length > 1 ? unmapped : [];
  return each
    .filter((w) => w === together[0] || !together.includes(w))
    .map((w) => ({
      code: w.code,
      says: w === together[0] ? areUnmapped(together) : says(w),
      hint: w === together[0] ? 'Map each to a column, or leave it out.' : hintOf(w),
    }));
}

function says({ code, line, message }: Warning): string {
  return line && !ofLines.includes(code)
    ? sentence(`line ${count(line)}: ${message}`)
    : sentence(message);
}

function areUnmapped(warnings: readonly Warning[]): string {
  const fields = warnings.map((w) => w.field).join(', ');
  return `${count(warnings.length)} fields go to no column and are not loaded: ${fields}.`;
}
