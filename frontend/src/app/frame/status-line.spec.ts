import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Live } from '../backend/live';
import type { Job } from '../backend/model';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { StatusLine } from './status-line';

const run = (id: string, state: string, created: string, check = false) => {
  const job: Job = {
    ...{ id, state, created },
    request: {
      ...{ file: `/${id}.csv`, target: '/a.db', dialect: {}, limits: {}, plan: { table: id } },
      check,
    },
  };
  return new Run(job);
};

function says(...active: Run[]): string[] {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Live, useValue: { source: signal('stream'), reason: signal('') } },
      { provide: Runs, useValue: { active: signal(active) } },
    ],
  });
  const fixture = TestBed.createComponent(StatusLine);
  fixture.detectChanges();
  const links = (fixture.nativeElement as HTMLElement).querySelectorAll('a');
  return [...links].map((a) => a.textContent.trim());
}

describe('StatusLine', () => {
  it('shows what runs before what waits, and of that the next', () => {
    // As they are listed: the newest first.
    const third = run('third', 'queued', '2026-03-01T12:00:03Z');
    const second = run('second', 'queued', '2026-03-01T12:00:02Z');
    const first = run('first', 'running', '2026-03-01T12:00:01Z');
    expect(says(third, second, first)).toEqual(['first.csv · 0 rows', 'next: second.csv']);
  });

  it('counts the records of a check, which loads none', () => {
    expect(says(run('a', 'paused', '', true))).toEqual(['a.csv · 0 records checked']);
  });
});
