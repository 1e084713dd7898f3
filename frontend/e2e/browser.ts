import { accessSync, constants } from 'node:fs';
import { join } from 'node:path';

import { type Browser, chromium } from 'playwright-core';

/** Starts the system's Chromium, without a screen. */
export async function launch(args: string[] = []): Promise<Browser> {
  return chromium.launch({
    args,
    executablePath: installed(),
    // Chromium's sandbox does not start as root; what it opens here is the program's own page.
    chromiumSandbox: process.getuid?.() !== 0,
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
