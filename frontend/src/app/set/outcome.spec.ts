import { fileSet } from '../backend/sets.fake';
import { outcome } from './outcome';

const did = { read: 1_240, inserted: 1_200, updated: 34, rejected: 6, seconds: 2.4 };

describe('the outcome of a set', () => {
  it('counts files and records', () => {
    expect(outcome(fileSet('set-a', 'done', { total: 24, done: 24 }, did))).toEqual({
      kind: 'mixed',
      title: '24 of 24 files loaded: 1,234 of 1,240 records; 6 rejected, in 2.4 s',
      detail: '',
    });
    const all = { ...did, rejected: 0, read: 1_234 };
    expect(outcome(fileSet('set-a', 'done', { total: 1, done: 1 }, all)).kind).toBe('good');
  });

  it('says where it is told what stopped files, and how the set goes on', () => {
    const some = outcome(fileSet('set-a', 'failed', { total: 24, done: 22, failed: 2 }, did));
    expect(some.kind).toBe('stopped');
    expect(some.title).toContain('22 of 24 files loaded, 2 failed: 1,234 of 1,240 records');
    expect(some.detail).toBe(
      'What stopped each is in its row below. Resume loads what is missing, once that is mended.',
    );
    expect(outcome(fileSet('set-a', 'failed', { total: 1, failed: 1 })).kind).toBe('failed');
    const stopped = outcome(fileSet('set-a', 'interrupted', { total: 24, done: 3 }, did));
    expect(stopped).toMatchObject({ kind: 'stopped' });
    expect(stopped.detail).toBe('Committed rows stay; Resume loads the rest.');
    expect(outcome(fileSet('set-a', 'cancelled', { total: 2 })).title).toMatch(
      /^Cancelled: 0 of 2/,
    );
  });

  it('says when the counts do not balance', () => {
    const wrong = { ...did, balanced: false };
    expect(outcome(fileSet('set-a', 'done', { total: 1, done: 1 }, wrong)).detail).toContain(
      'do not balance',
    );
  });

  it('says of a check that nothing was written', () => {
    const set = fileSet('set-a', 'done', { total: 2, done: 2 }, did);
    set.request.import.check = true;
    expect(outcome(set)).toMatchObject({
      title: '2 of 2 files checked: 1,234 of 1,240 records can be loaded; 6 rejected, in 2.4 s',
      detail: 'Nothing was written.',
    });
  });
});
