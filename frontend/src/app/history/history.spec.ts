import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { Job } from '../backend/model';
import { Run } from '../backend/run';
import { Runs } from '../backend/runs';
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

describe('History', () => {
  it('says of a check that it checked, and of no row that it was loaded', async () => {
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
    TestBed.configureTestingModule({
      providers: [provideRouter([]), { provide: Runs, useValue: { list, error: signal('') } }],
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
    vi.unstubAllGlobals();
  });
});
