import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

import { type Browser, chromium } from 'playwright-core';

/** Nothing has an address but this computer; what tests ask elsewhere fails at once. */
const local = 'MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost';

/** Starts the system's Chromium, without a screen. It reaches nothing but this computer. */
export async function launch(args: string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: installed(),
    // Chromium's sandbox does not start as root; what it opens here is the program's own page.
    chromiumSandbox: process.getuid?.() !== 0,
    args: [`--host-resolver-rules=${local}`, ...args],
  });
}

function installed(): string {
  const names = ['chromium', 'google-chrome'];
  for (const folder of (process.env.PATH ?? '').split(':')) {
    for (const name of names) {
      const file = join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        continue;
      }
    }
  }
  throw new Error(
    `Chromium is missing: none of ${names.join(', ')} is in PATH; 'make test' installs it`,
  );
}
