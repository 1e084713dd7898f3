import type { Summary, WatchedFile } from '../backend/model';
import { became } from './became';

const file = (rest: Partial<Summary>, error?: string): WatchedFile => ({
  ...{ file: '/in/a.csv', job: 'a', error },
  summary: {
    ...{ job: 'a', file: '/in/a.csv', table: 't', state: 'done', bytes: 1, seconds: 1 },
    ...{ read: 1204, inserted: 1200, updated: 0, skipped: 0, rejected: 0, balanced: true },
    ...rest,
  },
});

describe('What became of a watched file', () => {
  it.each([
    [file({}), 'loaded', '1,200 loaded'],
    [file({ inserted: 1000, updated: 198, skipped: 2 }), 'loaded', '1,198 loaded, 2 skipped'],
    [file({ rejected: 4 }), 'rejects', '1,200 loaded, 4 rejected'],
    [file({ state: 'failed', error: 'the disk is full' }), 'failed', 'The disk is full.'],
    [file({ state: 'cancelled' }), 'failed', 'Cancelled.'],
    [file({}, 'rename: permission denied'), 'failed', '1,200 loaded. Rename: permission denied.'],
    [
      { file: '/in/a.csv', error: 'the same content was loaded already, by job a from b.csv' },
      'failed',
      'The same content was loaded already, by job a from b.csv.',
    ],
  ] as const)('%# is said in a few words', (given, look, says) => {
    expect(became(given)).toEqual({ look, says });
  });
});
