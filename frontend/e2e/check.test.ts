import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

test('a check finds the types in all records, and the import takes them', async () => {
  await using display = await Display.open('check');
  await using program = await Program.serve('check', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const file = join(program.folder, 'parts.csv');
  const database = join(program.folder, 'parts.db');
  const records = Array.from({ length: 30_000 }, (_, i) => `${10_000 + i},${i}`);
  await writeFile(file, ['number,amount', ...records, '00420,7', ''].join('\n'));

  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.click(marked('next'));
  await page.fill(marked('target-input'), database);
  await page.press(marked('target-input'), 'Enter');
  await page.click(marked('next'));
  assert.match(String(await page.textContent(marked('type-number'))), /integer/);
  await page.click(marked('next'));
  await page.click(marked('check'));
  assert.match(
    String(await page.textContent(marked('type-changes'))),
    /number is text, not integer\./,
  );
  const counters = await page.locator(marked('count-read')).boundingBox();
  await page.screenshot({ path: join(out, 'check-done.png') });

  await page.click('text=See Mapping');
  assert.match(String(await page.textContent(marked('type-number'))), /text/);
  await page.waitForSelector(marked('before-number'));
  assert.equal(await page.isVisible(marked('before-amount')), false);
  await page.screenshot({ path: join(out, 'check-mapping.png') });
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  const moved = await page.locator(marked('count-read')).boundingBox();
  assert.equal(moved?.y, counters?.y, 'the counters stand where they stood after the check');

  using imported = new DatabaseSync(database, { readOnly: true });
  const last = imported.prepare('SELECT number FROM parts ORDER BY rowid DESC').get();
  assert.equal(last?.number, '00420');
});
