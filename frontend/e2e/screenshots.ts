// Makes the pictures of the docs again, light and dark: an import under way, and the steps of the tutorial.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import type { PageScreenshotOptions } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { marked, openPage, prepare } from './page.ts';
import { repository } from './process.ts';
import { Program } from './program.ts';
import { generate, shipped } from './sample.ts';

type Clip = NonNullable<PageScreenshotOptions['clip']>;

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
  await page.context().close();
}

// The steps of docs/tutorial.md, with the sample that comes with the program.
for (const colorScheme of ['light', 'dark'] as const) {
  await using program = await Program.serve('screenshots', display, (page) => page);
  const page = await openPage(browser, program, { colorScheme });
  const picture = (step: string, clip?: Clip): Promise<unknown> =>
    page.screenshot({
      path: join(images, `tutorial-${step}-${colorScheme}.png`),
      ...(clip && { clip }),
    });
  const belowPath: Clip = { x: 84, y: 118, width: 1196, height: 658 }; // which differs from machine to machine
  const { file } = await shipped();
  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.waitForSelector('text=A-00000001');
  await picture('source', belowPath);
  await page.click(marked('next'));
  await page.fill(marked('target-input'), join(program.folder, 'shop.db'));
  await page.press(marked('target-input'), 'Enter');
  await page.check(marked('preset-articles'));
  await page.waitForSelector('text=A-00000001');
  await picture('target', belowPath);
  await page.click(marked('step-mapping'));
  await page.waitForSelector(marked('map-price'));
  await picture('mapping');
  await page.click(marked('step-check'));
  await page.click(marked('check'));
  await page.waitForSelector(marked('reason'));
  await picture('check');
  await page.click('text=Import now');
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  await page.click(marked('mend'));
  await page.click(marked('group', '[data-code=too_long]:has-text("title")'));
  await page.click(marked('rule-kind'));
  await page.click('mat-option:has-text("Cut to length")');
  await page.waitForSelector(`${marked('trial', '[data-busy=false]')} ${marked('trial-pass')}`);
  await picture('mend');
  await page.click(marked('runs'));
  await page.waitForSelector(marked('run-row'));
  await picture('runs');
  await page.context().close();
}
