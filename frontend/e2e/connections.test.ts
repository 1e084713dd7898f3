import assert from 'node:assert/strict';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage } from './page.ts';
import { Postgres, withoutPostgres } from './postgres.ts';
import { out } from './process.ts';
import { Program } from './program.ts';
import { generate } from './sample.ts';

const skip = withoutPostgres;

test('a connection is added, tested, saved and imported into', { skip }, async () => {
  await using server = await Postgres.open('connections-postgres');
  await server.query('CREATE SCHEMA "Sales"');
  await server.query(
    `CREATE TABLE "Sales".prices (sku text PRIMARY KEY, price numeric(8,2) NOT NULL, note text);
     INSERT INTO "Sales".prices VALUES ('a', 1.5, NULL)`,
  );
  await using display = await Display.open('connections');
  await using program = await Program.serve('connections', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const file = join(program.folder, 'prices.csv');
  await writeFile(file, 'sku,price\nb,2.25\nc,x\nd,4\n');

  // A pasted URL fills in the fields; its password goes where it is not seen.
  await page.click(marked('connections'));
  await page.fill(marked('connection-name'), 'Shop');
  await page.fill(marked('connection-url'), server.urlWithPassword('no_such'));
  await page.press(marked('connection-url'), 'Tab');
  await page.waitForFunction(
    (port) => document.querySelector<HTMLInputElement>(port)?.value !== '',
    marked('connection-port'),
  );
  assert.equal(await page.inputValue(marked('connection-url')), server.url('no_such'));
  assert.equal(await page.inputValue(marked('connection-password')), server.password);
  await page.click(marked('test-connection'));
  await page.waitForSelector(marked('test-result', '[data-ok=false]'));
  await page.waitForSelector(marked('test-step', '[data-step=login][data-state=ok]'));
  const missing = page.locator(marked('test-step', '[data-step=database][data-state=failed]'));
  assert.match(String(await missing.textContent()), /no database "no_such"/);
  await page.screenshot({ path: join(out, 'connections-failed.png') });

  await page.fill(marked('connection-database'), 'postgres');
  await page.fill(marked('test-table'), 'Sales.prices');
  await page.press(marked('test-table'), 'Tab');
  await page.waitForFunction(
    (url) => document.querySelector<HTMLInputElement>(url)?.value.endsWith('/postgres'),
    marked('connection-url'),
  );
  await page.click(marked('test-connection'));
  await page.waitForSelector(marked('test-result', '[data-ok=true]'));
  await page.waitForSelector(marked('test-step', '[data-step=table][data-state=ok]'));
  await page.click(marked('save-connection'));
  await page.waitForSelector(marked('connection', ':has-text("Shop")'));
  // The desktop of the test has no keychain, and that is said.
  await page.waitForSelector(marked('connection-done', ':has-text("there is no keychain here")'));
  assert.equal(await page.inputValue(marked('connection-password')), '');
  await page.screenshot({ path: join(out, 'connections-saved.png') });

  await page.click(marked('new'));
  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.click(marked('next'));
  await page.focus(marked('target-kind-file'));
  await page.keyboard.press('ArrowRight');
  await page.click(marked('target-connection'));
  await page.click('mat-option:has-text("Shop")');
  await page.waitForSelector(marked('place', ':has-text("PostgreSQL")'));
  await page.check(marked('existing-table'));
  await page.waitForSelector(marked('rows-there', ':has-text("1.50")'));
  await page.waitForSelector(marked('rows-coming', ':has-text("2.25")'));
  await page.screenshot({ path: join(out, 'connections-target.png') });
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'inserted'), 2);
  assert.equal(await counted(page, 'rejected'), 1);
  assert.equal(
    await server.query('SELECT sku, price FROM "Sales".prices WHERE sku > $$a$$'),
    'b|2.25\nd|4.00',
  );

  // And into a new table of a schema, by a URL, whose password is asked for.
  await page.click(marked('new'));
  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.click(marked('next'));
  await page.check(marked('target-kind-url'));
  await page.fill(marked('target-url'), server.url());
  await page.press(marked('target-url'), 'Enter');
  await page.fill(marked('target-password'), 'wrong');
  await page.click(marked('give-password'));
  await page.waitForSelector(marked('target-error', ':has-text("does not take this password")'));
  await page.fill(marked('target-password'), server.password);
  await page.press(marked('target-password'), 'Enter');
  await page.waitForSelector(marked('place'));
  await page.fill(marked('schema-input'), 'Sales');
  await page.press(marked('schema-input'), 'Tab');
  await page.waitForSelector('header:has-text("Sales.prices_2")'); // the name that is free there
  await page.fill(marked('table-input'), 'New prices');
  await page.press(marked('table-input'), 'Enter');
  await page.waitForSelector('header:has-text("Sales.New prices")');
  await page.click(marked('import', ':not([aria-disabled=true])'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await server.query('SELECT count(*) FROM "Sales"."New prices"'), '3');

  await page.click(marked('runs'));
  await page.waitForSelector(marked('run-row', ':has-text("Shop / Sales.prices")'));
  const names = page.locator(marked('run-row'), { hasText: 'postgres on 127.0.0.1' });
  assert.equal(await names.count(), 1);
  await page.screenshot({ path: join(out, 'connections-runs.png') });

  // Removed, it is gone; and the password was never written anywhere.
  await page.click(marked('connections'));
  await page.click(marked('remove-connection'));
  await page.click(marked('remove-confirm'));
  await page.waitForSelector(marked('connection'), { state: 'detached' });
  await holdsNo(program.folder, [server.password, encodeURIComponent(server.password)]);
});

