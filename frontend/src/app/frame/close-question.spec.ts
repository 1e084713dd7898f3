import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Desktop } from '../backend/desktop';
import type { FileSet, Request } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { fileSet, provideSets } from '../backend/sets.fake';
import { CloseQuestion } from './close-question';

const run = (file: string, rest: Partial<Request> = {}, set?: string) =>
  new Run({
    ...{ id: file, state: 'running', created: '', set },
    request: { file, target: '/a.db', dialect: {}, limits: {}, plan: { table: 't' }, ...rest },
  });

function asks(...active: Run[]): string {
  return asksWith([], ...active);
}

function asksWith(sets: readonly FileSet[], ...active: Run[]): string {
  TestBed.configureTestingModule({
    providers: [
      { provide: Desktop, useValue: { closeRequested: signal(true) } },
      { provide: Program, useValue: fakeProgram() },
      { provide: Runs, useValue: { active: signal(active) } },
      provideSets(...sets),
    ],
  });
  const fixture = TestBed.createComponent(CloseQuestion);
  fixture.detectChanges();
  return (fixture.nativeElement as HTMLElement).querySelector('p')?.textContent ?? '';
}

describe('CloseQuestion', () => {
  const atomic = { plan: { table: 't', atomic: true } };

  it('says what is kept of an import', () => {
    expect(asks(run('/data/a.csv'))).toBe(
      'The import of a.csv has not finished. Close Linefeed and stop it? Committed rows stay.',
    );
  });

  it('says that nothing is kept of an import that is all or nothing', () => {
    expect(asks(run('/a.csv', atomic))).toContain('No row of it will be kept.');
  });

  it('says nothing of rows when only a check is stopped', () => {
    expect(asks(run('/a.csv', { check: true }))).toBe(
      'The check of a.csv has not finished. Close Linefeed and stop it?',
    );
  });

  it('says what is kept of several', () => {
    expect(asks(run('/a.csv', { check: true }), run('/b.csv', atomic), run('/c.csv'))).toBe(
      '3 runs have not finished. Close Linefeed and stop them? Committed rows stay.',
    );
  });

  it('takes the files of a set for one', () => {
    const set = fileSet('set-a', 'running', { total: 24 });
    expect(asksWith([set], run('/a.csv', {}, 'set-a'), run('/b.csv', {}, 'set-a'))).toBe(
      'The import of 24 files has not finished. Close Linefeed and stop it? Committed rows stay.',
    );
  });

  it('says that there is nothing to stop any more', () => {
    expect(asks()).toContain('has ended in the meantime');
  });
});
