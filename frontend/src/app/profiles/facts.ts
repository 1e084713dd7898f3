import type { Dialect, Plan, Profile } from '../backend/model';
import { tableOf, targetName } from '../format/target';
import { character, encoding } from '../format/words';

/** One thing that a profile settles. */
export interface Fact {
  readonly what: string;
  readonly value: string;
  readonly note?: string;
}

/** A field of the files, and where it goes. */
export interface Way {
  readonly field: string;
  /** The column; "" for a field that is left out, undefined for one that is not settled. */
  readonly column: string | undefined;
  readonly type: string;
  /** How its values are written; "" for as usual. */
  readonly format: string;
}

/** What a profile settles, but for the columns. */
export function facts({ dialect, plan, target }: Profile): readonly Fact[] {
  return [
    {
      what: 'Goes into',
      value: target ? `${targetName(target)} / ${tableOf(plan)}` : tableOf(plan),
      note: [
        target ? '' : 'the database is chosen for each file',
        plan.create ? 'made where it is not there' : '',
      ]
        .filter(Boolean)
        .join('; '),
    },
    { what: 'Read as', value: reading(dialect) },
    { what: 'Rules', value: rules(plan).join(' · ') },
  ].filter((fact) => fact.value);
}

function reading(dialect: Dialect): string {
  const rows = dialect.headerRows;
  const header = rows === undefined ? '' : rows === 0 ? 'no header' : 'header';
  return [
    encoding(dialect.encoding ?? ''),
    character(dialect.delimiter ?? ''),
    header,
    dialect.skipLines ? `${dialect.skipLines} lines skipped` : '',
  ]
    .filter(Boolean)
    .join(' · ');
}

const conflicts: Readonly<Record<string, string>> = {
  skip: 'skips records whose key is there',
  update: 'updates the row of the same key',
  replace: 'replaces the row of the same key',
};

function rules(plan: Plan): readonly string[] {
  const { onConflict = '', key, maxRejects, ragged } = plan;
  const [conflict, by] = [conflicts[onConflict], key?.join(', ')];
  return [
    [conflict ?? (by && 'key'), by && `(${by})`].filter(Boolean).join(' '),
    plan.null?.length ? `NULL for ${plan.null.join(', ')}` : '',
    ragged === 'pad' ? 'short records are filled up' : '',
    maxRejects ? `stops after ${maxRejects} rejects` : '',
    plan.atomic ? 'all rows or none' : '',
    plan.undo ? 'can be undone' : '',
    plan.marks === 'store' ? 'keeps nothing of its own in the database' : '',
  ].filter(Boolean);
}

/** Where the fields go, in their order; others that the profile knows come after them. */
export function ways({ fields, plan }: Profile): readonly Way[] {
  const map = plan.map ?? {};
  const more = Object.keys(map)
    .filter((field) => !fields.includes(field))
    .sort();
  return [...fields, ...more].map((field) => {
    const column = map[field];
    return {
      field,
      column,
      type: plan.columns?.find((c) => c.name === column)?.type ?? '',
      format: (column && plan.formats?.[column]) ?? '',
    };
  });
}
