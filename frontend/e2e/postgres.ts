import { execFile } from 'node:child_process';
import { globSync } from 'node:fs';
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { freePort, Process, until } from './process.ts';

const run = promisify(execFile);

/** The folders of PostgreSQL's programs, the newest version first. */
const programs = globSync('/usr/lib/postgresql/*/bin/postgres').sort().reverse().map(dirname);

/** Why there is no server for tests; false where there is one. Continuous integration always has one. */
export const withoutPostgres =
  programs.length === 0 && !process.env.CI
    ? "PostgreSQL is missing; 'scripts/setup servers' installs it"
    : false;

/** A PostgreSQL of one test's own, in a temporary folder, which is removed when it is disposed of. */
export class Postgres implements AsyncDisposable {
  readonly port: number;
  readonly user = 'linefeed';
  readonly password = 'a: s/e@c?ret';
  readonly #name: string;
  readonly #folder: string;
  #process: Process | undefined;

  private constructor(name: string, folder: string, port: number) {
    this.#name = name;
    this.#folder = folder;
    this.port = port;
  }

  static async open(name: string): Promise<Postgres> {
    await using resources = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'linefeed-postgres-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const server = new Postgres(name, folder, await freePort());
    const password = join(folder, 'password');
    await writeFile(password, server.password);
    const { uid, gid } = await unprivileged();
    if (uid !== undefined && gid !== undefined) {
      await chown(folder, uid, gid);
      await chown(password, uid, gid);
    }
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

  /** The server's URL for its administrator, without the password. */
  url(database = 'postgres'): string {
    return `postgres://${this.user}@127.0.0.1:${this.port}/${database}`;
  }

  /** The server's URL with the password. */
  urlWithPassword(database = 'postgres'): string {
    const password = encodeURIComponent(this.password);
    return this.url(database).replace('@', `:${password}@`);
  }

  async start(): Promise<void> {
    const settings = {
      listen_addresses: '127.0.0.1',
      port: this.port,
      unix_socket_directories: this.#folder,
      fsync: 'off',
    };
    this.#process = new Process(
      this.#name,
      join(programs[0] ?? '', 'postgres'),
      [
        ...['-D', join(this.#folder, 'data')],
        ...Object.entries(settings).map(([name, value]) => `-c${name}=${value}`),
      ],
      { cwd: this.#folder, ...(await unprivileged()) },
    );
    await until('PostgreSQL to answer', async () => (await this.query('SELECT 1')) === '1');
  }

  /** Ends the server at once, as a crash does; its clients lose their connections. */
  async stop(): Promise<void> {
    this.#process?.child.kill('SIGQUIT');
    await this.#process?.exited;
  }

  /** Runs statements, and returns the values of the last one's rows, a line each, separated by "|". */
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

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.child.kill('SIGINT'); // it does not wait for its clients
    await this.#process?.exited;
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** The user that servers run as where the tests run as root, as which they refuse to. */
async function unprivileged(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number((await run('id', [flag, 'nobody'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
