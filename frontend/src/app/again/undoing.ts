import type { Undoing } from '../backend/model';
import { counted, dayAndTime, sentence } from '../format/format';

/** What undoing an import would do to its table, as a question. */
export function undoQuestion(n: Undoing, table: string): string {
  const removed = `remove ${counted(n.removed, 'row')}${n.dropped ? ' and the table' : ''}`;
  const deeds = [
    n.removed || n.dropped ? removed : '',
    n.restored ? `put ${counted(n.restored, 'row')} back as before` : '',
  ].filter(Boolean);
  const asks = deeds.length
    ? `Undo the import into ${table}: ${deeds.join(', ')}?`
    : `Nothing is left to undo in ${table}.`;
  return [asks, staying(n), ...(n.warnings ?? []).map((w) => sentence(w.message))]
    .filter(Boolean)
    .join(' ');
}

/** What undoing an import did. */
export function undone(n: Undoing & { time: string; who: string }): string {
  const by = n.who ? ` by ${n.who}` : '';
  const table = n.dropped ? ' with the table' : '';
  return [
    `Undone ${dayAndTime(n.time)}${by}: ${counted(n.removed, 'row')} removed${table}, ${counted(n.restored, 'row')} put back.`,
    staying(n),
  ]
    .filter(Boolean)
    .join(' ');
}

/** The rows that stay as they are, and why. */
function staying(n: Undoing): string {
  const why = [
    n.changed ? `${counted(n.changed, 'row')} changed since` : '',
    n.referred ? `${counted(n.referred, 'row')} to which others refer` : '',
    n.refused ? `${counted(n.refused, 'row')} for which the database refuses it` : '',
  ].filter(Boolean);
  return [
    why.length ? `What stays: ${why.join(', ')}.` : '',
    n.gone ? `${counted(n.gone, 'row')} gone already.` : '',
  ]
    .filter(Boolean)
    .join(' ');
}
