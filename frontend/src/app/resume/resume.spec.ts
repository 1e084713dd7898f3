import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { Live } from '../backend/live';
import type { Database, Job } from '../backend/model';
import { Program } from '../backend/program';
import { database, fakeProgram, postgres } from '../backend/program.fake';
import { Runs } from '../backend/runs';
import { fileSet } from '../backend/sets.fake';
import { Draft } from '../draft/draft';
import { Interrupted } from './interrupted';

const interrupted = (rest: Partial<Job> = {}, target = '/data/shop.db'): Job => ({
  ...{ id: 'a', state: 'interrupted', created: '2026-03-01T12:00:00Z', resumable: true },
  request: {
    ...{ file: '/in/articles.csv', target, dialect: {}, limits: {} },
    plan: { table: 'articles' },
  },
  ...rest,
});

async function offered(first: Job, answers: Partial<Program> = {}) {
  let job = first;
  const calls: unknown[] = [];
  const program = fakeProgram({
    jobs: () => Promise.resolve([job]),
    snapshot: () => Promise.resolve({ job, seq: 1 }),
    takeUp: (id, changed, unsure) => {
      calls.push(['takeUp', id, changed, ...(unsure ? [unsure] : [])]);
      job = { ...job, state: 'queued', resumable: undefined };
      return Promise.resolve(job);
    },
    leave: (id) => {
      calls.push(['leave', id]);
      job = { ...job, state: 'cancelled' };
      return Promise.resolve();
    },
    ...answers,
  });
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Program, useValue: program },
      { provide: Live, useValue: { listen: () => () => undefined } },
    ],
  });
  const navigated: unknown[] = [];
  const router = TestBed.inject(Router);
  vi.spyOn(router, 'navigate').mockImplementation((to) => {
    navigated.push(to);
    return Promise.resolve(true);
  });
  vi.spyOn(router, 'navigateByUrl').mockImplementation((to) => {
    navigated.push(to);
    return Promise.resolve(true);
  });
  const fixture = TestBed.createComponent(Interrupted);
  await fixture.whenStable();
  const page = fixture.nativeElement as HTMLElement;
  const find = (id: string) => page.querySelector<HTMLElement>(`[data-testid=${id}]`);
  const click = async (id: string) => {
    find(id)?.click();
    await new Promise((done) => setTimeout(done));
    await fixture.whenStable();
  };
  return { calls, click, find, fixture, navigated, page };
}

describe('Interrupted', () => {
  it('offers a run that was interrupted, and shows it when it goes on', async () => {
    const { calls, click, find, navigated } = await offered(interrupted());
    expect(find('interrupted')?.textContent).toContain('articles.csv into shop.db: interrupted');
    await click('take-up');
    expect(calls).toEqual([['takeUp', 'a', false]]);
    expect(navigated).toEqual([['/runs', 'a']]);
    expect(find('interrupted')).toBeNull();
  });

  it('offers it no more when it is left', async () => {
    const { calls, click, find } = await offered(interrupted());
    await click('leave');
    expect(calls).toEqual([['leave', 'a']]);
    expect(find('interrupted')).toBeNull();
    expect(TestBed.inject(Runs).list()).toHaveLength(1);
  });

  it('offers the files of a set in one line, and none of them by itself', async () => {
    const set = (state: string) =>
      fileSet(
        ...([
          'set-a',
          state,
          { total: 24, done: 10, interrupted: 14 },
          { inserted: 1204 },
        ] as const),
        { resumable: true },
      );
    const taken: unknown[] = [];
    const { click, find, navigated } = await offered(interrupted({ set: 'set-a' }), {
      sets: () => Promise.resolve([set('interrupted')]),
      setSnapshot: () => Promise.resolve({ set: set('queued'), seq: 1 }),
      takeUpSet: (id, changed) => {
        taken.push([id, changed]);
        return Promise.resolve(set('queued'));
      },
    });
    expect(find('interrupted')?.querySelector('a')?.textContent).toBe(
      '24 files into shop.db: interrupted when 10 of them were done, 1,204 records are in the table.',
    );
    await click('take-up');
    expect([taken, navigated]).toEqual([[['set-a', false]], [['/sets', 'set-a']]]);
    expect(find('interrupted')).toBeNull();
  });

  it('offers none that can’t go on', async () => {
    const { find } = await offered(interrupted({ resumable: undefined }));
    expect(find('interrupted')).toBeNull();
  });

  it('says why it does not go on', async () => {
    const { click, page } = await offered(interrupted(), {
      takeUp: () => Promise.reject(new Error('job a is under way')),
    });
    await click('take-up');
    expect(page.querySelector('[role=alert]')?.textContent).toBe('job a is under way');
  });

  it('asks for the password that the database wants, and again if it is wrong', async () => {
    const target = 'postgres://scott@db.example.com/shop';
    const given: string[] = [];
    const look = (): Database => {
      const [kind, message] =
        given.at(-1) === undefined
          ? ['no_password', 'the server wants a password']
          : ['wrong_password', 'the password is wrong'];
      return given.at(-1) === 'right'
        ? database([], postgres)
        : { ...database(), failure: { step: 'login', kind, message } };
    };
    const { calls, click, find, fixture, page } = await offered(interrupted({}, target), {
      database: () => Promise.resolve(look()),
      givePassword: (_, password) => {
        given.push(password);
        return Promise.resolve();
      },
    });
    await click('take-up');
    expect(page.querySelector('label')?.textContent).toBe('Password for shop on db.example.com');
    const answer = async (password: string) => {
      const field = find('resume-password') as HTMLInputElement;
      field.value = password;
      await click('give-resume-password');
      await fixture.whenStable();
    };
    await answer('wrong');
    expect(page.querySelector('label')?.textContent).toBe('The password is wrong.');
    expect(calls).toEqual([]);
    await answer('right');
    expect(given).toEqual(['wrong', 'right']);
    expect(calls).toEqual([['takeUp', 'a', false]]);
  });
});

