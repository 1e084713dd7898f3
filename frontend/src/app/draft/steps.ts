import { isSet } from '../backend/events';

/** The steps of an import, in order. */
export const steps = [
  { name: 'source', label: 'Source', path: '/new/source' },
  { name: 'target', label: 'Target', path: '/new/target' },
  { name: 'mapping', label: 'Mapping', path: '/new/mapping' },
  { name: 'check', label: 'Check', path: '/new/check' },
] as const;

export type Step = (typeof steps)[number];

/** Where a run is shown, or a set of them, by its ID. */
export function pageOf(id: string): readonly [string, string] {
  return [isSet(id) ? '/sets' : '/runs', id];
}
