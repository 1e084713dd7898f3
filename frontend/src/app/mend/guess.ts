import type { RejectGroup } from '../backend/model';
import { kindsFor, patternsFor, type Kind, type Remedy } from './remedy';

/** A first guess, and the values that it is for; without any it is for all. */
export interface Guess {
  readonly remedy: Remedy;
  readonly values: readonly string[];
}

const none =
  /^(?:n\.?\s?\/?\s?[ad]\.?|null|nil|none|nan|k\.?\s?a\.?|unknown|tbd|[-–—?.*#]+|#n\/a|\\n)?$/i;

const yes = ['y', 'yes', 'ja', 'j', 'oui', 'si', 'sí', 'on', 'x', 'wahr', 'vrai', 'sim', 'tak'];
const no = ['n', 'no', 'nein', 'non', 'off', 'falsch', 'faux', 'não', 'nie'];

/** How the values of each pattern look. */
const looks: readonly (readonly [pattern: string, look: RegExp])[] = [
  ['1,234.56', /^[-+]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/],
  ['1.234,56', /^[-+]?\d{1,3}(?:\.\d{3})+(?:,\d+)?$/],
  ['1 234,56', /^[-+]?\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:,\d+)?$/],
  ["1'234.56", /^[-+]?\d{1,3}(?:['’]\d{3})+(?:\.\d+)?$/],
  ['1234,56', /^[-+]?\d+,\d+$/],
  ['1234.56', /^[-+]?\d+\.\d+$/],
  ['DD.MM.YYYY', /^\d{1,2}\.\d{1,2}\.\d{4}$/],
  ['MM/DD/YYYY', /^\d{1,2}\/(?:1[3-9]|2\d|3[01])\/\d{4}$/],
  ['DD/MM/YYYY', /^\d{1,2}\/\d{1,2}\/\d{4}$/],
  ['YYYY/MM/DD', /^\d{4}\/\d{1,2}\/\d{1,2}$/],
  ['YYYYMMDD', /^\d{8}$/],
  ['YYYY-MM-DD', /^\d{4}-\d{1,2}-\d{1,2}$/],
  ['DD.MM.YYYY HH:mm', /^\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}$/],
  ['DD.MM.YYYY HH:mm:ss', /^\d{1,2}\.\d{1,2}\.\d{4} \d{1,2}:\d{2}:\d{2}$/],
  ['DD/MM/YYYY HH:mm:ss', /^\d{1,2}\/\d{1,2}\/\d{4} \d{1,2}:\d{2}:\d{2}$/],
  ['YYYY-MM-DD HH:mm:ss', /^\d{4}-\d\d-\d\d \d{1,2}:\d{2}:\d{2}$/],
  ['HH:mm', /^\d{1,2}:\d{2}$/],
  ['HH:mm:ss', /^\d{1,2}:\d{2}:\d{2}$/],
  ['HHmmss', /^\d{6}$/],
];

export function remedy(kind: Kind, rest: Partial<Remedy> = {}): Remedy {
  return { kind, text: kind === 'conflict' ? 'update' : '', length: 0, words: {}, ...rest };
}

/**
 * The rule to offer first for a group with these values, the most frequent first; nothing if
 * none fits. Where they are not all of its values, it may be for those alone.
 */
export function guess(
  group: RejectGroup,
  values: readonly RejectGroup[],
  complete = true,
): Guess | undefined {
  const fit = kindsFor(group);
  const first = fit[0];
  if (!first) {
    return undefined;
  }
  const texts = values.map((v) => v.value ?? '');
  if (group.code === 'not_a_boolean') {
    return { remedy: remedy('map', { words: words(texts) }), values: [] };
  }
  if (fit.includes('format')) {
    return ofTexts(group, values, complete);
  }
  return { remedy: remedy(first), values: [] };
}

/** The pattern that most of the records have, or NULL for those whose value says that there is none. */
function ofTexts(group: RejectGroup, values: readonly RejectGroup[], complete: boolean): Guess {
  const counts = new Map<string, number>();
  const offered = patternsFor(group.code);
  let absent = 0;
  for (const { value = '', count } of values) {
    const text = value.trim();
    const pattern = looks.find(([name, look]) => offered.includes(name) && look.test(text))?.[0];
    if (pattern) {
      counts.set(pattern, (counts.get(pattern) ?? 0) + count);
    } else if (none.test(text)) {
      absent += count;
    }
  }
  const [pattern, n] = [...counts].sort((a, b) => b[1] - a[1])[0] ?? ['', 0];
  if (pattern && n >= absent && group.code !== 'out_of_range') {
    return { remedy: remedy('format', { text: pattern }), values: [] };
  }
  const texts = values.map((v) => v.value ?? '').filter((v) => none.test(v.trim()));
  const all = complete && texts.length === values.length;
  return { remedy: remedy('null'), values: all ? [] : texts };
}

/** What words for yes and no become. */
function words(values: readonly string[]): Record<string, string> {
  const known = values.flatMap((value) => {
    const word = value.trim().toLowerCase();
    return yes.includes(word) ? [[value, 'true']] : no.includes(word) ? [[value, 'false']] : [];
  });
  return Object.fromEntries(known) as Record<string, string>;
}
