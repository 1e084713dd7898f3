import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Live } from '../backend/live';
import type { Job, SetFiles, SetSnapshot } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { fileSet } from '../backend/sets.fake';
import { SetPage } from './set';

const job = (file: string, state: string, did: Partial<Job['summary']> = {}): Job => ({
  ...{ id: file, state, set: 'set-a', created: '2026-03-01T12:00:00Z' },
  request: {
    ...{ file: `/in/${file}`, target: '/shop.db', dialect: {}, limits: {} },
    plan: { table: 't' },
  },
  summary: {
    ...{ job: file, file: `/in/${file}`, table: 't', state, bytes: 1, seconds: 0, read: 0 },
    ...{ inserted: 0, updated: 0, skipped: 0, rejected: 0, balanced: true, ...did },
  },
});

const jobs = [
  job('jan.csv', 'done', { read: 1_204, inserted: 1_200, rejected: 4, seconds: 2 }),
  job('feb.csv', 'failed', {
    error: 'open /in/feb.csv: it is empty: take another table',
    reasons: [{ message: 'the file is empty', settings: [{ name: 'table' }] }],
  }),
  job('mar.csv', 'done', { read: 5, inserted: 5 }),
];

async function show(state: string, files: Partial<SetFiles>, answers: Partial<Program> = {}) {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      constructor(private readonly seen: () => void) {}
      observe() {
        this.seen();
      }
      disconnect() {
        // nothing is held
      }
    },
  );
  const snapshot: SetSnapshot = {
    set: fileSet('set-a', state, { total: 3, ...files }, { read: 9, inserted: 5 }, { jobs }),
    seq: 1,
  };
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Live, useValue: { listen: () => () => undefined } },
      {
        provide: Program,
        useValue: fakeProgram({ setSnapshot: () => Promise.resolve(snapshot), ...answers }),
      },
    ],
  });
  const fixture = TestBed.createComponent(SetPage);
  fixture.componentRef.setInput('id', 'set-a');
  await fixture.whenStable();
  const page = fixture.nativeElement as HTMLElement;
  const click = async (id: string) => {
    page.querySelector<HTMLElement>(`[data-testid=${id}]`)?.click();
    await fixture.whenStable();
  };
  const rows = () =>
    [...page.querySelectorAll('[data-testid=file-run]')].map((row) =>
      [...row.querySelectorAll('[role=gridcell]')].map((cell) => cell.textContent.trim()),
    );
  return { click, page, rows };
}

describe('SetPage', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('tells in the row of a file what stopped it, and hides no other', async () => {
    const { click, page, rows } = await show('failed', { done: 2, failed: 1 });
    expect(rows()).toEqual([
      ['jan.csv', 'done', '1,200', '4', '2.0 s', ''],
      [...['feb.csv', 'failed', '0', '0', '—'], 'It is empty: take another table (under Target).'],
      ['mar.csv', 'done', '5', '0', '—', ''],
    ]);
    expect(page.querySelector('[data-testid=summary]')?.textContent).toContain(
      '2 of 3 files loaded, 1 failed: 5 of 9 records',
    );
    await click('which-files-open');
    expect(rows().map(([file]) => file)).toEqual(['feb.csv']);
    await click('which-files-rejects');
    expect(rows().map(([file]) => file)).toEqual(['jan.csv']);
  });

  it('pauses and cancels all files, once that is confirmed', async () => {
    const calls: string[] = [];
    const call = (what: string) => (id: string) => {
      calls.push(`${what} ${id}`);
      return Promise.resolve();
    };
    const { click, page } = await show(
      'running',
      { done: 1, running: 1, queued: 1 },
      { pause: call('pause'), cancel: call('cancel') },
    );
    await click('pause');
    await click('cancel');
    await click('cancel-keep');
    expect(page.querySelector('[data-testid=cancel-ask]')).toBeNull();
    await click('cancel');
    await click('cancel-confirm');
    expect(calls).toEqual(['pause set-a', 'cancel set-a']);
  });

  it('says why there is no such set', async () => {
    const { page } = await show(...(['done', {}] as const), {
      setSnapshot: () => Promise.reject(new Error('no such set')),
    });
    expect(page.textContent).toContain('No such set');
  });
});
