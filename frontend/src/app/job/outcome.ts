import { undone } from '../again/undoing';
import type { Job, Summary } from '../backend/model';
import type { NewColumn } from '../draft/new-columns';
import { count, counted, duration, sentence } from '../format/format';
import { typeLabel } from '../format/words';
import { named } from '../notice/settings';
import { stoppedAt } from '../resume/offer';

/** How a run ended, in words. */
export interface Outcome {
  /** Mixed is done with rejects; stopped needs attention, as little or nothing was loaded. */
  readonly kind: 'good' | 'mixed' | 'stopped' | 'failed';
  readonly title: string;
  /** What happened, and what to do; "" if the title says it all. */
  readonly detail: string;
}

export function outcome(job: Job): Outcome {
  const ended = end(job);
  return job.undone ? { ...ended, kind: 'stopped', detail: undone(job.undone) } : ended;
}

function end(job: Job): Outcome {
  const s = job.summary;
  const atomic = job.request.plan.atomic ?? false;
  switch (job.state) {
    case 'done':
      return s ? done(s) : { kind: 'good', title: 'Done', detail: '' };
    case 'failed':
      return {
        kind: 'failed',
        title: job.request.check ? 'The check failed' : 'The import failed',
        detail: [
          sentence(
            named(
              s?.error ?? '',
              s?.reasons?.flatMap((r) => r.settings ?? []),
            ),
          ),
          kept(s, atomic),
        ]
          .filter(Boolean)
          .join(' '),
      };
    case 'cancelled':
      return { kind: 'stopped', title: `Cancelled${after(job)}`, detail: kept(s, atomic) };
    default:
      return {
        kind: 'stopped',
        title: `Interrupted${after(job)}`,
        detail: `The program ended while it was running. ${kept(s, atomic)}`.trim(),
      };
  }
}

function done(s: Summary): Outcome {
  const good = s.inserted + s.updated;
  const loaded = s.check ? 'would be loaded' : `loaded in ${duration(s.seconds)}`;
  const skipped = s.skipped ? `; ${count(s.skipped)} skipped` : '';
  const rejected = s.rejected ? `; ${count(s.rejected)} rejected` : '';
  return {
    kind: good + s.skipped === 0 ? 'stopped' : s.rejected || !s.balanced ? 'mixed' : 'good',
    title:
      s.read === 0
        ? 'No records found in the file'
        : `${count(good)} of ${count(s.read)} ${loaded}${skipped}${rejected}`,
    detail: [
      s.check ? 'Nothing was written.' : '',
      s.padded
        ? `${counted(s.padded, 'record')} with too few or too many fields ${s.padded === 1 ? 'was' : 'were'} padded or cut.`
        : '',
      s.balanced ? '' : 'The counts do not balance: please report this, with the log.',
    ]
      .filter(Boolean)
      .join(' '),
  };
}

/** How far a run came, and in what time; that is not known of one whose program was killed. */
function after(job: Job): string {
  const at = stoppedAt(job);
  return [
    ...(at ? [` ${at}`] : []),
    ...(job.summary?.seconds ? [` after ${duration(job.summary.seconds)}`] : []),
  ].join('');
}

/** What a run that did not finish left in its table. */
function kept(s: Summary | undefined, atomic: boolean): string {
  if (!s || s.check) {
    return s?.check ? 'Nothing was written.' : '';
  }
  const rows = s.inserted + s.updated;
  const undone = s.rolledBack
    ? `; ${counted(s.rolledBack, 'uncommitted row')} ${s.rolledBack === 1 ? 'was' : 'were'} rolled back`
    : '';
  return atomic || rows === 0
    ? `No rows were kept in ${s.table}.`
    : `${counted(rows, 'row')} ${rows === 1 ? 'was' : 'were'} committed and ${rows === 1 ? 'stays' : 'stay'} in ${s.table}${undone}.`;
}

/** The columns whose type a check of all records has changed, the first few if there are many. */
export function typeChanges(columns: readonly NewColumn[]): string {
  const most = 3;
  const changed = columns
    .filter((c) => c.before && !c.leftOut)
    .map((c) => `${c.column.name} is ${typeLabel(c.column)}, not ${c.before}`);
  const more = changed.length > most ? `, and ${changed.length - most} more` : '';
  return changed.slice(0, most).join('; ') + more;
}

/** The account of every record that was read: the counters beside it have what is zero. */
export function balance(s: Summary): string {
  const parts: [number, string][] = [
    [s.inserted, s.check ? 'would be inserted' : 'inserted'],
    [s.updated, 'updated'],
    [s.skipped, 'skipped'],
    [s.rejected, 'rejected'],
    [s.rolledBack ?? 0, 'rolled back'],
  ];
  const some = parts.filter(([n]) => n > 0).map(([n, of]) => `${count(n)} ${of}`);
  return `${count(s.read)} read = ${some.join(' + ') || '0'}`;
}
