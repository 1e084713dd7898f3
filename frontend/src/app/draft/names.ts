import type { Folders } from '../backend/model';
import { fileName, folderOf } from '../format/format';

/** The name of a file without its endings: "articles" of "articles.csv.gz". */
export function stem(path: string): string {
  return fileName(path).replace(/(?<=.)\.[^.]*(\.(gz|zst|bz2|xz|zip))?$/i, '') || fileName(path);
}

/** The path of a file without the last ending of its name. */
export function withoutEnding(path: string): string {
  return path.replace(/\.[^./\\]*$/, '');
}

/** The suggested database for a file: beside it, and for the sample in the user's documents. */
export function databaseFor(file: string, { own, documents }: Folders): string {
  return own !== '' && folderOf(file) === own
    ? inFolder(documents, 'linefeed-sample.db')
    : databaseBeside(file);
}

/** A new database beside the file. */
export function databaseBeside(file: string): string {
  const [folder, name] = [folderOf(file), `${stem(file)}.db`];
  return folder || file.startsWith('/') ? inFolder(folder, name) : name;
}

function inFolder(folder: string, name: string): string {
  const separator = folder.includes('/') || !folder.includes('\\') ? '/' : '\\';
  return `${folder.replace(/[/\\]$/, '')}${separator}${name}`;
}

/** The path, without its ending, of the file whose rejected lines this one holds by its name; "" for none. */
export function rejectedFrom(file: string): string {
  return /^(.+)\.rejected\.csv$/i.exec(file)?.[1] ?? '';
}

/** A table name that needs no quotes in SQL: letters, digits and underscores, no digit first. */
export function tableName(file: string): string {
  const name = stem(file)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}_]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  return name === '' ? 'table_1' : /^\p{N}/u.test(name) ? `t_${name}` : name;
}

/**
 * The path of a file whose name is what the names of all have in common, or else that of
 * their folder: "/in/sales.csv" of "/in/sales-01.csv" and "/in/sales-02.csv".
 */
export function pathOfAll(files: readonly string[]): string {
  const [first = ''] = files;
  const stems = files.map(stem);
  let common = stems[0] ?? '';
  for (const name of stems) {
    while (!name.startsWith(common)) {
      common = common.slice(0, -1);
    }
  }
  const shortened = common.replace(/[\s\d._-]+$/, '');
  const name = shortened.length > 2 ? shortened : fileName(folderOf(first)) || stem(first);
  return `${first.slice(0, first.length - fileName(first).length)}${name}.csv`;
}
