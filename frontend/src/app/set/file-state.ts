import type { Run } from '../backend/run';
import { duration, nothing, percent, sentence, sentenceOf } from '../format/format';
import { phase } from '../format/words';
import { named } from '../notice/settings';

/** How it stands with a file of a set, in a word or a share. */
export function stateOf(run: Run): string {
  const done = run.percent();
  switch (run.state()) {
    case 'queued':
      return 'waiting';
    case 'running':
      return done === undefined ? 'running' : `${percent(done)} %`;
    case 'done':
      return run.job().request.check ? 'checked' : 'done';
    default:
      return run.state();
  }
}

/** What stopped a file, or what it waits for; "" for nothing. */
export function noteOf(run: Run): string {
  const { summary, request } = run.job();
  if (run.stalled()) {
    return sentence(phase(run.progress()?.phase ?? '', request.target));
  }
  if (run.state() === 'failed') {
    const settings = summary?.reasons?.flatMap((reason) => reason.settings ?? []);
    return sentenceOf(request.file, named(summary?.error ?? '', settings));
  }
  return run.state() === 'done' && summary?.read === 0 ? 'No records found in the file.' : '';
}

/** How long a file took; nothing for one that was not begun, or whose program was killed. */
export function tookOf(run: Run): string {
  const seconds = run.summary()?.seconds;
  return seconds ? duration(seconds) : nothing;
}

/** Which of the files are listed. */
export type Which = 'all' | 'open' | 'rejects';

/** Whether a file is one of those: open are the ones that are not loaded to their end. */
export function isOne(run: Run, which: Which): boolean {
  switch (which) {
    case 'all':
      return true;
    case 'open':
      return ['failed', 'cancelled', 'interrupted'].includes(run.state());
    case 'rejects':
      return run.counts().rejected > 0;
  }
}
