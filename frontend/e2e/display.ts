import { execFile } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';

import { Process } from './process.ts';

const run = promisify(execFile);

/** A desktop session without a screen: an X server, a window manager, a D-Bus, all of this test's own. */
export class Display {
  readonly env: NodeJS.ProcessEnv;
  readonly #processes: Process[];

  private constructor(env: NodeJS.ProcessEnv, processes: Process[]) {
    this.env = env;
    this.#processes = processes;
  }

  static async open(name: string, size = '1400x900'): Promise<Display> {
    // The server picks a free number by itself and says it on descriptor 3.
    const xvfb = new Process(
      `${name}-xvfb`,
      'Xvfb',
      ['-displayfd', '3', '-screen', '0', `${size}x24`, '-nolisten', 'tcp'],
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
    );
    const number = await xvfb.started(firstLine(xvfb.child.stdio[3] as Readable));

    const bus = new Process(
      `${name}-dbus`,
      'dbus-daemon',
      ['--session', '--nofork', '--print-address=3'],
      { stdio: ['ignore', 'pipe', 'pipe', 'pipe'] },
    );
    const address = await bus.started(firstLine(bus.child.stdio[3] as Readable));

    const env = {
      ...process.env,
      DISPLAY: `:${number}`,
      DBUS_SESSION_BUS_ADDRESS: address,
      WAYLAND_DISPLAY: undefined,
      NO_AT_BRIDGE: '1', // no accessibility bus, which would outlive the test
      };
    const openbox = new Process(`${name}-openbox`, 'openbox', ['--sm-disable'], { env });
    return new Display(env, [openbox, bus, xvfb]);
  }

  /** Runs xdotool, and returns what it prints. */
  async xdotool(...args: string[]): Promise<string> {
    const { stdout } = await run('xdotool', args, { env: this.env, timeout: 30_000 });
    return stdout.trim();
  }

  /** Saves the pixels of one window as PNG, and returns how many different colours they have. */
  async capture(window: string, file: string): Promise<number> {
    await run('import', ['-window', window, file], { env: this.env });
    const { stdout } = await run('identify', ['-format', '%k', file]);
    return Number(stdout);
  }

  async close(): Promise<void> {
    for (const process of this.#processes) await process.stop();
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
