import type { Dialect, Finding } from '../backend/model';
import { character, encoding } from '../format/words';

/** A decision about the dialect that a person can take instead of the program. */
export interface Decision {
  readonly what: keyof Dialect;
  readonly label: string;
  /** What it may be, beside what was found; none where a number is asked for. */
  readonly values: readonly string[];
  /** How a value is written for people. */
  readonly show: (value: string) => string;
}

const plain = (value: string) => value;

/** All decisions, in the order in which they are taken. */
export const decisions: readonly Decision[] = [
  {
    what: 'encoding',
    label: 'Encoding',
    values: [
      'utf-8',
      'windows-1252',
      'iso-8859-1',
      'iso-8859-2',
      'iso-8859-15',
      'windows-1250',
      'windows-1251',
      'utf-16le',
      'utf-16be',
      'shift_jis',
      'gb18030',
      'big5',
      'euc-kr',
    ],
    show: encoding,
  },
  {
    what: 'delimiter',
    label: 'Delimiter',
    values: [',', ';', '\t', '|', ' ', ':', '^'],
    show: character,
  },
  { what: 'quote', label: 'Quote', values: ['"', "'", 'none'], show: character },
  {
    what: 'escape',
    label: 'Escape',
    values: ['"', '\\', 'none'],
    show: (value) => (value === '"' || value === "'" ? 'doubled quote' : character(value)),
  },
  { what: 'headerRows', label: 'Header rows', values: [], show: plain },
  { what: 'skipLines', label: 'Skip lines above', values: [], show: plain },
  { what: 'footerLines', label: 'Skip lines at end', values: [], show: plain },
  { what: 'comment', label: 'Comment lines', values: ['none', '#', '//'], show: plain },
  {
    what: 'compression',
    label: 'Compression',
    values: ['none', 'gzip', 'zstd', 'bzip2', 'xz', 'zip'],
    show: plain,
  },
  {
    what: 'invalidBytes',
    label: 'Invalid bytes',
    values: ['reject', 'replace'],
    show: (value) => (value === 'replace' ? 'replace by \uFFFD' : 'reject'),
  },
];

/** The values to offer: what was found and what was likely first, then the others. */
export function valuesFor(decision: Decision, value: string, finding?: Finding): readonly string[] {
  const likely = (finding?.alternatives ?? []).map((a) => a.value);
  return [...new Set([value, ...likely, ...decision.values])].filter((v) => v !== '');
}

/** The value as it stands in a Dialect. */
export function asDialect(decision: Decision, value: string): Partial<Dialect> {
  const counted = decision.values.length === 0;
  return { [decision.what]: counted ? Math.max(0, Math.trunc(Number(value)) || 0) : value };
}
