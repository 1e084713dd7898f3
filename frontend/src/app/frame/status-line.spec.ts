import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Account } from '../backend/account';
import { Live } from '../backend/live';
import type { FileSet, Job, SignedIn } from '../backend/model';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { fileSet, provideSets } from '../backend/sets.fake';
import { StatusLine } from './status-line';

const run = (id: string, state: string, created: string, check = false, set?: string) => {
  const job: Job = {
    ...{ id, state, created, set },
    request: {
      ...{ file: `/${id}.csv`, target: '/a.db', dialect: {}, limits: {}, plan: { table: id } },
      check,
    },
  };
  return new Run(job);
};

function show(
  live: { source: string; reason: string },
  active: readonly Run[],
  sets: readonly FileSet[],
  signedIn?: Partial<SignedIn>,
): HTMLElement {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Account, useValue: { who: signal(signedIn) } },
      { provide: Live, useValue: { source: signal(live.source), reason: signal(live.reason) } },
      { provide: Runs, useValue: { active: signal(active) } },
      provideSets(...sets),
    ],
  });
  const fixture = TestBed.createComponent(StatusLine);
  fixture.detectChanges();
  return fixture.nativeElement as HTMLElement;
}

function says(active: readonly Run[], ...sets: readonly FileSet[]): string[] {
  const links = show({ source: 'stream', reason: '' }, active, sets).querySelectorAll('a');
  return [...links].map((a) => a.textContent.trim());
}

describe('StatusLine', () => {
  it('shows what runs before what waits, and of that the next', () => {
    // As they are listed: the newest first.
    const third = run('third', 'queued', '2026-03-01T12:00:03Z');
    const second = run('second', 'queued', '2026-03-01T12:00:02Z');
    const first = run('first', 'running', '2026-03-01T12:00:01Z');
    expect(says([third, second, first])).toEqual(['first.csv · 0 rows', 'next: second.csv']);
  });

  it('counts the records of a check, which loads none', () => {
    expect(says([run('a', 'paused', '', true)])).toEqual(['a.csv · 0 records checked']);
  });

  it('shows the files of a set as one', () => {
    const first = run('a', 'running', '2026-03-01T12:00:01Z', false, 'set-a');
    const files = { total: 24, running: 1, queued: 23 };
    expect(says([first], fileSet('set-a', 'running', files, { inserted: 1204 }))).toEqual([
      '24 files · 1,204 rows',
    ]);
  });

  it('says which way the events come, and why it is not the stream', () => {
    const live = { source: 'window', reason: 'no connection to 127.0.0.1:38415' };
    const status = show(live, [], []).querySelector('[data-testid=live-status]');
    expect(status?.textContent.replace(/\s+/g, ' ').trim()).toBe(
      'live (window events) no connection to 127.0.0.1:38415',
    );
  });

  it.each([
    [undefined, undefined],
    [{ on: false }, undefined],
    [{ on: true, signedIn: false, issuer: 'https://id.example' }, 'not signed in'],
    [{ on: true, signedIn: true, name: 'ada' }, 'ada'],
  ])('says who is signed in, where somebody can be: %j', (who, name) => {
    const line = show({ source: 'stream', reason: '' }, [], [], who);
    expect(line.querySelector('[data-testid=who]')?.textContent.trim()).toBe(name);
  });
});
