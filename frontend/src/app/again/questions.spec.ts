import { TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import type { Job, Request, Settled } from '../backend/model';
import { fakeProgram } from '../backend/program.fake';
import { Program } from '../backend/program';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { AgainQuestion } from './again-question';
import { UndoQuestion } from './undo-question';

const request = { file: '/a.csv', target: '/a.db', dialect: {}, limits: {}, plan: { table: 't' } };
const job = { id: 'j', state: 'done', created: '2026-03-01T12:00:00Z', request } as Job;

function setUp(answers: Partial<Program>) {
  const runs = { start: vi.fn(() => Promise.resolve(new Run(job))), open: vi.fn() };
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Program, useValue: fakeProgram(answers) },
      { provide: Runs, useValue: runs },
    ],
  });
  const navigate = vi.spyOn(TestBed.inject(Router), 'navigate').mockResolvedValue(true);
  return { runs, navigate };
}

const settled = (rest: Partial<Settled>) =>
  Promise.resolve({ problems: [], warnings: [], ...rest } as unknown as Settled);

describe('Run again', () => {
  const again = () => Promise.resolve(request as Request);

  it('tells that the file was already loaded before it starts', async () => {
    const warnings = [
      { code: 'same_file', message: 'the table was already loaded from this file' },
    ];
    const { runs, navigate } = setUp({ again, settle: () => settled({ warnings }) });
    const fixture = TestBed.createComponent(AgainQuestion);
    await fixture.componentInstance.ask(new Run(job));
    await fixture.whenStable();
    const page = fixture.nativeElement as HTMLElement;
    expect(page.textContent).toContain('was already loaded from this file');
    expect(runs.start).not.toHaveBeenCalled();
    page.querySelector<HTMLElement>('[data-testid=again-confirm]')?.click();
    await fixture.whenStable();
    expect(runs.start).toHaveBeenCalledWith(request);
    expect(navigate).toHaveBeenCalledWith(['/runs', 'j']);
  });

  it('starts at once where nothing is to be told, and not where something is wrong', async () => {
    let problems: Settled['problems'] = [];
    const { runs } = setUp({ again, settle: () => settled({ problems }) });
    const fixture = TestBed.createComponent(AgainQuestion);
    await fixture.componentInstance.ask(new Run(job));
    expect(runs.start).toHaveBeenCalledTimes(1);
    problems = [{ message: 'there is no table "t"' }];
    await fixture.componentInstance.ask(new Run(job));
    await fixture.whenStable();
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('There is no table "t".');
    expect(runs.start).toHaveBeenCalledTimes(1);
  });
});

describe('Undo', () => {
  const counts = { removed: 2, restored: 0, changed: 1, gone: 0, referred: 0, refused: 0 };

  it('asks with what it would do, and then does it', async () => {
    const undo = vi.fn(() => Promise.resolve(counts));
    const { runs } = setUp({ undo });
    const fixture = TestBed.createComponent(UndoQuestion);
    await fixture.componentInstance.ask(new Run(job));
    await fixture.whenStable();
    const page = fixture.nativeElement as HTMLElement;
    expect(page.textContent).toContain('remove 2 rows');
    expect(undo).toHaveBeenCalledExactlyOnceWith('j', true);
    page.querySelector<HTMLElement>('[data-testid=undo-confirm]')?.click();
    await fixture.whenStable();
    expect(undo).toHaveBeenLastCalledWith('j', false);
    expect(runs.open).toHaveBeenCalledWith('j');
  });

  it('tells why it can’t be done', async () => {
    setUp({ undo: () => Promise.reject(new Error('nothing is kept to undo job j')) });
    const fixture = TestBed.createComponent(UndoQuestion);
    await fixture.componentInstance.ask(new Run(job));
    await fixture.whenStable();
    expect((fixture.nativeElement as HTMLElement).textContent).toContain('Nothing is kept');
  });
});
