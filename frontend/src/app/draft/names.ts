import { fileName, folderOf } from '../format/format';

/** The name of a file without its endings: "articles" of "articles.csv.gz". */
export function stem(path: string): string {
  return fileName(path).replace(/(?<=.)\.[^.]*(\.(gz|zst|bz2|xz|zip))?$/i, '') || fileName(path);
}

/** A new database beside the file, as is offered at first. */
export function databaseBeside(file: string): string {
  const folder = folderOf(file);
  const separator = file.includes('/') || !file.includes('\\') ? '/' : '\\';
  return folder || file.startsWith('/')
    ? `${folder}${separator}${stem(file)}.db`
    : `${stem(file)}.db`;
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