test(
  'a server that goes away in the middle is told, and the import goes on',
  { skip },
  async () => {
    await using server = await Postgres.open('reconnect-postgres');
    await using display = await Display.open('reconnect');
    await using program = await Program.serve('reconnect', display, (page) => page);
    await using browser = await launch();
    const page = await openPage(browser, program);
    const sample = await generate(program.folder, 400_000);
    await page.fill(marked('path-input'), sample.file);
    await page.press(marked('path-input'), 'Enter');
    await page.click(marked('next'));
    await page.check(marked('target-kind-url'));
    await page.fill(marked('target-url'), server.urlWithPassword());
    await page.press(marked('target-url'), 'Enter');
    await page.waitForSelector(marked('place'));
    assert.equal(await page.inputValue(marked('target-url')), server.url());
    await page.check(marked('preset-articles'));
    await page.click(marked('import', ':not([aria-disabled=true])'));
    await page.waitForSelector(marked('reject-row'));

    await server.stop();
    await page.waitForSelector(marked('lost'));
    assert.match(String(await page.textContent(marked('next-try'))), /try \d+ (in \d+ s|now …)/);
    assert.equal(await page.textContent(marked('phase')), 'connection lost');
    await page.screenshot({ path: join(out, 'reconnecting.png') });
    await server.start();
    await page.waitForSelector(marked('summary'));
    await page.screenshot({ path: join(out, 'reconnected.png') });
    assert.equal(await page.getAttribute(marked('summary'), 'data-state'), 'done');
    const loaded = sample.rows - sample.bad.length;
    assert.equal(await counted(page, 'inserted'), loaded);
    assert.equal(await counted(page, 'rejected'), sample.bad.length);
    assert.equal(await server.query('SELECT count(*) FROM articles'), String(loaded));
    await holdsNo(program.folder, [server.password, encodeURIComponent(server.password)]);
  },
);

/** Fails if a file below folder contains one of the texts. */
async function holdsNo(folder: string, texts: readonly string[]): Promise<void> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((e) => e.isFile())) {
    const content = await readFile(join(entry.parentPath, entry.name));
    for (const text of texts) {
      assert.ok(!content.includes(text), `${entry.name} holds a password`);
    }
  }
}
