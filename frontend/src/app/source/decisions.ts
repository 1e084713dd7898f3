import type { Dialect, Encoding, Finding, Preview } from '../backend/model';
import type { Rules } from '../draft/choices';
import { fairlySure } from '../draft/draft';
import { character } from '../format/words';

/** What a person decided about the reading of a file: of the dialect, and of the plan's rules. */
export type Asked = Dialect & Pick<Rules, 'ragged'>;

/** A decision about the reading that a person can take instead of the program. */
export interface Decision {
  readonly what: keyof Asked;
  readonly label: string;
  /** It is a number; otherwise one of several values. */
  readonly counted?: boolean;
  /** What it may be beside what was found. */
  readonly values?: readonly string[];
  /** Other values can be typed. */
  readonly open?: boolean;
  /** How a value is written for people; as it is, when left out. */
  readonly show?: (value: string) => string;
  /** It is a rule, which nothing in the file tells: what it is unless it is set, and why. */
  readonly usual?: { readonly value: string; readonly reason: string };
}

/** All decisions, in the order in which they are looked at. */
export const decisions: readonly Decision[] = [
  { what: 'encoding', label: 'Encoding' },
  {
    what: 'delimiter',
    label: 'Delimiter',
    values: [',', ';', '\t', '|', ' ', ':', '^', '||'],
    open: true,
    show: character,
  },
  { what: 'quote', label: 'Quote', values: ['"', "'", 'none'], open: true, show: character },
  {
    what: 'escape',
    label: 'Escape',
    values: ['"', '\\', 'none'],
    show: (value) => (value === '"' || value === "'" ? 'doubled quote' : character(value)),
  },
  { what: 'headerRows', label: 'Header rows', counted: true },
  { what: 'skipLines', label: 'Skip lines above', counted: true },
  { what: 'footerLines', label: 'Skip lines at end', counted: true },
  { what: 'comment', label: 'Comment lines', values: ['none', '#', '//'], open: true },
  {
    what: 'compression',
    label: 'Compression',
    values: ['none', 'gzip', 'zstd', 'bzip2', 'xz', 'zip'],
  },
  { what: 'member', label: 'File in archive' },
  {
    what: 'invalidBytes',
    label: 'Invalid bytes',
    values: ['reject', 'replace'],
    show: (value) => (value === 'replace' ? 'replace with \uFFFD' : 'reject'),
    usual: { value: 'reject', reason: 'the default: no text is garbled silently' },
  },
  {
    what: 'ragged',
    label: 'Ragged records',
    values: ['reject', 'pad'],
    show: (value) => (value === 'pad' ? 'fill with NULL' : 'reject'),
    usual: { value: 'reject', reason: 'the default: nothing is filled in silently' },
  },
];

/** A decision as it stands: what was decided, by whom, and why. */
export interface Decided {
  readonly decision: Decision;
  /** "" while a person has to choose. */
  readonly value: string;
  /** How the value is written where there is little room: "Windows-1252". */
  readonly short: string;
  /** A person took it. */
  readonly given: boolean;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** "98 %", where the program found it. */
  readonly sure: string;
  readonly unsure: boolean;
  readonly reason: string;
}

/** The decisions about a file as they stand; of an archive, what is taken out of it comes first. */
export function decided(
  preview: Preview | undefined,
  asked: Asked,
  encodings: readonly Encoding[],
): readonly Decided[] {
  const labels = new Map(encodings.map((e) => [e.name, e.label]));
  const all = decisions.flatMap((decision): readonly Decided[] => {
    const { what, usual } = decision;
    const finding = preview?.findings.find((f) => f.what === what);
    const given = asked[what] !== undefined;
    const found = what === 'ragged' ? undefined : preview?.dialect[what];
    const value = String(asked[what] ?? found ?? finding?.value ?? usual?.value ?? '');
    if (what === 'member' && value === '') {
      return []; // only an archive has members
    }
    const values = what === 'encoding' ? encodings.map((e) => e.name) : (decision.values ?? []);
    const show = what === 'encoding' ? (v: string) => labels.get(v) ?? v : decision.show;
    const unsure = !given && (finding?.confidence ?? 1) < fairlySure;
    return [
      {
        decision,
        value: what === 'member' && unsure ? '' : value,
        short: (show?.(value) ?? value).replace(/ \(.*\)$/, ''),
        given,
        options: offered(value, finding, values).map((v) => ({ value: v, label: show?.(v) ?? v })),
        sure: finding && !given ? `${Math.floor(finding.confidence * 100)} %` : '',
        unsure,
        reason: given ? 'set by you' : (finding?.reason ?? usual?.reason ?? ''),
      },
    ];
  });
  const packed = ({ decision, value }: Decided) =>
    decision.what === 'member' || (decision.what === 'compression' && value !== 'none');
  return preview ? [...all.filter(packed), ...all.filter((d) => !packed(d))] : all;
}

/** The value as it is asked for. */
export function asAsked({ what, counted }: Decision, value: string): Partial<Asked> {
  return { [what]: counted ? Math.max(0, Math.trunc(Number(value)) || 0) : value };
}

/** What was decided first, then what was likely, then the others, each once. */
function offered(
  value: string,
  finding: Finding | undefined,
  others: readonly string[],
): readonly string[] {
  const likely = (finding?.alternatives ?? []).map((a) => a.value);
  return [...new Set([value, ...likely, ...others])].filter((v) => v !== '');
}
