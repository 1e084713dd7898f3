import { watch } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Display } from './display.ts';
import { binaries, freePort, Process, repository, until } from './process.ts';

/** What the program's api.json says of its local API. */
export interface Api {
  readonly url: string;
  readonly token: string;
  readonly pid: number;
}

/** The desktop program, with a home and a folder for data of its own, both gone when it is closed. */
export class Program {
  readonly folder: string;
  readonly api: Api;
  readonly #process: Process;

  private constructor(folder: string, api: Api, process: Process) {
    this.folder = folder;
    this.api = api;
    this.#process = process;
  }

  /** Starts the program with a development server, for a browser. Resolves once both it and the API answer. */
  static async serve(name: string, display: Display): Promise<{ program: Program; page: string }> {
    const address = `127.0.0.1:${String(await freePort())}`;
    const assets = join(repository, 'frontend/dist/linefeed/browser');
    const args = ['-devserver', address, '-assetdir', assets];
    const program = await Program.#start(name, display, 'e2e-dev', args, {});
    const page = `http://${address}/`;
    await until(`an answer at ${page}`, async () => (await fetch(page)).ok);
    return { program, page };
  }

  /** Starts the real window, with WebKit's inspector on inspector (host:port). */
  static async open(name: string, display: Display, inspector: string): Promise<Program> {
    return Program.#start(name, display, 'e2e-window', [], {
      WEBKIT_INSPECTOR_HTTP_SERVER: inspector,
    });
  }

  static async #start(
    name: string,
    display: Display,
    binary: string,
    args: string[],
    more: NodeJS.ProcessEnv,
  ): Promise<Program> {
    const folder = await mkdtemp(join(tmpdir(), 'linefeed-e2e-'));
    const home = join(folder, 'home');
    await mkdir(join(home, 'run'), { recursive: true });
    const announced = announcement(join(home, 'run'));
    const process = new Process(name, join(binaries, binary), args, {
      cwd: folder,
      env: { ...display.env, LINEFEED_HOME: home, ...more },
    });
    return new Program(folder, await process.started(announced), process);
  }

  /** Resolves with the exit status once the program has ended by itself. */
  get exited(): Promise<number | null> {
    return this.#process.exited;
  }

  async close(): Promise<void> {
    await this.#process.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Waits for api.json in folder, and reads it. */
async function announcement(folder: string): Promise<Api> {
  const file = join(folder, 'api.json');
  const read = async (): Promise<Api | undefined> => {
    try {
      return JSON.parse(await readFile(file, 'utf8')) as Api;
    } catch {
      return undefined; // not there yet, or not wholly written
    }
  };
  return new Promise((resolve) => {
    const watcher = watch(folder, () => {
      void read().then((api) => {
        if (!api) return;
        watcher.close();
        resolve(api);
      });
    });
  });
}
