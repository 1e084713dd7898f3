import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage, prepare } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';
import { generate, shipped } from './sample.ts';

const ended = marked('summary');

test('a file is imported to 100 %, and every bad line can be opened', async () => {
  await using display = await Display.open('window');
  await using program = await Program.serve('window', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const sample = await shipped();
  const database = await prepare(page, program, sample.file);
  await page.waitForSelector(marked('live-status', '[data-source=stream]'));
  await page.click(marked('import'));
  await page.waitForSelector(ended);
  await page.screenshot({ path: join(out, 'window-done.png') });

  assert.equal(await page.getAttribute(ended, 'data-state'), 'done');
  assert.match(String(await page.textContent(marked('percent'))), /^\s*100\.0\s*%\s*$/);
  const loaded = sample.rows - sample.bad.length;
  assert.equal(await counted(page, 'read'), sample.rows);
  assert.equal(await counted(page, 'rejected'), sample.bad.length);
  assert.equal(await counted(page, 'inserted'), loaded);
  assert.equal(rows(database), loaded);

  // The log shows them by their lines, and each one opens to the record's own bytes.
  const [first] = sample.bad;
  assert.ok(first);
  await page.fill(marked('filter-find'), String(first.line));
  const row = page.locator(marked('reject-row', `[data-line="${first.line}"]`));
  await row.click();
  const shown = await page.textContent(marked('reject-bytes'));
  const lines = (await readFile(sample.file, 'latin1')).split('\n');
  assert.equal(shown?.trim(), lines[first.line - 1]?.trim());
});

test('an import is paused, resumed and cancelled, and the bad lines come while it runs', async () => {
  await using display = await Display.open('window-cancel');
  await using program = await Program.serve('window-cancel', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const sample = await generate(program.folder, 2_000_000);
  const database = await prepare(page, program, sample.file);
  await page.click(marked('import'));

  await page.waitForSelector(marked('reject-row'));
  await page.click(marked('pause'));
  await page.waitForSelector(marked('resume'));
  const percent = Number.parseFloat(String(await page.textContent(marked('percent'))));
  assert.ok(percent < 100, `paused at ${percent} %`);
  await page.screenshot({ path: join(out, 'window-paused.png') });
  await page.click(marked('resume'));
  await page.waitForFunction(
    ([shown, before]) =>
      Number.parseFloat(String(document.querySelector(shown)?.textContent)) > before,
    [marked('percent'), percent] as const,
  );
  await page.click(marked('pause'));
  await page.waitForSelector(marked('resume'));
  const further = Number.parseFloat(String(await page.textContent(marked('percent'))));
  assert.ok(further > percent && further < 100, `${percent} % was followed by ${further} %`);
  await page.click(marked('cancel')); // while it is paused: otherwise it may end before the click
  await page.click(marked('cancel-confirm'));
  await page.waitForSelector(ended);

  assert.equal(await page.getAttribute(ended, 'data-state'), 'cancelled');
  const read = await counted(page, 'read');
  const inserted = await counted(page, 'inserted');
  assert.ok(read < sample.rows, `read ${read}`);
  assert.equal(inserted + (await counted(page, 'rejected')), read, 'it balances');
  assert.equal(rows(database), inserted, 'the rows that were reported as kept are there');
});

test('where the stream is refused, the events come through the window', async () => {
  await using display = await Display.open('window-events');
  await using program = await Program.serve('window-events', display, () => '');
  await using browser = await launch();
  const page = await openPage(browser, program);
  await page.waitForSelector(marked('live-status', '[data-source=window]'));
  const sample = await shipped();
  await prepare(page, program, sample.file);
  await page.click(marked('import'));
  await page.waitForSelector(ended);

  assert.equal(await page.getAttribute(ended, 'data-state'), 'done');
  assert.equal(await counted(page, 'rejected'), sample.bad.length);
  await page.waitForSelector(marked('reject-row'));
});

test('the page reports a file that does not exist', async () => {
  await using display = await Display.open('window-missing');
  await using program = await Program.serve('window-missing', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  await page.fill(marked('path-input'), join(program.folder, 'missing.csv'));
  await page.press(marked('path-input'), 'Enter');
  const error = await page.textContent(marked('source-error'));
  assert.match(String(error), /missing\.csv/);
  assert.equal(await page.isEnabled(marked('import')), false);
});

function rows(file: string): unknown {
  using database = new DatabaseSync(file, { readOnly: true });
  return database.prepare('SELECT count(*) AS n FROM articles').get()?.n;
}
