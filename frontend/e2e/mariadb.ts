import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { freePort } from './process.ts';
import { folderFor, hand, run, Server, unprivileged } from './server.ts';

const programs = {
  server: '/usr/sbin/mariadbd',
  install: '/usr/bin/mariadb-install-db',
  client: '/usr/bin/mariadb',
};

/** Why there is no server for tests; false where there is one. Continuous integration always has one. */
export const withoutMariaDB =
  !Object.values(programs).every(existsSync) && !process.env.CI
    ? "MariaDB is missing; 'scripts/setup servers' installs it"
    : false;

/** A MariaDB of one test's own. */
export class MariaDB extends Server {
  protected readonly scheme = 'mysql';
  protected readonly end = 'SIGTERM';
  protected readonly crash = 'SIGKILL';

  static async open(name: string): Promise<MariaDB> {
    await using resources = new AsyncDisposableStack();
    const folder = await folderFor('mariadb');
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const server = new MariaDB(name, folder, await freePort());
    const users = join(folder, 'users.sql');
    await writeFile(
      users,
      `FLUSH PRIVILEGES;
       CREATE USER ${server.user}@'%' IDENTIFIED BY '${server.password}';
       GRANT ALL ON *.* TO ${server.user}@'%';
      `,
    );
    await hand(users);
    await run(
      programs.install,
      [
        ...['--no-defaults', `--datadir=${join(folder, 'data')}`, `--extra-file=${users}`],
        ...['--auth-root-authentication-method=socket', '--auth-root-socket-user=root'],
        ...['--skip-name-resolve', '--skip-test-db', '--innodb-flush-method=nosync'],
      ],
      { cwd: folder, ...(await unprivileged()) },
    );
    await server.start();
    resources.move();
    return server;
  }

  /** Values are separated by tabs. */
  async query(sql: string, database = ''): Promise<string> {
    const at = ['--protocol=tcp', '--host=127.0.0.1', `--port=${this.port}`, `--user=${this.user}`];
    const { stdout } = await run(
      programs.client,
      ['--no-defaults', ...at, '--batch', '--skip-column-names', `--execute=${sql}`, database],
      { env: { ...process.env, MYSQL_PWD: this.password } },
    );
    return stdout.trim();
  }

  protected command(): readonly [string, ...string[]] {
    const own = (file: string) => join(this.folder, file);
    return [
      ...([programs.server, '--no-defaults', `--datadir=${own('data')}`] as const),
      ...[`--socket=${own('socket')}`, `--pid-file=${own('pid')}`, '--bind-address=127.0.0.1'],
      ...[`--port=${this.port}`, '--skip-name-resolve', '--skip-log-bin'],
      ...['--innodb-flush-method=nosync', '--character-set-server=utf8mb4'],
    ];
  }
}
