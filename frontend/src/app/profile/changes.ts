import type { ProfileMatch } from '../backend/model';

/** How a header differs from that of a profile, as sentences. A map says which columns fields went to. */
export function changes(
  match: ProfileMatch,
  map: Readonly<Record<string, string>> = {},
): readonly { readonly what: string; readonly says: string }[] {
  const gone = (match.gone ?? []).map((f) => (map[f] ? `${f} (went to ${map[f]})` : f));
  const renamed = (match.renamed ?? []).map(({ was, is }) => `${was} is ${is}`);
  return [
    { what: 'gone', fields: gone, says: 'Gone' },
    { what: 'added', fields: match.added ?? [], says: 'New' },
    { what: 'moved', fields: match.moved ?? [], says: 'Moved' },
    { what: 'renamed', fields: renamed, says: 'Written otherwise' },
  ]
    .filter(({ fields }) => fields.length)
    .map(({ what, fields, says }) => ({ what, says: `${says}: ${fields.join(', ')}.` }));
}
