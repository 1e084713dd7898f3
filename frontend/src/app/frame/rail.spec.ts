import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Runs } from '../backend/runs';
import { fakeRuntime } from '../backend/runtime.fake';
import { fileSet, provideSets } from '../backend/sets.fake';
import { Draft } from '../draft/draft';
import { Rail } from './rail';

describe('Rail', () => {
  it('tells of a folder that can’t be watched', async () => {
    fakeRuntime();
    const problem = 'the folder /in is not there';
    TestBed.configureTestingModule({
      providers: [
        provideRouter([]),
        {
          provide: Program,
          useValue: fakeProgram({
            watchedFolders: () =>
              Promise.resolve([
                { profile: 'a', folder: '/in', order: 'name', kept: true, problem },
              ]),
          }),
        },
        provideSets(),
        { provide: Runs, useValue: { active: signal([]), list: signal([]), get: () => undefined } },
      ],
    });
    const fixture = TestBed.createComponent(Rail);
    await fixture.whenStable();
    const page = fixture.nativeElement as HTMLElement;
    expect(page.querySelector('[data-testid=watch-trouble]')?.getAttribute('aria-label')).toBe(
      problem,
    );
  });

  it('begins a new import with nothing chosen, though none was started', () => {
    fakeRuntime();
    TestBed.configureTestingModule({
      providers: [
        provideRouter([{ path: '**', children: [] }]),
        { provide: Program, useValue: fakeProgram() },
        provideSets(fileSet('set-a', 'running', { total: 24, running: 1, queued: 23 })),
        {
          provide: Runs,
          useValue: { active: signal([]), list: signal([]), get: () => undefined },
        },
      ],
    });
    const draft = TestBed.inject(Draft);
    draft.open('/data/a.csv');
    draft.choices.setRules({ atomic: true });
    const fixture = TestBed.createComponent(Rail);
    fixture.detectChanges();
    const page = fixture.nativeElement as HTMLElement;
    expect(page.querySelector('.badge')?.textContent).toBe('1'); // the files of a set are one
    page.querySelector<HTMLElement>('[data-testid=new]')?.click();
    expect([draft.file(), draft.rules()]).toEqual(['', {}]);
  });
});
