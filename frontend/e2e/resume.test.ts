import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { Browser } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage, prepare } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';
import { generate } from './sample.ts';

test('an import whose program is killed is resumed at the next start, and loads every record once', async () => {
  await using folders = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'linefeed-e2e-'));
  folders.defer(() => rm(folder, { recursive: true, force: true }));
  await using display = await Display.open('resume');
  await using browser = await launch();
  const sample = await generate(folder, 2_000_000);

  const database = await killedInTheMiddle(browser, display, folder, sample.file);
  const there = count(database);
  assert.ok(there > 0 && there < sample.rows - sample.bad.length, `${there} rows were committed`);

  await using program = await Program.serve('resume', display, (page) => page, { folder });
  const page = await openPage(browser, program);
  const offer = page.locator(marked('interrupted'));
  await offer.waitFor();
  const says = String(await offer.textContent());
  assert.match(says, /interrupted at \d+ %/);
  assert.ok(says.includes(`${there.toLocaleString('en-US')} records are in the table`), says);
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: join(out, `resume-start-${scheme}.png`) });
  }
  await page.click(marked('runs'));
  await offer.waitFor();
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: join(out, `resume-runs-${scheme}.png`) });
  }
  await offer.locator('a').click();
  await page.waitForSelector(marked('summary', '[data-state=interrupted]'));
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: join(out, `resume-run-${scheme}.png`) });
  }
  await page.click(marked('take-up'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  await page.screenshot({ path: join(out, 'resume-done.png') });

  const loaded = sample.rows - sample.bad.length;
  assert.equal(await counted(page, 'read'), sample.rows);
  assert.equal(await counted(page, 'inserted'), loaded);
  assert.equal(await counted(page, 'rejected'), sample.bad.length);
  assert.equal(count(database), loaded);
  assert.equal(count(database, 'DISTINCT sku'), loaded);
});

/** Starts an import, and kills the program when a part of it is committed; returns the database. */
async function killedInTheMiddle(
  browser: Browser,
  display: Display,
  folder: string,
  file: string,
): Promise<string> {
  await using program = await Program.serve('resume-killed', display, (page) => page, { folder });
  const page = await openPage(browser, program);
  const database = await prepare(page, program, file);
  await page.click(marked('import'));
  const beyond = (percent: number) =>
    page.waitForFunction(
      ([shown, than]) =>
        Number.parseFloat(String(document.querySelector(shown)?.textContent)) > than,
      [marked('percent'), percent] as const,
    );
  await beyond(30);
  await page.click(marked('pause')); // which commits
  await page.waitForSelector(marked('resume'));
  const paused = Number.parseFloat(String(await page.textContent(marked('percent'))));
  await page.click(marked('resume'));
  await beyond(paused);
  await program.kill();
  await page.context().close();
  return database;
}

/** The number of rows that were loaded, or of what of them. */
function count(database: string, what = '*'): number {
  using db = new DatabaseSync(database); // which undoes what the killed program had not committed
  return Number(db.prepare(`SELECT count(${what}) AS n FROM articles`).get()?.n);
}
