import { watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Display } from './display.ts';
import { binaries, freePort, Process, repository, until, within } from './process.ts';

/** What the program's api.json says about its local API. */
export interface Api {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

/** What a program finds when it starts. */
interface Given {
  /** Puts into its home what it is to find there. */
  readonly prepare?: (home: string) => Promise<void>;
  /** Variables of its environment. */
  readonly env?: NodeJS.ProcessEnv;
  /** The folder of a program that was killed; otherwise it gets one of its own. */
  readonly folder?: string;
}

/** The desktop program, with its own home and data folder, which are removed when it is disposed of unless they were given. */
export class Program implements AsyncDisposable {
  /** Host and port of the page if it is served to a browser, of the inspector if it is in the window. */
  readonly address: string;
  readonly folder: string;
  readonly api: Api;
  /** The exit status, once the program has ended by itself. */
  readonly exited: Promise<number | null>;
  readonly #process: Process;
  readonly #again: (args: string[]) => Process;
  readonly #resources: AsyncDisposableStack;

  private constructor(
    address: string,
    folder: string,
    api: Api,
    process: Process,
    again: (args: string[]) => Process,
    resources: AsyncDisposableStack,
  ) {
    this.address = address;
    this.folder = folder;
    this.api = api;
    this.exited = process.exited;
    this.#process = process;
    this.#again = again;
    this.#resources = resources;
  }

  /**
   * Starts the program and has it serve its page to a browser. Pages of origins may call the local API.
   */
  static async serve(
    name: string,
    display: Display,
    origins: (page: string) => string,
    given: Given = {},
  ): Promise<Program> {
    const address = `127.0.0.1:${await freePort()}`;
    const page = `http://${address}`;
    const assets = join(repository, 'frontend/dist/linefeed/browser');
    const command = [join(binaries, 'e2e-dev'), '-devserver', address, '-assetdir', assets];
    const env = { LINEFEED_ORIGINS: origins(page) };
    const program = await Program.#start(name, display, address, command, env, given);
    await until(`an answer at ${page}`, async () => (await fetch(page)).ok);
    return program;
  }

  /** Opens the real window, with WebKit's inspector, and with the given files. */
  static async open(
    name: string,
    display: Display,
    files: readonly string[] = [],
    given: Given = {},
  ): Promise<Program> {
    const address = `127.0.0.1:${await freePort()}`;
    const env = { WEBKIT_INSPECTOR_HTTP_SERVER: address };
    const command = [join(binaries, 'e2e-window'), ...files];
    return Program.#start(name, display, address, command, env, given);
  }

  /** Starts the program without a window: `linefeed serve`. */
  static async alone(name: string, ...args: string[]): Promise<Program> {
    const command = [join(binaries, 'linefeed'), 'serve', ...args];
    return Program.#start(name, { env: process.env }, '', command, {});
  }

  static async #start(
    name: string,
    display: Pick<Display, 'env'>,
    address: string,
    [file = '', ...args]: readonly string[],
    more: NodeJS.ProcessEnv,
    { prepare, folder: given, env: variables }: Given = {},
  ): Promise<Program> {
    await using resources = new AsyncDisposableStack();
    const folder = given ?? (await mkdtemp(join(tmpdir(), 'linefeed-e2e-')));
    if (given === undefined) {
      resources.defer(() => rm(folder, { recursive: true, force: true }));
    }
    const home = join(folder, 'home');
    const run = join(home, 'run');
    await mkdir(run, { recursive: true, mode: 0o700 });
    await prepare?.(home);
    await rm(join(run, 'api.json'), { force: true }); // of a program that was killed
    const announced = announcement(run);
    // The keychain of who runs the tests is left alone.
    const own = { LINEFEED_HOME: home, LINEFEED_KEYCHAIN: 'none' };
    const env = { ...display.env, ...own, ...more, ...variables };
    const process = resources.use(new Process(name, file, args, { cwd: folder, env }));
    const api = await process.started(announced);
    const again = (more: string[]) =>
      new Process(`${name}-again`, file, more, { cwd: folder, env });
    return new Program(address, folder, api, process, again, resources.move());
  }

  /** Starts the program a second time, in the same session and with the same home, and waits until that one has ended. */
  async startAgain(...args: string[]): Promise<void> {
    await using second = this.#again(args);
    await within(second.exited, 'the second start to end');
  }

  /** Kills the program, as a crash would end it. */
  async kill(): Promise<void> {
    this.#process.child.kill('SIGKILL');
    await within(this.exited, 'the program to be killed');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** Waits for api.json in folder, and reads it. */
export async function announcement(folder: string): Promise<Api> {
  const file = join(folder, 'api.json');
  const { promise, resolve } = Promise.withResolvers<Api>();
  const watcher = watch(folder, () => {
    readFile(file, 'utf8')
      .then((text) => {
        resolve(JSON.parse(text) as Api);
        watcher.close();
      })
      .catch(() => undefined); // not there yet, or not completely written: another change follows
  });
  return promise;
}
