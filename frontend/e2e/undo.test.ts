import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

test('an import is undone, but for the rows that were changed since, which are told', async () => {
  await using display = await Display.open('undo');
  await using program = await Program.serve('undo', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const file = join(program.folder, 'stock.csv');
  await writeFile(file, 'id,name,price\n1,lamp,11\n2,desk,22\n3,chair,33\n4,shelf,44\n5,rug,55\n');
  const database = join(program.folder, 'shop.db');
  using shop = new DatabaseSync(database);
  shop.exec('CREATE TABLE stock (id INTEGER PRIMARY KEY, name TEXT, price INTEGER)');
  shop.exec("INSERT INTO stock VALUES (1, 'lamp', 10), (2, 'desk', 20)");
  const rows = () =>
    shop
      .prepare("SELECT id || ' ' || name || ' ' || price AS row FROM stock ORDER BY id")
      .all()
      .map((r) => r.row);

  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.click(marked('next'));
  await page.fill(marked('target-input'), database);
  await page.press(marked('target-input'), 'Enter');
  await page.click(marked('existing-table'));
  await page.click(marked('step-check'));
  await page.click(marked('rule-conflict'));
  await page.click('mat-option:has-text("update")');
  await page.check(marked('rule-undo'));
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'inserted'), 3);
  assert.equal(await counted(page, 'updated'), 2);
  assert.equal(rows().length, 5);

  shop.exec('UPDATE stock SET price = 4000 WHERE id = 4');
  shop.exec('DELETE FROM stock WHERE id = 5');
  await page.click(marked('more'));
  await page.screenshot({ path: join(out, 'undo-menu.png') });
  await page.click(marked('undo'));
  const question = page.locator(marked('undo-question', ' p'));
  assert.equal(
    await question.textContent(),
    'Undo the import into stock: remove 1 row, put 2 rows back as before? ' +
      'What stays: 1 row changed since. 1 row gone already.',
  );
  await page.screenshot({ path: join(out, 'undo-question.png') });
  assert.equal(rows().length, 4, 'nothing is undone before it is confirmed');
  await page.click(marked('undo-confirm'));

  const told = marked('summary', ':has-text("Undone")');
  await page.waitForSelector(told);
  assert.match(
    String(await page.textContent(told)),
    /1 row removed, 2 rows put back\. What stays: 1 row changed since\. 1 row gone already\./,
  );
  await page.screenshot({ path: join(out, 'undo-done.png') });
  assert.deepEqual(rows(), ['1 lamp 10', '2 desk 20', '4 shelf 4000']);

  // It can't be undone twice, and the list of the runs says what became of it.
  await page.click(marked('more'));
  await page.waitForSelector(marked('again'));
  assert.equal(await page.isVisible(marked('undo')), false);
  await page.keyboard.press('Escape');
  await page.click(marked('runs'));
  await page.waitForSelector(marked('run-row', ':has-text("undone")'));
});
