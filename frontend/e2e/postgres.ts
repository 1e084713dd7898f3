import { globSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { freePort } from './process.ts';
import { folderFor, hand, run, Server, unprivileged } from './server.ts';

/** The folders of PostgreSQL's programs, the newest version first. */
const programs = globSync('/usr/lib/postgresql/*/bin/postgres').sort().reverse().map(dirname);

/** Why there is no server for tests; false where there is one. Continuous integration always has one. */
export const withoutPostgres =
  programs.length === 0 && !process.env.CI
    ? "PostgreSQL is missing; 'scripts/setup servers' installs it"
    : false;

/** A PostgreSQL of one test's own. */
export class Postgres extends Server {
  protected readonly scheme = 'postgres';
  protected readonly end = 'SIGINT';
  protected readonly crash = 'SIGQUIT';

  static async open(name: string): Promise<Postgres> {
    await using resources = new AsyncDisposableStack();
    const folder = await folderFor('postgres');
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const server = new Postgres(name, folder, await freePort());
    const password = join(folder, 'password');
    await writeFile(password, server.password);
    await hand(password);
    const options = ['--auth=scram-sha-256', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'];
    await run(
      join(programs[0] ?? '', 'initdb'),
      ['-D', join(folder, 'data'), '-U', server.user, `--pwfile=${password}`, ...options],
      { cwd: folder, ...(await unprivileged()) },
    );
    await server.start();
    resources.move();
    return server;
  }

  override url(database = 'postgres'): string {
    return super.url(database);
  }

  override urlWithPassword(database = 'postgres'): string {
    return super.urlWithPassword(database);
  }

  /** Values are separated by "|". */
  async query(sql: string, database = 'postgres'): Promise<string> {
    const args = ['-X', '-A', '-t', '-q', '-v', 'ON_ERROR_STOP=1', '-c', sql];
    const { stdout } = await run(join(programs[0] ?? '', 'psql'), args, {
      env: {
        ...process.env,
        ...{ PGHOST: '127.0.0.1', PGPORT: String(this.port), PGDATABASE: database },
        ...{ PGUSER: this.user, PGPASSWORD: this.password, PGCONNECT_TIMEOUT: '5' },
      },
    });
    return stdout.trim();
  }

  protected command(): readonly [string, ...string[]] {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: this.folder,
      fsync: 'off',
    };
    return [
      ...([join(programs[0] ?? '', 'postgres'), '-D', join(this.folder, 'data')] as const),
      ...Object.entries(settings).map(([name, value]) => `-c${name}=${value}`),
    ];
  }
}
