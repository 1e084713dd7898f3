import { TestBed } from '@angular/core/testing';
import type { Job, RejectPage, RejectQuery } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Run } from '../backend/run';
import { Log } from './log';

const job = (state: string, rejectsForgotten?: string): Job => ({
  ...{ id: 'a', state, created: '', rejectsForgotten },
  request: {
    ...{ file: '/a.csv', target: '/a.db', dialect: {}, limits: {}, plan: { table: 'a' } },
  },
});

/** A log of this many rejects, every other one too long. */
function setUp(state: string, size: number, forgotten?: string) {
  vi.stubGlobal(
    'ResizeObserver',
    class {
      observe() {
        // nothing has a size here
      }
      disconnect() {
        // and nothing is held
      }
    },
  );
  const store = { size };
  const rejects = ({ after, code, offset, limit }: RejectQuery): Promise<RejectPage> => {
    const all = Array.from({ length: store.size }, (_, i) => i + 1).filter(
      (id) => id > after && (!code || (id % 2 === 0) === (code === 'too_long')),
    );
    return Promise.resolve({
      total: all.length,
      rejects: all.slice(offset, offset + limit).map((id) => ({
        ...{ id, time: '', record: id, line: id, endLine: id, column: '', value: '' },
        ...{ code: id % 2 === 0 ? 'too_long' : 'refused', message: '', hint: '' },
      })),
    });
  };
  TestBed.configureTestingModule({
    providers: [{ provide: Program, useValue: fakeProgram({ rejects }) }],
  });
  const run = new Run(job(state, forgotten));
  const fixture = TestBed.createComponent(Log);
  fixture.componentRef.setInput('run', run);
  fixture.componentRef.setInput('counts', []);
  const page = fixture.nativeElement as HTMLElement;
  const shows = (check: () => void) =>
    vi.waitFor(() => {
      fixture.detectChanges();
      check();
    });
  const end = () => page.querySelector('[data-testid=follow], [data-testid=following]');
  const total = () => page.querySelector('[role=grid]')?.getAttribute('aria-rowcount');
  return { store, run, fixture, page, shows, end, total };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe('Log', () => {
  it('calls nothing new in a run that ended before it was opened', async () => {
    const { fixture, page, shows, end, total } = setUp('done', 600);
    await shows(() => {
      expect(total()).toBe('601');
    });
    expect(page.querySelector('.gone')).toBeNull();
    expect(end()).toBeNull();

    fixture.componentInstance.only({ code: 'too_long', column: '', count: 300 });
    await shows(() => {
      expect(page.textContent).toContain('300 found');
    });
    expect(end()).toBeNull();
  });

  it('says when the rejects are no longer kept', async () => {
    const { page, shows } = setUp('done', 0, '2026-03-01T12:04:00');
    await shows(() => {
      expect(page.querySelector('.gone')?.textContent).toContain('removed 2026-03-01 12:04.');
    });
  });

  it('counts what comes after one has scrolled away', async () => {
    const { store, run, page, shows, end, total } = setUp('running', 600);
    await shows(() => {
      expect(total()).toBe('601');
    });
    expect(end()?.textContent).toBe('following');
    page.querySelector('[role=grid]')?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Home' }));
    await shows(() => {
      expect(end()?.textContent.trim()).toBe('Follow');
    });
    store.size = 650;
    run.takeEvent({ kind: 'reject', data: { job: 'a', seq: 1, time: '', rejects: [], more: 50 } });
    await shows(() => {
      expect(end()?.textContent.trim()).toBe('50 new');
    });
  });
});
