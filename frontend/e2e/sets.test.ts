import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

const [files, rows] = [4, 1_500_000];

test('a folder with a bad file is loaded into one table under one percentage, and goes on after a crash', async () => {
  await using folders = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'linefeed-e2e-'));
  folders.defer(() => rm(folder, { recursive: true, force: true }));
  await using display = await Display.open('sets');
  await using browser = await launch();
  const database = join(folder, 'sales.db');
  await fill(join(folder, 'in'));

  {
    await using program = await Program.serve('sets-killed', display, (page) => page, { folder });
    const page = await openPage(browser, program);
    await page.fill(marked('path-input'), join(folder, 'in'));
    await page.press(marked('path-input'), 'Enter');
    await page.waitForSelector(marked('files-total', `:has-text("${files + 1} ·")`));
    await page.waitForSelector(marked('files-unreadable', ':has-text("1 can’t be read")'));
    await page.waitForSelector('text=Records of sales-01.csv'); // not of the bad one before it
    await look(page, 'sets-source');
    await page.click(marked('next'));
    await page.check(marked('spread-each'));
    await page.waitForSelector('text=sales-01.csv goes into sales-01');
    await look(page, 'sets-each');
    await page.check(marked('spread-one'));
    await page.fill(marked('target-input'), database);
    await page.press(marked('target-input'), 'Enter');
    await page.click(marked('step-check'));
    await page.waitForSelector('text=Files, table and mapping fit together.');
    await look(page, 'sets-check');
    await page.click(marked('import'));
    // All files are read once for the types, and once to be loaded: beyond that, rows are there.
    await beyond(page, 70);
    await page.click(marked('pause'));
    await page.waitForSelector(marked('resume'));
    const paused = await percent(page);
    await look(page, 'sets-paused');
    await page.click(marked('resume'));
    await beyond(page, paused);
    await program.kill();
    await page.context().close();
  }
  const there = count(database);
  assert.ok(there > 0 && there < files * rows, `${there} rows were committed`);

  await using program = await Program.serve('sets', display, (page) => page, { folder });
  const page = await openPage(browser, program);
  const offer = page.locator(marked('interrupted'));
  await offer.waitFor();
  const says = String(await offer.textContent());
  assert.match(says, /5 files into sales\.db: interrupted/);
  assert.ok(says.includes(`${there.toLocaleString('en-US')} records are in the table`), says);
  await page.click(marked('runs'));
  await page.waitForSelector(marked('run-row'));
  assert.equal(await page.locator(marked('run-row')).count(), 1, 'the set is one line');
  await look(page, 'sets-runs');
  await page.click(marked('run-row'));
  await page.waitForSelector(marked('summary', '[data-state=interrupted]'));
  await look(page, 'sets-interrupted');
  await page.click(marked('take-up'));
  await page.waitForSelector(marked('pause'));
  const bars = page.locator('mat-progress-bar');
  assert.equal(await bars.count(), 1, 'one bar for all files');
  await page.waitForSelector(marked('summary', '[data-state=failed]'));

  const bad = page.locator(marked('file-run', '[data-state=failed]'));
  assert.match(String(await bad.textContent()), /sales-00\.csv.*empty/s);
  assert.equal(await page.locator(marked('file-run', '[data-state=done]')).count(), files);
  await look(page, 'sets-failed');
  assert.equal(await counted(page, 'inserted'), files * rows - files);
  assert.equal(await counted(page, 'rejected'), files);
  assert.equal(count(database), files * rows - files);
  assert.equal(count(database, 'DISTINCT id'), files * rows - files);

  await writeFile(join(folder, 'in', 'sales-00.csv'), 'id,day,price\n0,2026-01-01,1.5\n');
  await page.click(marked('take-up'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await page.textContent(marked('percent')), '100.0 %');
  assert.equal(count(database), files * rows - files + 1);
  await look(page, 'sets-done');
});

/** Fills a folder with files of one kind, each with a bad record, and an empty one before them. */
async function fill(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(join(folder, 'sales-00.csv'), '');
  await writeFile(join(folder, 'notes.md'), 'no file of records');
  for (let file = 1; file <= files; file++) {
    const lines = Array.from({ length: rows }, (_, i) =>
      i === 5_000 ? '1,2,3,4' : `${file * rows + i},2026-0${file}-11,${i % 100}.25`,
    );
    await writeFile(join(folder, `sales-0${file}.csv`), `id,day,price\n${lines.join('\n')}\n`);
  }
}

/** Saves what is shown, light and dark, and in a small window. */
async function look(page: Page, name: string): Promise<void> {
  for (const scheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme: scheme });
    await page.screenshot({ path: join(out, `${name}-${scheme}.png`) });
  }
  await page.setViewportSize({ width: 900, height: 600 });
  await page.screenshot({ path: join(out, `${name}-small.png`) });
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.emulateMedia({ colorScheme: 'light' });
}

async function percent(page: Page): Promise<number> {
  return Number.parseFloat(String(await page.textContent(marked('percent'))));
}

/** Waits until the one percentage is more than this. */
async function beyond(page: Page, than: number): Promise<void> {
  await page.waitForFunction(
    ([shown, than]) => Number.parseFloat(String(document.querySelector(shown)?.textContent)) > than,
    [marked('percent'), than] as const,
  );
}

/** The number of rows that were loaded, or of what of them. */
function count(database: string, what = '*'): number {
  using db = new DatabaseSync(database); // which undoes what the killed program had not committed
  return Number(db.prepare(`SELECT count(${what}) AS n FROM sales`).get()?.n);
}
