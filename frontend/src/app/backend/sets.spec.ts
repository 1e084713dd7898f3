import { TestBed } from '@angular/core/testing';
import type { LiveEvent } from './events';
import { Live, type LiveListener } from './live';
import type { Job, Progress, SetFiles } from './model';
import { Program } from './program';
import { fakeProgram } from './program.fake';
import { Runs } from './runs';
import { Sets } from './sets';
import { fileSet } from './sets.fake';

const job = (id: string, state = 'queued'): Job => ({
  ...{ id, state, set: 'set-a', created: '2026-03-01T12:00:00.000Z' },
  request: { file: `/${id}.csv`, target: '/a.db', dialect: {}, limits: {}, plan: { table: 't' } },
});

const files = (rest: Partial<SetFiles>): SetFiles => ({
  ...{ total: 2, queued: 0, running: 0, paused: 0, done: 0, failed: 0, cancelled: 0 },
  ...{ interrupted: 0, ...rest },
});

const progressed = (seq: number, percent: number, of: SetFiles): LiveEvent => {
  const progress: Progress = {
    ...{ phase: 'writing', percent, bytesRead: 1, bytesTotal: 2, read: 7, inserted: 6, updated: 0 },
    ...{ skipped: 0, rejected: 1, recordsPerSecond: 0, bytesPerSecond: 0 },
  };
  const data = { job: 'set-a', seq, time: '', ...progress, files: of };
  return { kind: 'progress', data };
};

const told = (seq: number, state: string): LiveEvent => ({
  kind: 'state',
  data: { job: 'set-a', seq, time: '', state, summary: null },
});

function setUp(answers: Partial<Program>) {
  const listeners: LiveListener[] = [];
  TestBed.configureTestingModule({
    providers: [
      { provide: Program, useValue: fakeProgram(answers) },
      {
        provide: Live,
        useValue: {
          listen: (listener: LiveListener) => {
            listeners.push(listener);
            return () => undefined;
          },
        },
      },
    ],
  });
  const emit = (event: LiveEvent) => {
    listeners.forEach((listener) => {
      listener.event(event);
    });
  };
  return { sets: TestBed.inject(Sets), runs: TestBed.inject(Runs), emit };
}

describe('Sets', () => {
  it('know a set and the runs of its files, which are no runs of their own', async () => {
    const asked: string[] = [];
    const { sets, runs } = setUp({
      sets: () => Promise.resolve([fileSet('set-a', 'running', { total: 2 })]),
      setSnapshot: (id) => {
        asked.push(id);
        const jobs = [job('one', 'running'), job('two')];
        return Promise.resolve({ set: fileSet(id, 'running', { total: 2 }, {}, { jobs }), seq: 3 });
      },
    });
    await vi.waitFor(() => {
      expect(sets.list().map((set) => sets.runsOf(set).map((run) => run.id))).toEqual([
        ['one', 'two'],
      ]);
    });
    expect(asked).toEqual(['set-a']);
    expect(runs.alone()).toEqual([]);
    expect(runs.list().map((run) => run.state())).toEqual(['running', 'queued']);
    expect(sets.active()).toHaveLength(1);
  });

  it('follow the events of a set, from its start to its end', async () => {
    let state = 'running';
    const did = { read: 9, inserted: 8, rejected: 1 };
    const { sets, emit } = setUp({
      startSet: () => Promise.resolve(fileSet('set-a', 'queued', { total: 2 })),
      setSnapshot: () =>
        Promise.resolve({
          set: fileSet('set-a', state, files({ done: 2 }), did),
          seq: state === 'done' ? 9 : 1,
        }),
    });
    const set = await sets.start({ import: job('').request, files: ['/one.csv', '/two.csv'] });
    emit(progressed(2, 40, files({ running: 1, done: 1 })));
    expect([set.percent(), set.counts().inserted, set.files().done]).toEqual([40, 6, 1]);
    emit(progressed(1, 10, files({ running: 1 }))); // an old one
    expect(set.percent()).toBe(40);
    state = 'done';
    emit(told(3, 'done'));
    expect([set.active(), set.percent()]).toEqual([false, 100]);
    await vi.waitFor(() => {
      expect(set.counts()).toMatchObject(did);
    });
    emit(told(10, 'queued')); // it is taken up
    expect(set.percent()).toBeUndefined();
  });

  it('find a set that somebody else started', async () => {
    const { sets, emit } = setUp({
      setSnapshot: (id) => Promise.resolve({ set: fileSet(id, 'running', { total: 2 }), seq: 1 }),
    });
    emit(told(1, 'running'));
    await vi.waitFor(() => {
      expect(sets.get('set-a')?.state()).toBe('running');
    });
  });

  it('forget a set with the runs of its files', async () => {
    const { sets, runs } = setUp({
      forget: () => Promise.resolve(''),
      setSnapshot: (id) =>
        Promise.resolve({
          set: fileSet(id, 'done', { total: 1 }, {}, { jobs: [job('one', 'done')] }),
          seq: 1,
        }),
    });
    await sets.open('set-a');
    expect(runs.list()).toHaveLength(1);
    await sets.forget('set-a');
    expect([sets.list(), runs.list()]).toEqual([[], []]);
  });
});
