import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { MariaDB, withoutMariaDB } from './mariadb.ts';
import { counted, marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

const skip = withoutMariaDB;

test('MariaDB is imported into, and a table made in an empty database', { skip }, async () => {
  await using server = await MariaDB.open('mariadb');
  await server.query(
    `CREATE DATABASE shop; CREATE DATABASE archive;
     CREATE TABLE shop.prices (sku VARCHAR(9) PRIMARY KEY, price DECIMAL(8,2) NOT NULL);
     INSERT INTO shop.prices VALUES ('a', 1.5)`,
  );
  await using display = await Display.open('mariadb');
  await using program = await Program.serve('mariadb', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const file = join(program.folder, 'prices.csv');
  await writeFile(file, 'sku,price\na,9\nb,2.25\nc,x\n');

  // Filled in by its fields, with no database: one is chosen with the table.
  await page.click(marked('connections'));
  await page.fill(marked('connection-name'), 'Shop');
  await page.check(marked('connection-kind-mysql'));
  await page.fill(marked('connection-hosts'), '127.0.0.1');
  await page.fill(marked('connection-port'), String(server.port));
  await page.fill(marked('connection-user'), server.user);
  await page.fill(marked('connection-password'), server.password);
  await page.fill(marked('test-table'), 'shop.prices');
  await page.keyboard.press('Control+Enter'); // what was typed last counts
  await page.waitForSelector(marked('test-result', '[data-ok=true]'));
  await page.waitForSelector(marked('test-step', '[data-step=table][data-state=ok]'));
  await page.keyboard.press('Control+s');
  await page.waitForSelector(marked('connection', ':has-text("Shop")'));
  assert.equal(await page.locator(marked('test-outdated')).count(), 0);
  assert.equal(
    (await page.inputValue(marked('connection-url'))).replace(/\/$/, ''),
    server.url('').replace(/\/$/, ''),
  );

  // What is not saved is asked for before it is left.
  await page.fill(marked('connection-user'), 'someone');
  await page.click(marked('new'));
  await page.waitForSelector(marked('unsaved', ':has-text("The changes to Shop are not saved.")'));
  await page.keyboard.press('Escape');
  await page.waitForSelector(marked('unsaved'), { state: 'detached' });
  assert.equal(await page.inputValue(marked('connection-user')), 'someone');
  await page.click(marked('new'));
  await page.click(marked('unsaved-discard'));

  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.click(marked('next'));
  await page.check(marked('target-kind-connection'));
  await page.click(marked('target-connection'));
  await page.click('mat-option:has-text("Shop")');
  await page.waitForSelector(marked('place', ':has-text("MariaDB")'));
  await page.check(marked('existing-table'));
  await page.waitForSelector(marked('rows-there', ':has-text("1.50")'));
  await page.click(marked('step-check'));
  await page.click(marked('rule-conflict'));
  await page.click('mat-option:has-text("update")');
  await page.click(marked('import', ':not([aria-disabled=true])'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  const counts = await Promise.all(
    ['inserted', 'updated', 'rejected'].map((c) => counted(page, c)),
  );
  assert.deepEqual(counts, [1, 1, 1]);
  assert.equal(await server.query('SELECT * FROM shop.prices'), 'a\t9.00\nb\t2.25');
  await page.screenshot({ path: join(out, 'mariadb-done.png') });

  await page.click(marked('new'));
  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.click(marked('next'));
  await page.check(marked('target-kind-connection'));
  await page.click(marked('target-connection'));
  await page.click('mat-option:has-text("Shop")');
  await page.fill(marked('schema-input'), 'arch');
  await page.click('mat-option:has-text("archive")');
  await page.waitForSelector('header:has-text("Shop / archive.prices")');
  await page.click(marked('import', ':not([aria-disabled=true])'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await server.query('SELECT count(*) FROM archive.prices'), '3');
});
