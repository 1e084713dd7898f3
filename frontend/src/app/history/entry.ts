import type { Run } from '../backend/run';
import { SetRun } from '../backend/set-run';
import { count, counted, dayAndTime, duration, fileName, nothing, percent } from '../format/format';
import { tableOf, targetInFull, targetName } from '../format/target';

/** A line of the list: a run, or the files of a set. */
export type Entry = Run | SetRun;

export function created(entry: Entry): string {
  return entry instanceof SetRun ? entry.set().created : entry.job().created;
}

/** What both kinds of lines have. */
export function facts(entry: Entry) {
  if (entry instanceof SetRun) {
    const { request, resumable, openRejects, first = '', summary } = entry.set();
    const more = entry.files().total - 1;
    return {
      ...{ request: request.import, check: request.import.check, resumable, openRejects, summary },
      ...{ who: undefined, undone: false, several: true },
      of: counted(entry.files().total, 'file'),
      name: more ? `${fileName(first)} and ${count(more)} more` : fileName(first),
    };
  }
  const { request, resumable, openRejects, summary, who, undone } = entry.job();
  return {
    ...{ request, check: request.check, resumable, openRejects, summary, who },
    ...{ undone: undone !== undefined, several: false },
    ...{ of: fileName(request.file), name: fileName(request.file) },
  };
}

/** The texts of a line. */
export function rowOf(entry: Entry) {
  const { request, check, openRejects, summary, who, undone, several, name, of } = facts(entry);
  const { inserted, updated, rejected } = entry.counts();
  const stalled = !(entry instanceof SetRun) && entry.stalled();
  return {
    ...{ id: entry.id, name, several },
    when: dayAndTime(created(entry)),
    who: who ? `by ${who}` : '',
    title: several ? of : request.file,
    into: `${targetName(request.target)} / ${tableOf(request.plan)}`,
    target: targetInFull(request.target),
    look: stalled ? 'stalled' : undone ? 'undone' : entry.state(),
    state: stalled ? (entry.progress()?.phase ?? '') : undone ? 'undone' : state(entry, check),
    loaded: check ? nothing : count(inserted + updated),
    rejected: count(rejected),
    open: openRejects === undefined ? nothing : count(openRejects),
    bad: !!openRejects,
    took: summary?.seconds ? duration(summary.seconds) : '', // not known where the program was killed
    active: entry.active(),
  };
}

function state(entry: Entry, check: boolean | undefined): string {
  const done = entry.percent();
  if (entry.state() === 'running' && done !== undefined) {
    return `${percent(done)} %`;
  }
  if (entry instanceof SetRun && entry.state() === 'failed') {
    return `${count(entry.files().failed)} failed`;
  }
  return check && entry.state() === 'done' ? 'checked' : entry.state();
}
