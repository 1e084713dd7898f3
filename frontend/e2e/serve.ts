import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { binaries, Process } from './process.ts';
import { announcement, type Api } from './program.ts';
import { run } from './server.ts';

const linefeed = join(binaries, 'linefeed');

/** `linefeed serve` with a home of its own, which is removed when it is disposed of. */
export class Serve implements AsyncDisposable {
  readonly api: Api;
  readonly folder: string;
  readonly #env: NodeJS.ProcessEnv;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    api: Api,
    folder: string,
    env: NodeJS.ProcessEnv,
    resources: AsyncDisposableStack,
  ) {
    this.api = api;
    this.folder = folder;
    this.#env = env;
    this.#resources = resources;
  }

  /** Starts it with settings, which may depend on its folder, and lets pages of an origin call. */
  static async open(
    name: string,
    origin: string,
    settings: (folder: string) => Readonly<Record<string, string>>,
  ): Promise<Serve> {
    await using resources = new AsyncDisposableStack();
    const folder = await mkdtemp(join(tmpdir(), 'linefeed-serve-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const home = join(folder, 'home');
    const runs = join(home, 'run');
    await mkdir(runs, { recursive: true, mode: 0o700 });
    const env = { ...process.env, LINEFEED_HOME: home, LINEFEED_KEYCHAIN: 'none' };
    for (const [setting, value] of Object.entries(settings(folder))) {
      await run(linefeed, ['settings', setting, value], { cwd: folder, env });
    }
    const announced = announcement(runs);
    const args = ['serve', '--origin', origin];
    const serving = resources.use(new Process(name, linefeed, args, { cwd: folder, env }));
    const api = await serving.started(announced);
    return new Serve(api, folder, env, resources.move());
  }

  /** Runs a command with the same home, and returns what it prints. */
  async command(...args: string[]): Promise<string> {
    const { stdout } = await run(linefeed, args, { cwd: this.folder, env: this.#env });
    return stdout;
  }

  /** Calls the API with the program's own token. */
  async call(method: string, path: string): Promise<unknown> {
    const response = await fetch(`${this.api.url}${path}`, {
      method,
      headers: { Authorization: `Bearer ${this.api.token}` },
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text ? JSON.parse(text) : null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
