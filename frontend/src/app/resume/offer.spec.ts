import type { Job, Summary } from '../backend/model';
import { fileChanged, offer, stoppedAt } from './offer';

const job = (summary?: Partial<Summary>, rest: Partial<Job> = {}): Job => ({
  ...{ id: 'a', state: 'interrupted', created: '', resumable: true },
  request: {
    ...{ file: '/in/articles.csv', target: '/data/shop.db', dialect: {}, limits: {} },
    plan: { table: 'articles' },
  },
  ...(summary
    ? {
        summary: {
          ...{ job: 'a', file: '/in/articles.csv', table: 'articles', state: 'interrupted' },
          ...{ bytes: 0, seconds: 0, read: 0, inserted: 0, updated: 0, skipped: 0, rejected: 0 },
          ...{ balanced: true, ...summary },
        },
      }
    : {}),
  ...rest,
});

describe('the offer to resume', () => {
  it('says how far the import came, and what is in the table', () => {
    expect(offer(job({ inserted: 1_200_000, updated: 40_000, bytes: 629, bytesTotal: 1000 }))).toBe(
      'articles.csv into shop.db: interrupted at 62 %, 1,240,000 records are in the table.',
    );
    expect(offer(job({ inserted: 1 }))).toBe(
      'articles.csv into shop.db: interrupted, 1 record is in the table.',
    );
    expect(offer(job())).toContain('as far as is known, nothing is in the table yet');
    expect(stoppedAt(job({ bytes: 999, bytesTotal: 1000 }))).toBe('at 99 %');
  });

  it('knows a file that has changed by what the program says may be accepted', () => {
    const reasons = [{ message: 'it had 5 bytes', settings: [{ name: 'changed' }] }];
    expect(fileChanged(job({ reasons }, { state: 'failed' }))).toBe(true);
    expect(fileChanged(job({ reasons }, { state: 'interrupted' }))).toBe(false);
    expect(fileChanged(job({}, { state: 'failed' }))).toBe(false);
  });
});
