import { signal, type Signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { Job } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
import { fileSet, provideSets } from '../backend/sets.fake';
import { History } from './history';

const run = (id: string, check: boolean) => {
  const job: Job = {
    ...{ id, state: 'done', created: '2026-03-01T12:00:00Z' },
    request: {
      ...{ file: `/${id}.csv`, target: '/a.db', dialect: {}, limits: {}, plan: { table: id } },
      check,
    },
    summary: {
      ...{ job: id, file: `/${id}.csv`, table: id, state: 'done', bytes: 1, seconds: 1 },
      ...{ read: 20_000, inserted: 19_794, updated: 0, skipped: 0, rejected: 206 },
      ...{ balanced: true, check },
    },
  };
  return new Run(job);
};

const runsOf = (list: Signal<readonly Run[]>) => ({
  ...{ list, alone: list, error: signal(''), interrupted: signal([]) },
  refresh: () => Promise.resolve(),
});

describe('History', () => {
  it('forgets a run that has ended, once that is confirmed', async () => {
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
    const list = signal([run('first', false), run('second', true)]);
    const forgotten: string[] = [];
    const forget = (id: string) => {
      if (id === 'second') {
        return Promise.reject(new Error('job second has not ended'));
      }
      forgotten.push(id);
      list.update((all) => all.filter((r) => r.id !== id));
      return Promise.resolve('its row in linefeed_marks is left');
    };
    TestBed.configureTestingModule({
      providers: [
        provideRouter([]),
        provideSets(),
        { provide: Runs, useValue: { ...runsOf(list), forget } },
      ],
    });
    const fixture = TestBed.createComponent(History);
    await fixture.whenStable();
    const page = fixture.nativeElement as HTMLElement;
    const click = async (selector: string) => {
      page.querySelector<HTMLElement>(selector)?.click();
      await fixture.whenStable();
    };
    const asked = () => page.querySelector('[data-testid=forget-confirm] p')?.textContent;

    await click('[data-job=first] button');
    expect(asked()).toBe(
      'Forget the import of first.csv and its log of 206 rejected records? The rows it loaded stay.',
    );
    await click('[data-testid=forget-confirm] button');
    expect(asked()).toBeUndefined();
    expect(forgotten).toEqual([]);

    await click('[data-job=first] button');
    await click('[data-testid=forget]');
    expect(forgotten).toEqual(['first']);
    expect(page.querySelector('[data-job=first]')).toBeNull();
    expect(page.textContent).toContain('Its row in linefeed_marks is left');

    await click('[data-job=second] button');
    expect(asked()).toBe('Forget the check of second.csv and its log of 206 rejected records?');
    await click('[data-testid=forget]');
    expect(page.textContent).toContain('Job second has not ended');
    expect(page.querySelector('[data-job=second]')).not.toBeNull();
    vi.unstubAllGlobals();
  });

  it('says of a check that it checked, of no row that it was loaded, and of files that they are one set', async () => {
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
    const list = signal([run('imported', false), run('checked', true)]);
    const files = fileSet(
      ...(['set-a', 'failed', { total: 24, done: 22, failed: 2 }] as const),
      { read: 50, inserted: 40, rejected: 10 },
      { openRejects: 4 },
    );
    TestBed.configureTestingModule({
      providers: [provideRouter([]), provideSets(files), { provide: Runs, useValue: runsOf(list) }],
    });
    const fixture = TestBed.createComponent(History);
    await fixture.whenStable();
    const page = fixture.nativeElement as HTMLElement;
    const cells = (id: string) =>
      [...page.querySelectorAll(`[data-job=${id}] [role=gridcell]`)].map((c) =>
        c.textContent.trim(),
      );
    expect(cells('imported').slice(3, 6)).toEqual(['done', '19,794', '206']);
    expect(cells('checked').slice(3, 6)).toEqual(['checked', '—', '206']);
    expect(cells('set-a').slice(1, 7)).toEqual([
      ...['a.csv and 23 more', 'shop.db / t', '2 failed', '40', '10', '4'],
    ]);
    vi.unstubAllGlobals();
  });

  it('finds runs in the history, also those that the window does not know', async () => {
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
    const known = run('known', false);
    const findJobs = vi.fn(({ search }: { search?: string }) =>
      Promise.resolve(search === 'prices' ? [run('old', false).job(), known.job()] : []),
    );
    TestBed.configureTestingModule({
      providers: [
        provideRouter([]),
        { provide: Program, useValue: fakeProgram({ findJobs }) },
        provideSets(),
        {
          provide: Runs,
          useValue: {
            ...runsOf(signal([known, run('other', false)])),
            get: (id: string) => (id === 'known' ? known : undefined),
          },
        },
      ],
    });
    const fixture = TestBed.createComponent(History);
    await fixture.whenStable();
    const page = fixture.nativeElement as HTMLElement;
    const jobs = () =>
      [...page.querySelectorAll<HTMLElement>('[data-job]')].map((row) => row.dataset['job']);
    const type = async (text: string) => {
      const field = page.querySelector<HTMLInputElement>('[data-testid=search-runs]');
      expect(field).not.toBeNull();
      if (field) {
        field.value = text;
        field.dispatchEvent(new Event('input'));
      }
      await fixture.whenStable();
    };
    expect(jobs()).toEqual(['known', 'other']);
    await type('prices');
    expect(jobs()).toEqual(['old', 'known']);
    await type('nothing');
    expect(page.textContent).toContain('No run is like that.');
    await type('');
    expect(jobs()).toEqual(['known', 'other']);
    vi.unstubAllGlobals();
  });
});
