import type { WatchedFile } from '../backend/model';
import { count, sentence } from '../format/format';

/** What became of a file that came into a watched folder, in a few words. */
export interface Became {
  readonly look: 'loaded' | 'rejects' | 'failed';
  readonly says: string;
}

export function became({ summary, error = '' }: WatchedFile): Became {
  if (!summary) {
    return { look: 'failed', says: sentence(error) };
  }
  if (summary.state !== 'done') {
    return { look: 'failed', says: sentence(summary.error ?? (error || summary.state)) };
  }
  const { inserted, updated, skipped, rejected } = summary;
  const says = [
    `${count(inserted + updated)} loaded`,
    skipped ? `${count(skipped)} skipped` : '',
    rejected ? `${count(rejected)} rejected` : '',
  ]
    .filter(Boolean)
    .join(', ');
  // It is loaded, but could not be moved, or its report not be written.
  return error
    ? { look: 'failed', says: `${says}. ${sentence(error)}` }
    : { look: rejected ? 'rejects' : 'loaded', says };
}
