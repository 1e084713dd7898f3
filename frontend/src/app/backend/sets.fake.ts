import { signal } from '@angular/core';
import type { FileSet, SetFiles, SetSummary } from './model';
import { SetRun } from './set-run';
import { Sets } from './sets';

const noFiles: SetFiles = {
  ...{ total: 0, queued: 0, running: 0, paused: 0 },
  ...{ done: 0, failed: 0, cancelled: 0, interrupted: 0 },
};

/** A set of files that go into one table. */
export function fileSet(
  id: string,
  state: string,
  files: Partial<SetFiles>,
  did: Partial<SetSummary> = {},
  rest: Partial<FileSet> = {},
): FileSet {
  return {
    ...{ id, state, created: '2026-03-01T12:00:00.000Z', first: '/in/a.csv' },
    request: {
      import: { file: '', target: '/shop.db', dialect: {}, limits: {}, plan: { table: 't' } },
    },
    summary: {
      ...{ set: id, state, files: { ...noFiles, ...files }, bytes: 0, seconds: 0, balanced: true },
      ...{ read: 0, inserted: 0, updated: 0, skipped: 0, rejected: 0, ...did },
    },
    ...rest,
  };
}

/** What provides these sets, and no others, to what is tested. */
export function provideSets(...sets: readonly FileSet[]) {
  const all = sets.map((set) => new SetRun(set));
  return {
    provide: Sets,
    useValue: {
      list: signal(all),
      active: signal(all.filter((set) => set.active())),
      interrupted: signal(all.filter((set) => set.state() === 'interrupted')),
      error: signal(''),
      get: (id: string) => all.find((set) => set.id === id),
      refresh: () => Promise.resolve(),
    },
  };
}
