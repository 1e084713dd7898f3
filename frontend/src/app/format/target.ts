// What a target and its tables are called in the window.

import type { Place, Plan } from '../backend/model';

/** How a request names its target: by the path of a file, a saved connection, or a server's URL. */
export type TargetKind = 'file' | 'connection' | 'url';

const saved = 'connection:';

export function targetKind(target: string): TargetKind {
  if (target.startsWith(saved)) {
    return 'connection';
  }
  return /^(?!sqlite:|file:)[a-z][a-z0-9+.-]*:\/\//i.test(target) ? 'url' : 'file';
}

/** How a request names a saved connection. */
export function toConnection(name: string): string {
  return saved + name;
}

/** The name of a saved connection; "" for another target. */
export function connectionName(target: string): string {
  return targetKind(target) === 'connection' ? target.slice(saved.length) : '';
}

/** The path of a file that is named by a URL, or by itself. */
export function pathOf(target: string): string {
  return target.replace(/^(?:sqlite|file):(?:\/\/(?=\/))?/i, '').replace(/\?[^?/\\]*$/, '');
}

/** A target in a few words: "articles.db", "Warehouse", "shop on db.example.com". */
export function targetName(target: string): string {
  switch (targetKind(target)) {
    case 'connection':
      return connectionName(target);
    case 'file':
      return pathOf(target).split(/[/\\]/).at(-1) ?? '';
    case 'url': {
      const { hosts, database } = parts(target);
      return database ? `${database} on ${hosts}` : hosts;
    }
  }
}

/** A target in full, and without any password: a path, a URL, or the name of a connection. */
export function targetInFull(target: string): string {
  switch (targetKind(target)) {
    case 'connection':
      return connectionName(target);
    case 'file':
      return target;
    case 'url':
      return withoutPassword(target);
  }
}

const host = String.raw`(?:\[[^\]@]*\]|[^@?#/:,[]*)(?::\d*)?`;
/** A URL that has no user before its hosts: an @ in its parameters is theirs. */
const userless = new RegExp(
  `^[a-z][a-z0-9+.-]*://${host}(?:,${host})*(?:/[^@?#]*)?\\?[\\w.-]+=[^&#]*(?:&[\\w.-]+=[^&#]*)*$`,
  'i',
);
/** The user in a URL, and the password, which may hold what ends a host. */
const userAndPassword = /^([a-z][a-z0-9+.-]*:\/\/[^/?#:@]*):(.*)@/i;

/** A URL without the password in it, or what was put in its place. */
export function withoutPassword(url: string): string {
  return (userless.test(url) ? url : url.replace(userAndPassword, '$1@'))
    .replace(/([?&])[^?&=]*(?:password|passwd|pwd)=[^&#]*&?/gi, '$1')
    .replace(/[?&]$/, '');
}

/** The password in a URL; "" for none. */
export function passwordIn(url: string): string {
  const found =
    (userless.test(url) ? undefined : userAndPassword.exec(url)?.[2]) ??
    /[?&](?:password|passwd|pwd)=([^&#]*)/i.exec(url)?.[1] ??
    '';
  return decoded(found);
}

/** The table of a plan, with its schema if one was chosen. */
export function tableOf({ schema, table }: Pick<Plan, 'schema' | 'table'>): string {
  return schema ? `${schema}.${table}` : table;
}

/** Where a target is: "shop on db.example.com:5432", or the path of a file. */
export function whereIs({ file, server, database }: Place): string {
  return file ?? [database, server].filter(Boolean).join(' on ');
}

/** The hosts of a server's URL, but for usual ports, and the database. */
function parts(url: string): { hosts: string; database: string } {
  const [, rest = ''] = /^[a-z][a-z0-9+.-]*:\/\/(.*)$/i.exec(withoutPassword(url)) ?? [];
  const [path = ''] = rest.split(/[?#]/);
  const authority = path.replace(/\/.*$/, '');
  const hosts = authority.slice(authority.lastIndexOf('@') + 1);
  const [first = '', ...others] = hosts.replace(/:(?:5432|3306)(?=,|$)/g, '').split(',');
  const more = others.length ? ` and ${others.length} more` : '';
  return {
    hosts: (decoded(first) || 'this machine') + more,
    database: decoded(path.slice(authority.length + 1)),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // its "%" does not encode anything
  }
}
