import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';

export const repository = resolve(import.meta.dirname, '../..');
export const binaries = join(repository, 'build/bin');

/** Where tests leave screenshots and what the programs printed, to look at when one fails. */
export const out = join(import.meta.dirname, 'out');
mkdirSync(out, { recursive: true });

/** How long a test waits for something to happen, in ms, before it fails. */
export const patience = 60_000;

/** A program that a test started. Its output goes to out/NAME.log; disposing of it ends it and waits for its end. */
export class Process implements AsyncDisposable {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  readonly #name: string;

  constructor(name: string, command: string, args: string[], options: SpawnOptions = {}) {
    this.#name = name;
    const stdio = options.stdio ?? ['ignore', 'pipe', 'pipe'];
    this.child = spawn(command, args, { ...options, stdio });
    const log = createWriteStream(join(out, `${name}.log`));
    this.child.stdout?.pipe(log, { end: false });
    this.child.stderr?.pipe(log, { end: false });
    this.exited = once(this.child, 'close').then(([code]) => {
      log.end();
      return code as number | null;
    });
    this.exited.catch(() => undefined); // started() and the disposal report it
  }

  /** Resolves with the value of ready; rejects if the program ends first, or nothing happens for too long. */
  async started<T>(ready: Promise<T>, ms = patience): Promise<T> {
    const died = this.exited.then((code) => {
      throw new Error(
        `${this.#name} ended with status ${String(code)}; see e2e/out/${this.#name}.log`,
      );
    });
    return within(Promise.race([ready, died]), `${this.#name} to start`, ms);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill();
    const kill = setTimeout(() => {
      this.child.kill('SIGKILL');
    }, 10_000);
    await this.exited.finally(() => {
      clearTimeout(kill);
    });
  }
}

/** Rejects if the promise has not settled in time, and names what was awaited. */
export async function within<T>(promise: Promise<T>, what: string, ms = patience): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`waited ${ms / 1000} s for ${what}`));
    }, ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** A loopback port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Polls ready until it is true; for what has no event to await. A ready that throws is not ready. */
export async function until(
  what: string,
  ready: () => Promise<boolean>,
  ms = patience,
): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    const yes = await ready().catch((error: unknown) => {
      if (Date.now() > end) throw error;
      return false;
    });
    if (yes) return;
    if (Date.now() > end) throw new Error(`waited ${ms / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
