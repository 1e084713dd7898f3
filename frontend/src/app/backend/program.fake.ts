import type { Address, Folders, Job, Snapshot } from './model';
import { Program } from './program';

/**
 * A program for tests, which answers nothing until the test says what. It
 * stands in for the Go side, which is not there in a unit test.
 */
export function fakeProgram(answers: Partial<Program> = {}): Program {
  const nothing: Program = Object.assign(new Program(), {
    live: () => Promise.reject<Address>(new Error('no stream in this test')),
    jobs: () => Promise.resolve<Job[]>([]),
    recent: () => Promise.resolve<string[]>([]),
    sampleFile: () => Promise.resolve(''),
    folders: () => Promise.resolve<Folders>({ own: '', documents: '' }),
    presets: () => Promise.resolve([]),
    encodings: () => Promise.resolve([]),
    tables: () => Promise.resolve([]),
    snapshot: () => Promise.reject<Snapshot>(new Error('there is no job in this test')),
  });
  return Object.assign(nothing, answers);
}
