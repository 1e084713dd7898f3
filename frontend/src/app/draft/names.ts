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

/** A new database for the file, as is offered at first: beside it, or for the sample where a person finds it. */
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

/** The file of an earlier import whose rejected lines this one holds, by the name that is offered for them; "" for none. */
export function rejectedFrom(file: string): string {
  return /^(.+)\.rejected\.csv$/i.exec(file)?.[1] ?? '';
}

/** A table's name as SQL likes it: letters, digits and underscores, no digit at first. */
export function tableName(file: string): string {
  const name = stem(file)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[^\p{L}\p{N}_]+/gu, '_')
    .replace(/^_+|_+$/g, '')
    .toLowerCase();
  return name === '' ? 'table_1' : /^\p{N}/u.test(name) ? `t_${name}` : name;
}
