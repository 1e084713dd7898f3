import type {
  Address,
  Build,
  Column,
  Database,
  Folders,
  Head,
  Job,
  Place,
  Preview,
  SetRequest,
  Settled,
  Snapshot,
  Table,
} from './model';
import { Program } from './program';

/**
 * A program for tests, which gives the answers that the test provides, and no
 * others. It stands in for the Go side, which unit tests don't have.
 */
export function fakeProgram(answers: Partial<Program> = {}): Program {
  const nothing: Program = Object.assign(new Program(), {
    live: () => Promise.reject<Address>(new Error('no stream in this test')),
    jobs: () => Promise.resolve<Job[]>([]),
    elsewhere: () => Promise.resolve<Snapshot[]>([]),
    build: () => Promise.reject<Build>(new Error('no version in this test')),
    notices: () => Promise.resolve([]),
    recent: () => Promise.resolve<string[]>([]),
    sampleFile: () => Promise.resolve(''),
    folders: () => Promise.resolve<Folders>({ own: '', documents: '' }),
    takeFiles: () => Promise.resolve<string[]>([]),
    presets: () => Promise.resolve([]),
    encodings: () => Promise.resolve([]),
    database: () => Promise.resolve(database()),
    head: () => Promise.resolve<Head>({ columns: [], rows: [] }),
    connections: () => Promise.resolve([]),
    profiles: () => Promise.resolve([]),
    sets: () => Promise.resolve([]),
    findFiles: (names: readonly string[]) => Promise.resolve({ paths: [...names] }),
    lookAtSet: ({ files, import: { plan } }: SetRequest) =>
      Promise.resolve((files ?? []).map((file) => ({ file, size: 10, table: plan.table }))),
    watchedFolders: () => Promise.resolve([]),
    watchedFiles: () => Promise.resolve([]),
    tokens: () => Promise.resolve([]),
    signedIn: () =>
      Promise.resolve({ on: false, required: false, signedIn: false, hasRole: false, kept: false }),
    snapshot: () => Promise.reject<Snapshot>(new Error('there is no job in this test')),
  });
  return Object.assign(nothing, answers);
}

export function column(name: string, type = 'text', rest: Partial<Column> = {}): Column {
  return { name, type, nullable: true, ...rest };
}

/** A database with these tables: an SQLite file, or what place says. */
export function database(
  tables: readonly Table[] = [],
  place: Partial<Place> = {},
  schemas: readonly string[] = [],
): Database {
  const file = { kind: 'sqlite', product: 'SQLite', marks: true };
  return { place: { ...file, ...place }, tables: [...tables], schemas: [...schemas] };
}

/** The place of a PostgreSQL server. */
export const postgres: Place = {
  kind: 'postgres',
  product: 'PostgreSQL 15.18',
  server: 'db.example.com:5432',
  database: 'shop',
  schema: 'public',
  schemas: true,
  marks: true,
};

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
