// Makes the README's pictures again: an import under way, and at its end, light and dark.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { marked, openPage, prepare } from './page.ts';
import { repository } from './process.ts';
import { Program } from './program.ts';
import { generate } from './sample.ts';

const images = join(repository, 'docs/images');
await mkdir(images, { recursive: true });

await using display = await Display.open('screenshots');
await using browser = await launch();
for (const colorScheme of ['light', 'dark'] as const) {
  await using program = await Program.serve('screenshots', display, (page) => page);
  const page = await openPage(browser, program, { colorScheme, deviceScaleFactor: 1.5 });
  // Large enough to show an import under way.
  const sample = await generate(program.folder, 2_000_000);
  await prepare(page, program, sample.file);
  await page.screenshot(); // the first one takes long
  await page.click(marked('import'));
  await page.waitForFunction(
    ([percent, row]) =>
      Number.parseFloat(document.querySelector(percent)?.textContent ?? '') >= 50 &&
      document.querySelectorAll(row).length > 10,
    [marked('percent'), marked('reject-row')] as const,
  );
  await page.screenshot({ path: join(images, `importing-${colorScheme}.png`) });

  await page.waitForSelector(marked('summary', '[data-state=done]'));
  await page.waitForSelector(marked('reject-row'));
  await page.waitForSelector(marked('reason'));
  await page.screenshot({ path: join(images, `done-${colorScheme}.png`) });
  await page.context().close();
}
