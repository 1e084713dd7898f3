import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { binaries, Process, within } from '../process.ts';

const linefeed = join(binaries, 'linefeed');

/** What a command did. */
export interface Done {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
}

/** The command line, with a home and a folder of its own, which are removed when it is disposed of. */
export class Linefeed implements AsyncDisposable {
  readonly folder: string;
  readonly #name: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(name: string, folder: string, env: NodeJS.ProcessEnv) {
    this.#name = name;
    this.folder = folder;
    this.#env = env;
  }

  /** Starts with settings, in an environment that has a keychain. */
  static async open(
    name: string,
    keychain: NodeJS.ProcessEnv,
    settings: Readonly<Record<string, string>>,
  ): Promise<Linefeed> {
    const folder = await mkdtemp(join(tmpdir(), 'linefeed-sso-'));
    const home = join(folder, 'home');
    await mkdir(home, { mode: 0o700 });
    const env = { ...keychain, LINEFEED_HOME: home, LINEFEED_KEYCHAIN: undefined };
    const opened = new Linefeed(name, folder, env);
    for (const [setting, value] of Object.entries(settings)) {
      const { status, err } = await opened.run('settings', setting, value);
      if (status !== 0) throw new Error(err);
    }
    return opened;
  }

  /** Runs a command to its end. */
  async run(...args: string[]): Promise<Done> {
    return this.#run(args);
  }

  /** Signs in: goes to the page that the command shows, as its user does. */
  async login(go: (page: string) => Promise<void>, ...args: string[]): Promise<Done> {
    // For another device, the one that knows the code.
    const page = /^(?: {2}|This page knows the code: )(http\S+)$/;
    return this.#run(['login', ...args], async (line) => {
      const found = page.exec(line)?.[1];
      if (found) await go(found);
    });
  }

  async #run(args: string[], told?: (line: string) => Promise<void>): Promise<Done> {
    await using process = new Process(`${this.#name}-${args[0] ?? ''}`, linefeed, args, {
      cwd: this.folder,
      env: this.#env,
    });
    const { stdout, stderr } = process.child;
    if (!stdout || !stderr) throw new Error('linefeed has no output');
    let [out, err] = ['', ''];
    stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    stderr.setEncoding('utf8').on('data', (text: string) => (err += text));
    const listening: Promise<void>[] = [];
    createInterface(stderr).on('line', (line) => {
      if (told) listening.push(told(line));
    });
    const status = await within(process.exited, `linefeed ${args.join(' ')} to end`);
    await Promise.all(listening);
    return { status, out, err };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
