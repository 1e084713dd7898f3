import type { Job, Summary } from '../backend/model';
import type { SetRun } from '../backend/set-run';
import { count, counted, fileName } from '../format/format';
import { targetName } from '../format/target';

/** How far a job that did not reach its end came: "at 62 %"; "" where that is not known. */
export function stoppedAt({ summary }: Job): string {
  const { bytes = 0, bytesTotal = 0 } = summary ?? {};
  return bytesTotal > 0 ? `at ${count(Math.floor((100 * bytes) / bytesTotal))} %` : '';
}

/** What of an interrupted job is in its table, for the question whether it goes on. */
export function offer(job: Job): string {
  const { file, target } = job.request;
  const there = loaded((job.summary?.inserted ?? 0) + (job.summary?.updated ?? 0));
  const interrupted = ['interrupted', stoppedAt(job)].filter(Boolean).join(' ');
  return `${fileName(file)} into ${targetName(target)}: ${interrupted}, ${there}.`;
}

/** Whether a job was not taken up because its file is not as it was when it began. */
export function fileChanged({ state, summary }: Job): boolean {
  return state === 'failed' && asksFor('changed', summary);
}

/** Whether a job was not taken up because nobody knows whether some of its records are in the table. */
export function inDoubt({ state, summary }: Job): boolean {
  return state === 'failed' && asksFor('unsure', summary);
}

function asksFor(name: string, summary?: Summary): boolean {
  const settings = (summary?.reasons ?? []).flatMap((reason) => reason.settings ?? []);
  return settings.some((setting) => setting.name === name);
}

/** What of an interrupted set is in its table, or its tables, for the question whether it goes on. */
export function offerOfSet(run: SetRun): string {
  const { summary, request } = run.set();
  const { total, done } = summary.files;
  const there = loaded(summary.inserted + summary.updated);
  return `${counted(total, 'file')} into ${targetName(request.import.target)}: interrupted when ${count(done)} of them ${done === 1 ? 'was' : 'were'} done, ${there}.`;
}

function loaded(rows: number): string {
  return rows > 0
    ? `${counted(rows, 'record')} ${rows === 1 ? 'is' : 'are'} in the table`
    : 'as far as is known, nothing is in the table yet';
}
