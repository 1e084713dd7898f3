import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

test('a profile is taken from a file, looked at, renamed, used and removed', async () => {
  await using display = await Display.open('profile-page');
  await using program = await Program.serve('profile-page', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const saved = () => readdir(join(program.folder, 'home/profiles'));
  await page.click(marked('profiles'));
  await page.waitForSelector('text=None yet.');
  await page.screenshot({ path: join(out, 'profile-page-none.png') });

  const file = join(program.folder, 'prices.json');
  await writeFile(file, '{"linefeedProfile":1,"target":"postgres://ann:s3cret@db/x"}');
  await answer(page, 'ChooseProfileFile', file);
  await page.click(marked('take-profile'));
  await page.waitForSelector(marked('take-error', ':has-text("has a password in it")'));

  const database = join(program.folder, 'shop.db');
  const profile = {
    linefeedProfile: 1,
    fields: ['Nr', 'Preis', 'Notiz'],
    target: database,
    dialect: { encoding: 'windows-1252', delimiter: ';', headerRows: 1 },
    plan: {
      table: 'prices',
      create: true,
      columns: [
        { name: 'sku', type: 'text', primaryKey: true },
        { name: 'price', type: 'decimal', nullable: true },
      ],
      map: { Nr: 'sku', Preis: 'price', Notiz: '' },
      onConflict: 'update',
      key: ['sku'],
      null: ['k.A.'],
      formats: { price: '1.234,56' },
    },
    watch: { folder: program.folder }, // of another computer
  };
  await writeFile(file, JSON.stringify(profile));
  await page.click(marked('take-profile'));
  await page.waitForSelector(marked('profile-entry', ':has-text("prices")'));
  await page.waitForSelector(marked('profile-fields', ':has-text("1.234,56")'));
  assert.equal(await page.locator('lf-profile-view :text("left out")').count(), 1);
  await page.waitForSelector('text=Windows-1252 · semicolon · header');
  assert.equal(await page.locator(marked('watch-path')).count(), 0, 'nothing is watched unasked');

  // A second one of that name replaces nothing unasked.
  await page.click(marked('take-profile'));
  await page.waitForSelector(marked('take-question'));
  await page.click(marked('take-both'));
  await page.waitForSelector(marked('profile-entry', '[aria-current]:has-text("prices 2")'));
  assert.deepEqual((await saved()).filter((name) => name.endsWith('.json')).sort(), [
    'prices 2.json',
    'prices.json',
  ]);

  await page.click(marked('profile-rename'));
  await page.fill(marked('profile-new-name'), 'Prices');
  await page.click(marked('profile-rename-save'));
  await page.waitForSelector(marked('profile-error', ':has-text("already")'));
  await page.fill(marked('profile-new-name'), 'Prices of Müller');
  await page.press(marked('profile-new-name'), 'Enter');
  await page.waitForSelector(marked('profile-entry', '[aria-current]:has-text("Müller")'));
  await page.screenshot({ path: join(out, 'profile-page.png') });

  // It can be passed on: the dialog is the system's.
  await answer(page, 'SaveProfileFile', join(program.folder, 'passed on.json'));
  await page.click(marked('profile-save-file'));
  await page.waitForSelector(marked('profile-done', ':has-text("passed on.json")'));

  // A file is imported by it, and then fits it.
  const may = join(program.folder, 'may.csv');
  await writeFile(may, 'Preis;Nr;Notiz\n2.000,50;a1;x\nk.A.;a2;y\n');
  await answer(page, 'ChooseFiles', [may]);
  await page.click(marked('profile-import'));
  await page.waitForSelector(marked('profile-used', ':has-text("Prices of Müller")'));
  await page.click(marked('import', ':not([aria-disabled=true])'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'inserted'), 2);
  {
    using shop = new DatabaseSync(database, { readOnly: true });
    assert.equal(shop.prepare("SELECT price FROM prices WHERE sku = 'a1'").get()?.price, 2000.5);
  }
  await page.click(marked('profiles'));
  await page.waitForSelector(marked('profile-fit', ':has-text("Moved: ")'));

  await page.click(marked('profile-entry', ':has-text("Müller")'));
  await page.click(marked('profile-remove'));
  await page.click(marked('profile-remove-confirm'));
  await page.waitForSelector(marked('profile-entry', ':has-text("Müller")'), { state: 'detached' });
  assert.ok(!(await saved()).includes('Prices of Müller.json'));
});

/** Replaces a call of the program in the page: system dialogs can't be used here. */
async function answer(page: Page, call: string, value: string | string[]): Promise<void> {
  await page.evaluate(
    ([name, result]) => {
      const { App } = (window as unknown as { go: { main: { App: Record<string, unknown> } } }).go
        .main;
      App[name] = () => Promise.resolve(result);
    },
    [call, value] as const,
  );
}
