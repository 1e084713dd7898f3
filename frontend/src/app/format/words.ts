// What the codes of the program are called in the window.

import type { Column } from '../backend/model';
import { counted } from './format';
import { targetKind } from './target';

const reasons: Record<string, string> = {
  missing_field: 'too few fields',
  extra_field: 'too many fields',
  stray_quote: 'stray quote',
  unclosed_quote: 'unclosed quote',
  invalid_encoding: 'invalid bytes',
  record_too_large: 'record too large',
  several_records: 'not one record',
  not_a_number: 'not a number',
  not_an_integer: 'not a whole number',
  not_a_boolean: 'neither true nor false',
  not_a_date: 'not a date',
  not_a_time: 'not a time',
  not_a_timestamp: 'not a timestamp',
  not_a_uuid: 'not a UUID',
  not_json: 'not JSON',
  not_binary: 'not binary data',
  out_of_range: 'out of range',
  too_long: 'too long',
  required: 'required but empty',
  duplicate_key: 'duplicate key',
  check_failed: 'check failed',
  foreign_key: 'no such referenced row',
  refused: 'refused by the database',
};

/** Why a record was rejected, in two or three words. */
export function reason(code: string): string {
  return reasons[code] ?? code.replaceAll('_', ' ');
}

const phases: Record<string, string> = {
  opening: 'opening',
  inferring: 'inferring the types',
  writing: 'writing',
  waiting: 'waiting: another program has locked the database',
  reconnecting: 'connection lost',
  committing: 'committing',
  done: 'done',
};

/** What a load into a target is doing. */
export function phase(name: string, target = ''): string {
  return name === 'waiting' && targetKind(target) !== 'file'
    ? 'waiting for the server: a lock, or no answer'
    : (phases[name] ?? name);
}

const lines: Record<string, readonly [one: string, many: string]> = {
  preamble: ['line above the header', 'lines above the header'],
  blank: ['blank line', 'blank lines'],
  comment: ['comment line', 'comment lines'],
  footer: ['line below the records', 'lines below the records'],
  repeated_header: ['repeated header line', 'repeated header lines'],
};

/** Lines that are not records: "3 blank lines". */
export function passedOver(kind: string, n: number): string {
  const other = `${kind.replaceAll('_', ' ')} line`;
  const [one, many] = lines[kind] ?? [other, `${other}s`];
  return counted(n, one, many);
}

const characters: Record<string, string> = {
  ',': 'comma',
  ';': 'semicolon',
  '\t': 'tab',
  '|': 'pipe',
  ' ': 'space',
  ':': 'colon',
  '^': 'caret',
  '~': 'tilde',
  '"': 'double quote',
  "'": 'single quote',
  '\\': 'backslash',
  none: 'none',
};

/** A character of a dialect by its name; others as they are. */
export function character(c: string): string {
  return characters[c] ?? c;
}

const encodings: Record<string, string> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 LE',
  'utf-16be': 'UTF-16 BE',
  'utf-32le': 'UTF-32 LE',
  'utf-32be': 'UTF-32 BE',
  'windows-1252': 'Windows-1252',
  shift_jis: 'Shift_JIS',
  gb18030: 'GB18030',
};

export function encoding(name: string): string {
  return encodings[name.toLowerCase()] ?? name.replace(/^iso-/i, 'ISO-');
}

/** What a column asks of a value: "required, price >= 0". */
export function columnRule(column: Column): string {
  const { primaryKey, nullable, generated, hasDefault, check } = column;
  const unique = column.unique && !primaryKey ? 'unique' : '';
  const filled = generated ? 'computed by the database' : hasDefault ? 'has a default' : '';
  return [primaryKey ? 'key' : nullable || filled ? '' : 'required', unique, filled, check]
    .filter(Boolean)
    .join(', ');
}

const products: Record<string, string> = {
  sqlite: 'SQLite',
  postgres: 'PostgreSQL',
  mysql: 'MySQL or MariaDB',
};

/** A kind of database. */
export function product(kind: string): string {
  return products[kind] ?? kind;
}

/** How a column reads its values. */
export function typeLabel({ type, format }: { type: string; format?: string }): string {
  return format ? `${type} ${format}` : type;
}

/** The types that a column can have. */
export const columnTypes = [
  'text',
  'integer',
  'decimal',
  'float',
  'boolean',
  'date',
  'time',
  'timestamp',
  'timestamptz',
  'uuid',
  'json',
  'binary',
] as const;
