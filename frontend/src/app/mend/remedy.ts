import type { RejectGroup, Rule } from '../backend/model';
import { oneLine } from '../format/format';
import { reason } from '../format/words';

/** What can be done to all records of a group, or to those with some of its values. */
export type Kind =
  'null' | 'set' | 'trim' | 'thousands' | 'format' | 'cut' | 'map' | 'default' | 'pad' | 'conflict';

/** A rule as it is being chosen. */
export interface Remedy {
  readonly kind: Kind;
  /** What `set` and `default` put in, the pattern of `format`, and what `conflict` does. */
  readonly text: string;
  /** What `cut` leaves, in characters; 0 is the length of the column. */
  readonly length: number;
  /** What `map` makes of values; those without an entry stay as they are. */
  readonly words: Readonly<Record<string, string>>;
}

/** A rule that was chosen, as a retry takes it. */
export interface Chosen {
  readonly group: RejectGroup;
  readonly rules: readonly Rule[];
  readonly onConflict: string;
  /** What it does, in a few words. */
  readonly says: string;
}

export const kinds: Readonly<Record<Kind, string>> = {
  null: 'Set NULL',
  set: 'Replace by a value',
  trim: 'Trim blanks',
  thousands: 'Remove thousands separators',
  format: 'Read in another format',
  cut: 'Cut to length',
  map: 'Map words',
  default: 'Fill in a default',
  pad: 'Fill up missing fields',
  conflict: 'Decide for the row that is there',
};

const numbers: readonly Kind[] = ['null', 'set', 'format', 'thousands', 'trim', 'map'];
const times: readonly Kind[] = ['format', 'null', 'set', 'map', 'trim'];
const others: readonly Kind[] = ['set', 'null', 'map', 'trim'];

/** The rules that fit each reason, the likeliest first. What is not listed can only be edited record by record. */
const fitting: Readonly<Record<string, readonly Kind[]>> = {
  not_a_number: numbers,
  not_an_integer: numbers,
  out_of_range: ['null', 'set', 'format', 'thousands', 'map'],
  not_a_boolean: ['map', 'null', 'set', 'trim'],
  not_a_date: times,
  not_a_time: times,
  not_a_timestamp: times,
  not_a_uuid: others,
  not_json: others,
  not_binary: others,
  too_long: ['cut', 'trim', 'set', 'null', 'map'],
  required: ['default'],
  duplicate_key: ['conflict', 'map'],
  check_failed: ['map', 'set', 'null', 'trim', 'cut'],
  foreign_key: ['map', 'set', 'null', 'trim'],
  refused: ['map', 'set', 'null', 'trim', 'cut'],
  missing_field: ['pad'],
  extra_field: ['pad'],
};

/** The rules for a group, the likeliest first. */
export function kindsFor(group: RejectGroup): readonly Kind[] {
  const all = fitting[group.code] ?? [];
  return group.column ? all : all.filter((kind) => kind === 'pad' || kind === 'conflict');
}

/** Whether only the database refuses the values: the program can't tell them from good ones by themselves. */
export function isOfDatabase(code: string): boolean {
  return ['duplicate_key', 'check_failed', 'foreign_key', 'refused'].includes(code);
}

/** Patterns to offer for a group; others can be typed. */
export function patternsFor(code: string): readonly string[] {
  switch (code) {
    case 'not_a_number':
    case 'not_an_integer':
    case 'out_of_range':
      return ['1234.56', '1234,56', '1,234.56', '1.234,56', '1 234,56', "1'234.56"];
    case 'not_a_date':
      return ['DD.MM.YYYY', 'DD/MM/YYYY', 'MM/DD/YYYY', 'YYYY/MM/DD', 'YYYYMMDD', 'YYYY-MM-DD'];
    case 'not_a_time':
      return ['HH:mm', 'HH:mm:ss', 'HHmmss'];
    case 'not_a_timestamp':
      return [
        'DD.MM.YYYY HH:mm',
        'DD.MM.YYYY HH:mm:ss',
        'DD/MM/YYYY HH:mm:ss',
        'MM/DD/YYYY HH:mm:ss',
        'YYYY-MM-DD HH:mm:ss',
      ];
    default:
      return [];
  }
}

/** Why a rule can't be used as it is; "" when it can. */
export function missing(
  remedy: Remedy,
  group: RejectGroup,
  values: readonly string[],
  all: boolean,
): string {
  switch (remedy.kind) {
    case 'format':
      return remedy.text ? '' : 'Choose a format';
    case 'default':
      return remedy.text ? '' : 'Type what an empty field becomes';
    case 'map':
      return Object.keys(remedy.words).length ? '' : 'Type what a word becomes';
    case 'null':
    case 'set':
      if (remedy.kind === 'set' && remedy.text === '') {
        return 'Type a value';
      }
      return isOfDatabase(group.code) && all && values.length === 0
        ? 'Too many values to replace all: choose some'
        : '';
    default:
      return '';
  }
}

/**
 * The rules of a retry. With `all` they are for every value of the group that its
 * column refuses; what only the database refuses is named by its values.
 */
export function rulesOf(
  remedy: Remedy,
  group: RejectGroup,
  values: readonly string[],
  all: boolean,
): readonly Rule[] {
  const { column } = group;
  const { kind, text } = remedy;
  switch (kind) {
    case 'null':
    case 'set': {
      const to = kind === 'null' ? { null: true } : { value: text };
      return all && !isOfDatabase(group.code)
        ? [{ column, op: 'set', ...to, refused: group.code }]
        : values.map((from) => ({ column, op: 'replace', from, ...to }));
    }
    case 'format':
      return [{ column, op: 'format', value: text, refused: group.code }];
    case 'cut':
      return [{ column, op: 'cut', ...(remedy.length ? { length: remedy.length } : {}) }];
    case 'map':
      return [{ column, op: 'mapValues', values: { ...remedy.words } }];
    case 'default':
      return [{ column, op: 'default', value: text }];
    case 'pad':
      return [{ op: 'pad' }];
    case 'conflict':
      return [];
    default:
      return [{ column, op: kind }];
  }
}

const conflicts: Readonly<Record<string, string>> = {
  update: 'the row that is there is updated',
  replace: 'the row that is there is replaced',
  skip: 'the row that is there stays',
};

/** What a rule does, in a few words: "not a number → NULL", "N/A, n.a. → NULL". */
export function says(
  remedy: Remedy,
  group: RejectGroup,
  values: readonly string[],
  all: boolean,
): string {
  const shown = values.slice(0, 3).map((v) => (v === '' ? 'empty' : oneLine(v)));
  const more = values.length > shown.length ? ` and ${values.length - shown.length} more` : '';
  const which = all ? reason(group.code) : shown.join(', ') + more;
  switch (remedy.kind) {
    case 'null':
      return `${which} → NULL`;
    case 'set':
      return `${which} → ${remedy.text}`;
    case 'format':
      return `also read as ${remedy.text}`;
    case 'cut':
      return remedy.length ? `cut to ${remedy.length} characters` : 'cut to the column’s length';
    case 'map': {
      const pairs = Object.entries(remedy.words).map(([from, to]) => `${oneLine(from)} → ${to}`);
      return (
        pairs.slice(0, 3).join(', ') + (pairs.length > 3 ? ` and ${pairs.length - 3} more` : '')
      );
    }
    case 'default':
      return `empty → ${remedy.text}`;
    case 'pad':
      return 'missing fields are empty, empty extra ones are dropped';
    case 'conflict':
      return conflicts[remedy.text] ?? remedy.text;
    default:
      return kinds[remedy.kind].toLowerCase();
  }
}
