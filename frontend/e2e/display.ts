import { type SpawnOptions, execFile } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { setTimeout } from 'node:timers/promises';
import { promisify } from 'node:util';

import { Process, until } from './process.ts';

const run = promisify(execFile);

/** A desktop session without a screen: an X server, a D-Bus and a window manager, for one test alone. */
export class Display implements AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  readonly #processes: AsyncDisposableStack;

  private constructor(env: NodeJS.ProcessEnv, processes: AsyncDisposableStack) {
    this.env = env;
    this.#processes = processes;
  }

  static async open(name: string, size = '1400x900'): Promise<Display> {
    await using processes = new AsyncDisposableStack();
    const announcing: SpawnOptions = { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] };

    // The server picks a free display number, and writes it to descriptor 3.
    const screen = ['-screen', '0', `${size}x24`, '-nolisten', 'tcp', '-displayfd', '3'];
    const xvfb = processes.use(new Process(`${name}-xvfb`, 'Xvfb', screen, announcing));
    const number = await xvfb.started(firstLine(xvfb.child.stdio[3] as Readable));

    const session = ['--session', '--nofork', '--print-address=3'];
    const bus = processes.use(new Process(`${name}-dbus`, 'dbus-daemon', session, announcing));
    const address = await bus.started(firstLine(bus.child.stdio[3] as Readable));

    const env = {
      ...process.env,
      DISPLAY: `:${number}`,
      DBUS_SESSION_BUS_ADDRESS: address,
      WAYLAND_DISPLAY: undefined,
    };
    processes.use(new Process(`${name}-openbox`, 'openbox', ['--sm-disable'], { env }));
    return new Display(env, processes.move());
  }

  /** Runs xdotool, and returns what it prints. */
  async xdotool(...args: string[]): Promise<string> {
    const { stdout } = await run('xdotool', args, { env: this.env, timeout: 30_000 });
    return stdout.trim();
  }

  /** Waits for a visible window whose title matches the pattern, and returns its number. */
  async window(title: string): Promise<string> {
    const found = await this.xdotool('search', '--sync', '--onlyvisible', '--name', title);
    return found.split('\n').at(-1) ?? '';
  }

  /** Answers the system's file dialog of this title with a path, and waits until it has gone. */
  async answerFileDialog(title: string, path: string): Promise<void> {
    const dialog = await this.window(title);
    const gone = async (): Promise<boolean> => {
      const there = await this.xdotool('search', '--onlyvisible', '--name', '.').catch(
        () => dialog,
      );
      return !there.split('\n').includes(dialog); // a search fails if a window closes meanwhile
    };
    // GTK shows the path field a moment after the key, without an event: what was lost is typed again.
    await until(`the dialog ${title} to close`, async () => {
      if (await gone()) return true;
      await this.xdotool('windowactivate', '--sync', dialog, 'key', 'ctrl+l', 'ctrl+a');
      await this.xdotool('type', '--delay', '5', path);
      await this.xdotool('key', 'Return');
      for (let look = 0; look < 20; look++) {
        if (await gone()) return true;
        await setTimeout(50);
      }
      return false;
    });
  }

  /** Saves the pixels of one window as PNG, and returns the number of their colours. */
  async capture(window: string, file: string): Promise<number> {
    await run('import', ['-window', window, file], { env: this.env });
    const { stdout } = await run('identify', ['-format', '%k', file]);
    return Number(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#processes.disposeAsync();
  }
}

async function firstLine(stream: Readable): Promise<string> {
  let text = '';
  stream.setEncoding('utf8');
  while (!text.includes('\n')) {
    const [chunk] = (await once(stream, 'data')) as [string];
    text += chunk;
  }
  return text.slice(0, text.indexOf('\n')).trim();
}