describe('a run whose file has changed', () => {
  const summary = {
    ...{ job: 'a', file: '/in/articles.csv', table: 'articles', state: 'failed', bytes: 1 },
    ...{ seconds: 0, read: 1, inserted: 1, updated: 0, skipped: 0, rejected: 0, balanced: true },
    reasons: [{ message: 'it had 5 bytes, now 6', settings: [{ name: 'changed' }] }],
  };

  it('goes on only when it is told to, or is imported anew', async () => {
    // The line offers interrupted runs alone: the run itself is what is tested.
    const { Resume } = await import('./resume');
    const { calls, navigated } = await offered(interrupted({ state: 'failed', summary: summary }));
    const fixture = TestBed.createComponent(Resume);
    const [run] = TestBed.inject(Runs).list();
    fixture.componentRef.setInput('run', run);
    await fixture.whenStable();
    const buttons = [...(fixture.nativeElement as HTMLElement).querySelectorAll('button')];
    expect(buttons.map((b) => b.textContent.trim())).toEqual(['Import anew', 'Resume anyway']);
    buttons[0]?.click();
    await fixture.whenStable();
    const draft = TestBed.inject(Draft);
    expect(draft.file()).toBe('/in/articles.csv');
    expect(draft.choices.table()).toBe('articles');
    expect(navigated).toEqual(['/new/source']);
    buttons[1]?.click();
    await new Promise((done) => setTimeout(done));
    expect(calls).toEqual([['takeUp', 'a', true]]);
  });
});

describe('a run of which some records are in doubt', () => {
  it('goes on with the word of who has looked', async () => {
    const { Resume } = await import('./resume');
    const summary = {
      ...{ job: 'a', file: '/in/articles.csv', table: 'articles', state: 'failed', bytes: 1 },
      ...{ seconds: 0, read: 1, inserted: 1, updated: 0, skipped: 0, rejected: 0, balanced: true },
      reasons: [{ message: 'records 2 to 3 …', settings: [{ name: 'unsure', value: 'loaded' }] }],
    };
    const { calls } = await offered(interrupted({ state: 'failed', summary }));
    const fixture = TestBed.createComponent(Resume);
    const [run] = TestBed.inject(Runs).list();
    fixture.componentRef.setInput('run', run);
    await fixture.whenStable();
    const page = fixture.nativeElement as HTMLElement;
    const buttons = [...page.querySelectorAll('button')];
    expect(buttons.map((b) => b.textContent.trim())).toEqual([
      'They are there',
      'They are not there',
    ]);
    buttons[0]?.click();
    await new Promise((done) => setTimeout(done));
    expect(calls).toEqual([['takeUp', 'a', false, 'loaded']]);
  });
});
