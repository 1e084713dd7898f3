import { execFile } from 'node:child_process';
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { Process, until } from './process.ts';

export const run = promisify(execFile);

/** A database server of one test's own, in a temporary folder, which is removed when it is disposed of. */
export abstract class Server implements AsyncDisposable {
  readonly user = 'linefeed';
  readonly password = 'a: s/e@c?ret';
  readonly port: number;
  protected readonly folder: string;
  /** How its URLs begin. */
  protected abstract readonly scheme: string;
  /** What ends it without waiting for its clients. */
  protected abstract readonly end: NodeJS.Signals;
  /** What ends it at once, as a crash does. */
  protected abstract readonly crash: NodeJS.Signals;
  readonly #name: string;
  #process: Process | undefined;

  protected constructor(name: string, folder: string, port: number) {
    this.#name = name;
    this.folder = folder;
    this.port = port;
  }

  /** Runs statements, and returns the values of the last one's rows, a line each. */
  abstract query(sql: string, database?: string): Promise<string>;

  /** The program and its arguments. */
  protected abstract command(): readonly [file: string, ...args: string[]];

  /** The server's URL for its administrator, without the password. */
  url(database: string): string {
    return `${this.scheme}://${this.user}@127.0.0.1:${this.port}/${database}`;
  }

  /** The server's URL with the password. */
  urlWithPassword(database: string): string {
    return this.url(database).replace('@', `:${encodeURIComponent(this.password)}@`);
  }

  async start(): Promise<void> {
    const [file, ...args] = this.command();
    const options = { cwd: this.folder, ...(await unprivileged()) };
    this.#process = new Process(this.#name, file, args, options);
    const answers = until(
      `${this.#name} to answer`,
      async () => (await this.query('SELECT 1')) === '1',
    );
    await this.#process.started(answers);
  }

  /** Ends the server at once, as a crash does; its clients lose their connections. */
  async stop(): Promise<void> {
    this.#process?.child.kill(this.crash);
    await this.#process?.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#process?.child.kill(this.end);
    await this.#process?.exited;
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Makes a temporary folder for a server. */
export async function folderFor(server: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `linefeed-${server}-`));
  await hand(folder);
  return folder;
}

/** Gives a file to the user that servers run as. */
export async function hand(file: string): Promise<void> {
  const { uid, gid } = await unprivileged();
  if (uid !== undefined && gid !== undefined) {
    await chown(file, uid, gid);
  }
}

/** The user that servers run as where the tests run as root, as which they refuse to. */
export async function unprivileged(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const id = async (flag: string) => Number((await run('id', [flag, 'nobody'])).stdout);
  return { uid: await id('-u'), gid: await id('-g') };
}
