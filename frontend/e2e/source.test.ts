import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage } from './page.ts';
import { Program } from './program.ts';

test('a file is previewed, corrected, checked and imported', async () => {
  await using display = await Display.open('source');
  await using program = await Program.serve('source', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const file = join(program.folder, 'prices.txt');
  const records = Array.from({ length: 400 }, (_, i) => `${i}|"Gerät ${i}"|${i},50`);
  records[9] = '9|short';
  records[19] = '19|"5" pipe|1,00';
  await writeFile(file, `sku|name|price\n${records.join('\n')}\n`);
  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');

  // What was detected, and why; bad records are shown in place.
  await page.waitForSelector(marked('next-bad'));
  assert.match(await text(page, 'reason-delimiter'), /%\s+pipe, because \d+ of \d+ records/);
  assert.match(await text(page, 'next-bad'), /^2 /);
  assert.ok(
    (await page.locator('lf-records [role=row]').count()) < 60,
    'rows out of view are not in the page',
  );

  // Keys go from one bad record to the next, and through the values.
  await page.focus('lf-records [role=grid]');
  await page.keyboard.press('b');
  await page.waitForSelector(detail('2 fields instead of 3'));
  await page.keyboard.press('b');
  await page.waitForSelector(detail('the quote that closes a field'));
  await page.keyboard.press('End');
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await page.waitForSelector(detail('Gerät 399'));

  // Decisions are overridden, by choosing and by typing, and detected again; the preview follows.
  await choose(page, 'ragged', 'fill with NULL');
  await page.waitForSelector(marked('next-bad', ':text-matches("^\\\\s*1 ")'));
  await choose(page, 'delimiter', 'other …');
  await page.fill(marked('typed-delimiter'), '||');
  await page.press(marked('typed-delimiter'), 'Enter');
  await page.waitForSelector('lf-records [role=columnheader] .name:text("sku|name|price")');
  assert.match(await text(page, 'reason-delimiter'), /set by you/);
  await page.click(marked('forget-delimiter'));
  await page.waitForSelector('lf-records [role=columnheader] .name:text-is("price")');

  // The check writes nothing, and becomes the import.
  await page.click(marked('step-check'));
  await page.click(marked('check'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await page.getAttribute(marked('step-check'), 'aria-current'), 'step');
  assert.equal(await counted(page, 'rejected'), 1);
  await page.click(marked('step-check'));
  assert.match(await text(page, 'last-check'), /400 records, 1 of them rejected/);
  await page.click(marked('import'));
  await page.waitForSelector(marked('step-run', '[aria-current=step]'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'inserted'), 399);
});

/** Chooses an option for a decision about the dialect. */
async function choose(page: Page, what: string, option: string): Promise<void> {
  await page.click(marked(`dialect-${what}`));
  await page.click(`mat-option:has-text("${option}")`);
}

async function text(page: Page, mark: string): Promise<string> {
  return String(await page.textContent(marked(mark))).trim();
}

/** The detail of the selected value or bad record, with this text in it. */
function detail(part: string): string {
  return marked('value-detail', `:has-text("${part}")`);
}
