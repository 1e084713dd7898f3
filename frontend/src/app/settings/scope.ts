import type { AccessToken } from '../backend/model';
import { fileName } from '../format/format';
import { targetInFull, targetName } from '../format/target';

/** Stands for all databases, as one of those of a token. */
export const anyDatabase = 'any';

/** One of the databases of a token in full. */
export function databaseInFull(target: string): string {
  return target === anyDatabase ? 'any database' : targetInFull(target);
}

/** One of the databases of a token in a few words. */
export function databaseName(target: string): string {
  return target === anyDatabase ? 'any' : targetName(target);
}

/** The local files that the bearer of a token may name, in a few words. */
export function filesOf({ may, folders }: AccessToken): string {
  if (folders?.length) {
    return folders.map(fileName).join(', ');
  }
  return may === 'import' ? 'what it sends' : 'none';
}
