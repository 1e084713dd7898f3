import type { Dialect, Encoding, Finding, Preview } from '../backend/model';
import type { Rules } from '../draft/choices';
import { fairlySure } from '../draft/draft';
import { character } from '../format/words';

/** What a person decided about how a file is read: its dialect, and the rule for ragged records. */
export type Asked = Dialect & Pick<Rules, 'ragged'>;

/** A decision about how a file is read, which a person can override. */
export interface Decision {
  readonly what: keyof Asked;
  readonly label: string;
  /** A number; otherwise one of several values. */
  readonly numeric?: boolean;
  /** The possible values besides the detected ones. */
  readonly values?: readonly string[];
  /** Other values can be typed. */
  readonly open?: boolean;
  /** How a value is shown; as it is, if left out. */
  readonly show?: (value: string) => string;
  /** A rule, which can't be detected: its default, and why. */
  readonly byDefault?: { readonly value: string; readonly reason: string };
}

/** All decisions, in the order in which they are shown. */
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
  { what: 'headerRows', label: 'Header rows', numeric: true },
  { what: 'skipLines', label: 'Skip lines above', numeric: true },
  { what: 'footerLines', label: 'Skip lines at end', numeric: true },
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
    byDefault: { value: 'reject', reason: 'the default: no text is garbled silently' },
  },
  {
    what: 'ragged',
    label: 'Ragged records',
    values: ['reject', 'pad'],
    show: (value) => (value === 'pad' ? 'fill with NULL' : 'reject'),
    byDefault: { value: 'reject', reason: 'the default: nothing is filled in silently' },
  },
];

/** A decision and its state: what was decided, by whom, and why. */
export interface Decided {
  readonly decision: Decision;
  /** "" while a person has to choose. */
  readonly value: string;
  /** The value where there is little room: "Windows-1252". */
  readonly short: string;
  /** A person decided it. */
  readonly given: boolean;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** "98 %", if the program detected it. */
  readonly confidence: string;
  readonly unsure: boolean;
  readonly reason: string;
}

/** The decisions about a file; for an archive, the file to take out of it comes first. */
export function decided(
  preview: Preview | undefined,
  asked: Asked,
  encodings: readonly Encoding[],
): readonly Decided[] {
  const labels = new Map(encodings.map((e) => [e.name, e.label]));
  const all = decisions.flatMap((decision): readonly Decided[] => {
    const { what, byDefault } = decision;
    const finding = preview?.findings.find((f) => f.what === what);
    const given = asked[what] !== undefined;
    const found = what === 'ragged' ? undefined : preview?.dialect[what];
    const value = String(asked[what] ?? found ?? finding?.value ?? byDefault?.value ?? '');
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
        confidence: finding && !given ? `${Math.floor(finding.confidence * 100)} %` : '',
        unsure,
        reason: given ? 'set by you' : (finding?.reason ?? byDefault?.reason ?? ''),
      },
    ];
  });
  const packed = ({ decision, value }: Decided) =>
    decision.what === 'member' || (decision.what === 'compression' && value !== 'none');
  return preview ? [...all.filter(packed), ...all.filter((d) => !packed(d))] : all;
}

/** The decision as a change of the dialect or the rules. */
export function asAsked({ what, numeric }: Decision, value: string): Partial<Asked> {
  return { [what]: numeric ? Math.max(0, Math.trunc(Number(value)) || 0) : value };
}

/** The decided value first, then the likely ones, then the others, each once. */
function offered(
  value: string,
  finding: Finding | undefined,
  others: readonly string[],
): readonly string[] {
  const likely = (finding?.alternatives ?? []).map((a) => a.value);
  return [...new Set([value, ...likely, ...others])].filter((v) => v !== '');
}
