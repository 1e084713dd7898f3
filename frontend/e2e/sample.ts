import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { repository } from './process.ts';

const run = promisify(execFile);

/** A file of articles, and the generator's list of its bad records. */
export interface Sample {
  readonly file: string;
  readonly rows: number;
  readonly bad: readonly { readonly line: number; readonly code: string }[];
}

/** The sample that comes with the program. */
export async function shipped(): Promise<Sample> {
  return read(join(repository, 'examples/articles.csv'), 20_000);
}

/** Writes a sample with this number of rows into folder. */
export async function generate(folder: string, rows: number): Promise<Sample> {
  const file = join(folder, `articles-${String(rows)}.csv`);
  await run('go', ['run', './backend/cmd/sample', '-rows', String(rows), '-out', file], {
    cwd: repository,
  });
  return read(file, rows);
}

async function read(file: string, rows: number): Promise<Sample> {
  // record,line,end_line,column,code: no field needs quotes
  const text = await readFile(file.replace(/\.csv$/, '.rejects.csv'), 'utf8');
  const bad = text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((row) => row.split(','))
    .map((fields) => ({ line: Number(fields[1]), code: String(fields[4]) }));
  return { file, rows, bad };
}
