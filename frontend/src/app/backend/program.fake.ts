import type { Address, Column, Folders, Job, Preview, Settled, Snapshot } from './model';
import { Program } from './program';

/**
 * A program for tests, which gives the answers that the test provides, and no
 * others. It stands in for the Go side, which unit tests don't have.
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

export function column(name: string, type = 'text', rest: Partial<Column> = {}): Column {
  return { name, type, nullable: true, ...rest };
}

/** A preview of a file with these fields, all of them text. */
export function preview(fields: readonly string[]): Preview {
  return {
    dialect: { encoding: 'utf-8', delimiter: ',', headerRows: 1 },
    findings: [],
    warnings: [],
    fields: [...fields],
    rows: [],
    size: 10,
    records: 0,
    complete: true,
    guesses: fields.map((field) => ({
      field,
      column: column(field),
      evidence: '',
      confidence: 1,
      values: 1,
      empty: 0,
      exceptions: 0,
      maxLength: 1,
    })),
  };
}

/** A plan that was settled with nothing in it. */
export function settled(rest: Partial<Settled> = {}): Settled {
  return {
    create: true,
    fields: [],
    columns: [],
    guesses: [],
    mapping: [],
    problems: [],
    warnings: [],
    ...rest,
  };
}
