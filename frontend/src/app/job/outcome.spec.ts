import type { Guess, Job, Summary } from '../backend/model';
import type { NewColumn } from '../draft/new-columns';
import { balance, outcome, typeChanges } from './outcome';

const summary = (rest: Partial<Summary> = {}): Summary => ({
  ...{ job: 'a', file: '/a.csv', table: 'articles', state: 'done', bytes: 1, seconds: 2.4 },
  ...{ read: 1_000_000, inserted: 999_214, updated: 0, skipped: 0, rejected: 786, balanced: true },
  ...rest,
});

const job = (state: string, s: Partial<Summary> = {}, atomic = false): Job => ({
  id: 'a',
  state,
  created: '',
  request: {
    file: '/a.csv',
    target: '/a.db',
    dialect: {},
    limits: {},
    plan: { table: 'articles', atomic },
  },
  summary: summary(s),
});

describe('outcome', () => {
  it('says what was loaded, in what time, and what was rejected', () => {
    expect(outcome(job('done'))).toEqual({
      kind: 'mixed',
      title: '999,214 of 1,000,000 loaded in 2.4 s; 786 rejected',
      detail: '',
    });
    expect(
      outcome(job('done', { read: 5, inserted: 3, updated: 1, skipped: 1, rejected: 0 })),
    ).toEqual({
      kind: 'good',
      title: '4 of 5 loaded in 2.4 s; 1 skipped',
      detail: '',
    });
  });

  it('never calls what does not balance good', () => {
    const o = outcome(job('done', { rejected: 0, balanced: false }));
    expect(o.kind).toBe('mixed');
    expect(o.detail).toContain('do not balance');
  });

  it('says that a check wrote nothing', () => {
    expect(outcome(job('done', { check: true })).title).toContain('would be loaded');
    expect(outcome(job('done', { check: true })).detail).toContain('Nothing was written');
    expect(outcome(job('cancelled', { check: true })).detail).toBe('Nothing was written.');
    expect(balance(summary({ check: true }))).toContain('999,214 would be inserted');
  });

  it('says what is kept of a run that was stopped', () => {
    expect(outcome(job('cancelled', { inserted: 500 }))).toEqual({
      kind: 'stopped',
      title: 'Cancelled after 2.4 s',
      detail: '500 rows were committed and stay in articles.',
    });
    expect(outcome(job('cancelled', { inserted: 0 }, true)).detail).toBe(
      'No rows were kept in articles.',
    );
    expect(outcome(job('interrupted', { inserted: 1 })).detail).toContain(
      '1 row was committed and stays',
    );
  });

  it('says why it failed', () => {
    const o = outcome(job('failed', { error: 'the disk is full: make room', inserted: 0 }));
    expect(o.kind).toBe('failed');
    expect(o.detail).toBe('The disk is full: make room. No rows were kept in articles.');
  });
});

describe('balance', () => {
  it('accounts for every record that was read', () => {
    expect(balance(summary())).toBe('1,000,000 read = 999,214 inserted + 786 rejected');
    expect(balance(summary({ inserted: 999_200, updated: 8, skipped: 6 }))).toBe(
      '1,000,000 read = 999,200 inserted + 8 updated + 6 skipped + 786 rejected',
    );
    expect(balance(summary({ read: 0, inserted: 0, rejected: 0 }))).toBe('0 read = 0');
    expect(balance(summary({ inserted: 999_000, rolledBack: 214 }))).toContain('+ 214 rolled back');
  });
});

describe('typeChanges', () => {
  it('names the first few columns that a check read otherwise, of those that are loaded', () => {
    const changed = (name: string, before: string, leftOut = false): NewColumn => ({
      ...{ field: name, leftOut, before, decided: false },
      column: { name, type: 'date', format: 'DD.MM.YYYY', nullable: true },
      guess: {} as Guess,
    });
    expect(typeChanges([changed('a', '')])).toBe('');
    expect(typeChanges([changed('a', 'text'), changed('b', 'text', true)])).toBe(
      'a is date DD.MM.YYYY, not text',
    );
    expect(typeChanges(['a', 'b', 'c', 'd', 'e'].map((n) => changed(n, 'text')))).toMatch(
      /^a is .*; b is .*; c is .*, not text, and 2 more$/,
    );
  });
});
