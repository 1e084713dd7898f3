import { TestBed } from '@angular/core/testing';
import type { Job, Progress } from '../backend/model';
import { Run } from '../backend/run';
import { ProgressView } from './progress-view';

const progress: Progress = {
  ...{ phase: 'reconnecting', percent: 62.41, bytesRead: 98, bytesTotal: 158 },
  ...{ read: 10, inserted: 10, updated: 0, skipped: 0, rejected: 0 },
  ...{ recordsPerSecond: 0, bytesPerSecond: 0 },
};
const job: Job = {
  ...{ id: 'a', state: 'running', created: '' },
  request: {
    ...{ file: '/a.csv', target: 'postgres://db/shop', dialect: {}, limits: {} },
    plan: { table: 'articles' },
  },
};

describe('ProgressView', () => {
  afterEach(() => vi.useRealTimers());

  it('tells why the connection was lost, and counts down to the next try', () => {
    vi.useFakeTimers({ now: Date.parse('2026-03-01T12:00:00.000Z') });
    const run = new Run(job);
    const lost = { reason: 'db:5432 cut the connection', attempt: 2 };
    const reconnecting = { ...lost, nextTry: '2026-03-01T12:00:04.000Z' };
    run.takeSnapshot({ job, seq: 1, progress: { ...progress, reconnecting } });
    const fixture = TestBed.createComponent(ProgressView);
    fixture.componentRef.setInput('run', run);
    fixture.detectChanges();
    const page = fixture.nativeElement as HTMLElement;
    const says = (name: string) =>
      page.querySelector(`[data-testid=${name}]`)?.textContent.trim() ?? '';
    expect(says('phase')).toBe('connection lost');
    expect(says('lost')).toBe('db:5432 cut the connection.');
    expect(says('next-try')).toBe('try 2 in 4 s');
    vi.advanceTimersByTime(1_200);
    fixture.detectChanges();
    expect(says('next-try')).toBe('try 2 in 3 s');

    run.takeSnapshot({ job, seq: 2, progress: { ...progress, phase: 'writing' } });
    fixture.detectChanges();
    expect([says('phase'), says('lost'), says('next-try')]).toEqual(['writing', '', '']);
    expect(vi.getTimerCount()).toBe(0);

    run.takeSnapshot({ job, seq: 3, progress: { ...progress, phase: 'waiting' } });
    fixture.detectChanges();
    expect(says('phase')).toBe('waiting for the server: a lock, or no answer');

    const waiting = { job: 'b', message: 'job b loads into it' };
    run.takeSnapshot({ job, seq: 4, progress: { ...progress, phase: 'waiting', waiting } });
    fixture.detectChanges();
    expect([says('phase'), says('waits')]).toEqual(['waiting', 'Job b loads into it.']);
  });
});
