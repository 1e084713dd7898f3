import type { LiveEvent } from './events';
import type { Job, Progress } from './model';
import { Run } from './run';

const job = (state = 'running'): Job => ({
  id: 'a',
  state,
  created: '2026-03-01T12:00:00.000Z',
  request: { file: '/a.csv', target: '/a.db', dialect: {}, limits: {}, plan: { table: 'a' } },
});

const progress = (read: number, percent?: number): Progress => ({
  phase: 'writing',
  percent,
  bytesRead: read,
  bytesTotal: 100,
  read,
  inserted: read,
  updated: 0,
  skipped: 0,
  rejected: 0,
  recordsPerSecond: read,
  bytesPerSecond: read,
});

const at = (seq: number) => ({ job: 'a', seq, time: `2026-03-01T12:00:0${seq % 10}.000Z` });
const progressed = (seq: number, read: number, percent?: number): LiveEvent => ({
  kind: 'progress',
  data: { ...at(seq), ...progress(read, percent) },
});

describe('Run', () => {
  it('takes events in their order', () => {
    const run = new Run(job());
    run.takeEvent(progressed(1, 10, 10));
    run.takeEvent(progressed(2, 20, 20));
    expect(run.counts().read).toBe(20);
    expect(run.percent()).toBe(20);
  });

  it('drops an event that is older than what it knows, or came twice', () => {
    const run = new Run(job());
    run.takeEvent(progressed(5, 50));
    run.takeEvent(progressed(5, 1));
    run.takeEvent(progressed(3, 30));
    expect(run.counts().read).toBe(50);
  });

  it('drops the events that a snapshot contains', () => {
    const run = new Run(job());
    run.takeSnapshot({ job: job(), progress: progress(70), seq: 7 });
    run.takeEvent(progressed(6, 60));
    run.takeEvent(progressed(7, 65));
    expect(run.counts().read).toBe(70);
    run.takeEvent(progressed(8, 80));
    expect(run.counts().read).toBe(80);
  });

  it('leaves a snapshot that is older than the events it had', () => {
    const run = new Run(job());
    run.takeEvent({ kind: 'state', data: { ...at(9), state: 'paused', summary: null } });
    run.takeSnapshot({ job: job('running'), progress: progress(1), seq: 4 });
    expect(run.state()).toBe('paused');
  });

  it('takes the state of a snapshot that progress has overtaken', () => {
    const run = new Run(job('queued'));
    run.takeEvent(progressed(9, 90));
    run.takeSnapshot({ job: job('running'), progress: progress(40), seq: 4 });
    expect(run.state()).toBe('running');
    expect(run.counts().read).toBe(90);
  });

  it('is at 100 % when it is done, and not before', () => {
    const run = new Run(job());
    run.takeEvent(progressed(1, 100, 99.99));
    expect(run.percent()).toBe(99.99);
    run.takeEvent({ kind: 'state', data: { ...at(2), state: 'done', summary: null } });
    expect(run.percent()).toBe(100);
    expect(run.active()).toBe(false);
    expect(run.job().finished).toBe(at(2).time);
  });

  it('counts by the summary once there is one', () => {
    const run = new Run(job());
    run.takeEvent(progressed(1, 5));
    const summary = {
      ...{
        job: 'a',
        file: '/a.csv',
        table: 'a',
        state: 'done',
        bytes: 1,
        seconds: 1,
        balanced: true,
      },
      ...{ read: 9, inserted: 7, updated: 0, skipped: 0, rejected: 2 },
    };
    run.takeEvent({ kind: 'state', data: { ...at(2), state: 'done', summary } });
    expect(run.counts()).toMatchObject({ read: 9, rejected: 2 });
  });

  it('says that the log may have grown', () => {
    const run = new Run(job());
    const before = run.logVersion();
    run.takeEvent({ kind: 'reject', data: { ...at(1), rejects: [], more: 3 } });
    expect(run.logVersion()).not.toBe(before);
  });

  it('keeps how fast it was, from when it began to be watched', () => {
    const run = new Run(job());
    run.takeEvent(progressed(1, 100));
    run.takeEvent(progressed(3, 300));
    expect(run.speed()).toEqual([
      { at: 0, recordsPerSecond: 100 },
      { at: 2000, recordsPerSecond: 300 },
    ]);
  });
});
