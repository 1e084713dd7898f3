import type { Dialect, Encoding, Finding, Preview } from '../backend/model';
import { character } from '../format/words';

/** A decision about the dialect that a person can take instead of the program. */
export interface Decision {
  readonly what: keyof Dialect;
  readonly label: string;
  /** It is a number; otherwise one of several values. */
  readonly counted?: boolean;
  /** What it may be beside what was found. */
  readonly values?: readonly string[];
  /** Other values can be typed. */
  readonly open?: boolean;
  /** How a value is written for people; as it is, when left out. */
  readonly show?: (value: string) => string;
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
    show: (value) => (value === 'replace' ? 'replace by \uFFFD' : 'reject'),
  },
];

/** A decision as it stands: what was decided, by whom, and why. */
export interface Decided {
  readonly decision: Decision;
  readonly value: string;
  /** A person took it. */
  readonly given: boolean;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  /** "98 %", where the program took it. */
  readonly sure: string;
  readonly unsure: boolean;
  readonly reason: string;
}

/** The decisions about a file as they stand. */
export function decided(
  preview: Preview | undefined,
  asked: Dialect,
  encodings: readonly Encoding[],
): readonly Decided[] {
  const labels = new Map(encodings.map((e) => [e.name, e.label]));
  return decisions.flatMap((decision) => {
    const { what } = decision;
    const finding = preview?.findings.find((f) => f.what === what);
    const given = asked[what] !== undefined;
    const value = String(asked[what] ?? preview?.dialect[what] ?? finding?.value ?? '');
    if (what === 'member' && value === '') {
      return []; // only an archive has members
    }
    const values = what === 'encoding' ? encodings.map((e) => e.name) : (decision.values ?? []);
    const show = what === 'encoding' ? (v: string) => labels.get(v) ?? v : decision.show;
    return {
      decision,
      value,
      given,
      options: offered(value, finding, values).map((v) => ({ value: v, label: show?.(v) ?? v })),
      sure: finding && !given ? `${Math.floor(finding.confidence * 100)} %` : '',
      unsure: (finding?.confidence ?? 1) < 0.8 && !given,
      reason: given ? '' : (finding?.reason ?? ''),
    };
  });
}

/** The value as it stands in a Dialect. */
export function asDialect({ what, counted }: Decision, value: string): Partial<Dialect> {
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
