import type { Job } from '../backend/model';
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
  const rows = (job.summary?.inserted ?? 0) + (job.summary?.updated ?? 0);
  const there =
    rows > 0
      ? `${counted(rows, 'record')} ${rows === 1 ? 'is' : 'are'} in the table`
      : 'as far as is known, nothing is in the table yet';
  const interrupted = ['interrupted', stoppedAt(job)].filter(Boolean).join(' ');
  return `${fileName(file)} into ${targetName(target)}: ${interrupted}, ${there}.`;
}

/** Whether a job was not taken up because its file is not as it was when it began. */
export function fileChanged({ state, summary }: Job): boolean {
  const settings = (summary?.reasons ?? []).flatMap((reason) => reason.settings ?? []);
  return state === 'failed' && settings.some((setting) => setting.name === 'changed');
}
