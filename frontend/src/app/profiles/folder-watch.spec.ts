import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { WatchedFile, WatchedFolder } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Runs } from '../backend/runs';
import { fakeRuntime } from '../backend/runtime.fake';
import { FolderWatch } from './folder-watch';

function setUp(target = '/a.db', files: readonly WatchedFile[] = []) {
  const runtime = fakeRuntime();
  let folders: WatchedFolder[] = [];
  const asked: unknown[] = [];
  const percent = signal<number | undefined>(undefined);
  const run = {
    ...{ id: 'j1', percent, state: () => 'running' },
    job: () => ({ request: { file: '/in/july.csv' } }),
  };
  const become = (...all: WatchedFolder[]) => {
    folders = all;
    runtime.emit('watches-changed');
  };
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Runs, useValue: { get: (id: string) => (id === 'j1' ? run : undefined) } },
      {
        provide: Program,
        useValue: fakeProgram({
          watchedFolders: () => Promise.resolve(folders),
          watchedFiles: () => Promise.resolve([...files]),
          chooseWatchFolder: () => Promise.resolve('/in'),
          watchFolder: (profile, { folder, order }, kept) => {
            asked.push([profile, folder, order, kept]);
            folders = [{ profile, folder, order: order ?? '', kept }];
            return Promise.resolve();
          },
          stopWatching: (profile) => {
            asked.push(profile);
            folders = [];
            return Promise.resolve();
          },
        }),
      },
    ],
  });
  const fixture = TestBed.createComponent(FolderWatch);
  fixture.componentRef.setInput('profile', 'prices');
  fixture.componentRef.setInput('target', target);
  const page = fixture.nativeElement as HTMLElement;
  const part = (name: string) => page.querySelector<HTMLElement>(`[data-testid=${name}]`);
  const says = (name: string) => part(name)?.textContent.replace(/\s+/g, ' ').trim();
  const until = (check: () => void) =>
    vi.waitFor(() => {
      fixture.detectChanges();
      check();
    });
  fixture.detectChanges();
  return { asked, become, page, part, percent, says, until };
}

describe('FolderWatch', () => {
  it('watches the folder that was chosen, and stops', async () => {
    const { asked, part, says, until } = setUp();
    expect(part('watch-start')?.getAttribute('aria-disabled')).toBe('true');
    part('watch-choose')?.click();
    await until(() => {
      expect(part('watch-start')?.getAttribute('aria-disabled')).not.toBe('true');
    });
    part('watch-keep')?.click();
    part('watch-start')?.click();
    await until(() => {
      expect(says('watch-path')).toBe('/in');
    });
    part('watch-keep')?.click();
    await until(() => {
      expect(asked).toEqual([
        ['prices', '/in', 'name', false],
        ['prices', '/in', 'name', true],
      ]);
    });
    part('watch-stop')?.click();
    await until(() => {
      expect(part('watch-folder')).not.toBeNull();
    });
    expect(asked.at(-1)).toBe('prices');
    expect((part('watch-folder') as HTMLInputElement).value).toBe('/in');
  });

  it('says how far the file is that is loaded now', async () => {
    const { become, part, percent, says, until } = setUp();
    become({ profile: 'prices', folder: '/in', order: 'name', kept: true, loading: 'j1' });
    await until(() => {
      expect(says('watch-state')).toMatch(/^Loading july.csv.*running$/);
    });
    percent.set(62.47);
    await until(() => {
      expect(says('watch-percent')).toBe('62.4 %');
    });
    expect(part('watch-state')?.dataset['state']).toBe('loading');
  });

  it('says plainly that its folder is gone', async () => {
    const { become, says, until } = setUp();
    const problem = 'the folder /in is not there: make it, or connect the drive that it is on';
    become({ profile: 'prices', folder: '/in', order: 'name', kept: true, problem });
    await until(() => {
      expect(says('watch-problem')).toContain('The folder /in is not there: make it');
    });
  });

  it('lists what became of the files, with their runs', async () => {
    const file = (n: number): WatchedFile => ({
      ...{ file: `/in/${n}.csv`, time: '2026-03-01T12:00:00Z' },
      ...(n === 0 ? { error: 'the header is another one' } : { job: `j${n}`, error: 'full' }),
    });
    const { page, part, says, until } = setUp(
      '/a.db',
      Array.from({ length: 10 }, (_, n) => file(n)),
    );
    const rows = () => [...page.querySelectorAll('[data-testid=watched-file]')];
    await until(() => {
      expect(rows().length).toBe(8);
    });
    expect(rows()[0]?.textContent).toContain('The header is another one.');
    expect(rows().map((row) => row.querySelector('a')?.getAttribute('href') ?? '')).toEqual(
      ['', 1, 2, 3, 4, 5, 6, 7].map((n) => n && `/runs/j${n}`),
    );
    expect(says('watch-all')).toBe('Show 2 more');
    part('watch-all')?.click();
    await until(() => {
      expect(rows().length).toBe(10);
    });
  });

  it('is not begun without a database', async () => {
    const { part, until } = setUp('');
    part('watch-choose')?.click();
    await until(() => {
      expect((part('watch-folder') as HTMLInputElement).value).toBe('/in');
    });
    expect(part('watch-start')?.getAttribute('aria-disabled')).toBe('true');
  });
});
