import { TestBed } from '@angular/core/testing';
import { Live, type LiveListener } from './live';
import type { Job, Progress, Snapshot } from './model';
import { Program } from './program';
import { fakeProgram } from './program.fake';
import { Runs } from './runs';

const job = (id: string, state = 'running', created = '2026-03-01T12:00:00.000Z'): Job => ({
  id,
  state,
  created,
  request: { file: `/${id}.csv`, target: '/a.db', dialect: {}, limits: {}, plan: { table: id } },
});

function setUp(answers: Partial<Program>) {
  let listener: LiveListener | undefined;
  TestBed.configureTestingModule({
    providers: [
      { provide: Program, useValue: fakeProgram(answers) },
      {
        provide: Live,
        useValue: {
          listen: (l: LiveListener) => {
            listener = l;
            return () => {
              listener = undefined;
            };
          },
        },
      },
    ],
  });
  const runs = TestBed.inject(Runs);
  return { runs, live: () => listener };
}

const state = (id: string, seq: number, name: string) =>
  ({ kind: 'state', data: { job: id, seq, time: '', state: name, summary: null } }) as const;

const nothing: Progress = {
  ...{ phase: 'writing', bytesRead: 0, bytesTotal: 0, bytesPerSecond: 0, recordsPerSecond: 0 },
  ...{ read: 0, inserted: 0, updated: 0, skipped: 0, rejected: 0 },
};

describe('Runs', () => {
  it('lists the jobs, newest first, with a snapshot of those that are active', async () => {
    const asked: string[] = [];
    const { runs } = setUp({
      jobs: () =>
        Promise.resolve([job('new', 'running', '2026-03-02T00:00:00.000Z'), job('old', 'done')]),
      snapshot: (id) => {
        asked.push(id);
        return Promise.resolve<Snapshot>({
          job: job(id, 'paused', '2026-03-02T00:00:00.000Z'),
          seq: 3,
        });
      },
    });
    await vi.waitFor(() => {
      expect(runs.list().map((r) => [r.id, r.state()])).toEqual([
        ['new', 'paused'],
        ['old', 'done'],
      ]);
    });
    expect(asked).toEqual(['new']);
    expect(runs.active().map((r) => r.id)).toEqual(['new']);
  });

  it('finds a job that somebody else started', async () => {
    const { runs, live } = setUp({
      snapshot: (id) => Promise.resolve<Snapshot>({ job: job(id), seq: 5 }),
    });
    live()?.event(state('other', 4, 'running'));
    await vi.waitFor(() => {
      expect(runs.get('other')?.state()).toBe('running');
    });
  });

  it('takes a set of files for no job', async () => {
    const asked: string[] = [];
    const { live } = setUp({
      snapshot: (id) => {
        asked.push(id);
        return Promise.resolve<Snapshot>({ job: job(id), seq: 5 });
      },
    });
    live()?.event(state('set-abcdefgh', 4, 'running'));
    live()?.event(state('other', 5, 'running'));
    await vi.waitFor(() => {
      expect(asked).toEqual(['other']);
    });
  });

  it('asks once more for a job that ended while its first snapshot was under way', async () => {
    const answers: ((snapshot: Snapshot) => void)[] = [];
    const { runs, live } = setUp({
      snapshot: () => new Promise<Snapshot>((resolve) => answers.push(resolve)),
    });
    live()?.event(state('quick', 4, 'running'));
    live()?.event(state('quick', 6, 'done'));
    answers[0]?.({ job: job('quick'), seq: 5 });
    await vi.waitFor(() => {
      expect(answers.length).toBe(2);
    });
    answers[1]?.({ job: job('quick', 'done'), seq: 6 });
    await vi.waitFor(() => {
      expect(runs.get('quick')?.state()).toBe('done');
    });
  });

  it('asks again when events may have been missed', async () => {
    let now = 'running';
    const { runs, live } = setUp({
      jobs: () => Promise.resolve([job('a', 'running')]),
      snapshot: (id) => Promise.resolve<Snapshot>({ job: job(id, now), seq: 9 }),
    });
    await vi.waitFor(() => {
      expect(runs.get('a')?.state()).toBe('running');
    });
    now = 'done';
    live()?.missed();
    await vi.waitFor(() => {
      expect(runs.get('a')?.state()).toBe('done');
    });
  });

  it('says why the jobs can’t be listed', async () => {
    const { runs } = setUp({ jobs: () => Promise.reject(new Error('the store is locked')) });
    await vi.waitFor(() => {
      expect(runs.error()).toContain('the store is locked');
    });
  });

  it('knows a run as soon as it is started', async () => {
    const { runs } = setUp({
      start: () => Promise.resolve(job('a', 'queued')),
      snapshot: () => new Promise<never>(() => undefined),
    });
    const run = await runs.start(job('a').request);
    expect(runs.get('a')).toBe(run);
    expect(run.state()).toBe('queued');
  });

  it('follows the jobs of other programs, until they have ended', async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    try {
      const progress = (read: number) => ({ ...nothing, read, inserted: read });
      let found: Snapshot[] = [{ job: job('b'), seq: 0, elsewhere: true, progress: progress(5) }];
      const { runs } = setUp({
        elsewhere: () => Promise.resolve(found),
        snapshot: () => Promise.resolve<Snapshot>({ job: job('b', 'done'), seq: 0 }),
      });
      await vi.advanceTimersByTimeAsync(1000);
      expect(runs.get('b')?.elsewhere()).toBe(true);
      found = [{ job: job('b'), seq: 0, elsewhere: true, progress: progress(9) }];
      await vi.advanceTimersByTimeAsync(1000);
      expect(runs.get('b')?.counts().read).toBe(9);
      found = [];
      await vi.advanceTimersByTimeAsync(1000);
      expect(runs.get('b')?.state()).toBe('done');
      expect(runs.get('b')?.elsewhere()).toBe(false);
    } finally {
      vi.useRealTimers();
    }
  });

  it('drops the oldest that have ended when there are too many, and none that is active or of a set', async () => {
    const at = (n: number) => new Date(Date.UTC(2026, 2, 1) + n * 1000).toISOString();
    const jobs = Array.from({ length: 1251 }, (_, n) => job(`done-${n}`, 'done', at(n)));
    const { runs } = setUp({
      jobs: () =>
        Promise.resolve([
          ...[job('active', 'paused', at(0)), { ...job('file', 'done', at(0)), set: 'set-a' }],
          ...jobs,
        ]),
    });
    await vi.waitFor(() => {
      expect(runs.list()).toHaveLength(1002);
    });
    expect([runs.get('active'), runs.get('file'), runs.get('done-251')]).not.toContain(undefined);
    expect(runs.get('done-250')).toBeUndefined();
  });
});
