import { TestBed } from '@angular/core/testing';
import type { WatchedFolder } from './model';
import { Program } from './program';
import { fakeProgram } from './program.fake';
import { fakeRuntime } from './runtime.fake';
import { Watches } from './watches';

const folder = (profile: string, rest: Partial<WatchedFolder> = {}): WatchedFolder => ({
  ...{ profile, folder: `/${profile}`, order: 'name', kept: true },
  ...rest,
});

function setUp() {
  const runtime = fakeRuntime();
  const answers: ((folders: WatchedFolder[]) => void)[] = [];
  TestBed.configureTestingModule({
    providers: [
      {
        provide: Program,
        useValue: fakeProgram({
          watchedFolders: () =>
            new Promise((resolve) => {
              answers.push(resolve);
            }),
        }),
      },
    ],
  });
  return { runtime, answers, watches: TestBed.inject(Watches) };
}

describe('Watches', () => {
  it('follows what is watched, and asks once more for what changed while it asked', async () => {
    const { runtime, answers, watches } = setUp();
    runtime.emit('watches-changed');
    runtime.emit('watches-changed');
    expect(answers.length).toBe(1);
    answers[0]?.([folder('a')]);
    await vi.waitFor(() => {
      expect(answers.length).toBe(2);
    });
    answers[1]?.([folder('a', { problem: 'the folder /a is not there' })]);
    await vi.waitFor(() => {
      expect(watches.of('a')?.problem).toContain('not there');
    });
    expect(answers.length).toBe(2);
    runtime.emit('watches-changed');
    expect(answers.length).toBe(3);
  });

  it('tells of the folder that is watched now, and else of the one that is not any more', async () => {
    const { answers, watches } = setUp();
    answers[0]?.([folder('a', { ending: true }), folder('a', { folder: '/new' }), folder('b')]);
    await vi.waitFor(() => {
      expect(watches.list().length).toBe(3);
    });
    expect(watches.of('a')?.folder).toBe('/new');
    expect(watches.of('none')).toBeUndefined();
  });

  it('stops to listen with the window', () => {
    const { runtime } = setUp();
    expect(runtime.listeners()).toBe(1);
    TestBed.resetTestingModule();
    expect(runtime.listeners()).toBe(0);
  });
});
