import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { Process, until } from '../process.ts';
import { run } from '../server.ts';

/** A keychain of a test's own: GNOME's, unlocked, on a D-Bus of its own, with its files in a temporary folder. */
export class Keychain implements AsyncDisposable {
  /** What a program needs to find it. */
  readonly env: NodeJS.ProcessEnv;
  readonly #resources: AsyncDisposableStack;

  private constructor(env: NodeJS.ProcessEnv, resources: AsyncDisposableStack) {
    this.env = env;
    this.#resources = resources;
  }

  static async open(name: string): Promise<Keychain> {
    await using resources = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), 'linefeed-keychain-'));
    resources.defer(() => rm(home, { recursive: true, force: true }));
    const bus = resources.use(
      new Process(`${name}-dbus`, 'dbus-daemon', ['--session', '--nofork', '--print-address']),
    );
    if (!bus.child.stdout) throw new Error('dbus-daemon has no output');
    const [address] = (await bus.started(
      once(createInterface(bus.child.stdout), 'line'),
    )) as string[];
    const env = {
      ...process.env,
      HOME: home,
      XDG_RUNTIME_DIR: home,
      XDG_DATA_HOME: home,
      DBUS_SESSION_BUS_ADDRESS: address,
      // No browser is opened but the test's.
      DISPLAY: undefined,
      WAYLAND_DISPLAY: undefined,
    };
    const daemon = resources.use(
      new Process(
        `${name}-keyring`,
        'gnome-keyring-daemon',
        ['--foreground', '--unlock', '--components=secrets'],
        { env, stdio: ['pipe', 'pipe', 'pipe'] },
      ),
    );
    daemon.child.stdin?.end('the password of the keychain');
    await daemon.started(
      until('the keychain to be there', async () => {
        const { stdout } = await run(
          'dbus-send',
          [
            ...['--session', '--print-reply', '--dest=org.freedesktop.DBus'],
            ...['/org/freedesktop/DBus', 'org.freedesktop.DBus.NameHasOwner'],
            'string:org.freedesktop.secrets',
          ],
          { env },
        );
        return stdout.includes('boolean true');
      }),
    );
    return new Keychain(env, resources.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}
