import type { FileSet } from '../backend/model';
import { count, counted, duration } from '../format/format';

/** How a set ended, in words. */
export interface Outcome {
  /** Mixed is done with rejects; stopped needs attention, as some files are not loaded. */
  readonly kind: 'good' | 'mixed' | 'stopped' | 'failed';
  readonly title: string;
  /** What to do about it; "" if there is nothing. */
  readonly detail: string;
}

export function outcome(set: FileSet): Outcome {
  const { summary, request } = set;
  const { total, done, failed } = summary.files;
  const { check } = request.import;
  const loaded = `${count(done)} of ${counted(total, 'file')} ${check ? 'checked' : 'loaded'}`;
  const records = [
    `${count(summary.inserted + summary.updated)} of ${counted(summary.read, 'record')}${check ? ' can be loaded' : ''}`,
    ...(summary.skipped ? [`${count(summary.skipped)} skipped`] : []),
    ...(summary.rejected ? [`${count(summary.rejected)} rejected`] : []),
  ].join('; ');
  const unbalanced = summary.balanced
    ? ''
    : ' The counts do not balance: please report this, with the logs.';
  const kept = check ? 'Nothing was written.' : '';
  switch (set.state) {
    case 'done':
      return {
        kind: summary.rejected || !summary.balanced ? 'mixed' : 'good',
        title: `${loaded}: ${records}, in ${duration(summary.seconds)}`,
        detail: kept + unbalanced,
      };
    case 'failed':
      return {
        kind: done > 0 ? 'stopped' : 'failed',
        title: `${loaded}, ${count(failed)} failed: ${records}`,
        detail: `What stopped ${failed === 1 ? 'the one' : 'each'} is in its row below. ${check ? kept : 'Resume loads what is missing, once that is mended.'}${unbalanced}`,
      };
    default: {
      const stopped = set.state === 'cancelled' ? 'Cancelled' : 'Interrupted';
      return {
        kind: 'stopped',
        title: `${stopped}: ${loaded}, ${records}`,
        detail: kept || `Committed rows stay; Resume loads the rest.${unbalanced}`,
      };
    }
  }
}
