import assert from 'node:assert/strict';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage } from './page.ts';
import { out, until } from './process.ts';
import { Program } from './program.ts';

test('a profile is saved after an import, offered for the next file, and asks about what has changed', async () => {
  await using display = await Display.open('profiles');
  await using program = await Program.serve('profiles', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const database = join(program.folder, 'shop.db');
  {
    using shop = new DatabaseSync(database);
    shop.exec(
      'CREATE TABLE prices (sku TEXT PRIMARY KEY, price DECIMAL(10,2) NOT NULL, day DATE, note TEXT)',
    );
  }

  const first = join(program.folder, 'april.csv');
  const records = Array.from({ length: 40 }, (_, i) => `${100 + i};1.${100 + i},50;13.04.2026;x`);
  await writeFile(first, `Nr;Preis;Stand;note\n${records.join('\n')}\n`);
  await open(page, first);
  await page.click(marked('next'));
  await page.fill(marked('target-input'), database);
  await page.press(marked('target-input'), 'Enter');
  await page.check(marked('existing-table'));
  await page.click(marked('next'));
  await choose(page, 'map-sku', 'Nr');
  await choose(page, 'map-price', 'Preis');
  await choose(page, 'map-day', 'Stand');
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'inserted'), 40);
  await page.click(marked('more'));
  await page.click(marked('save-profile'));
  await page.fill(marked('profile-name'), 'Prices of Müller');
  await page.screenshot({ path: join(out, 'profile-save.png') });
  await page.click(marked('profile-save'));
  await page.waitForSelector(marked('profile-saved'));

  // The next file has its fields elsewhere, one of them under another name, and a new one. Its two
  // records don't show how numbers and dates are written.
  const next = join(program.folder, 'may.csv');
  await writeFile(next, 'Stand;Nr;Preiss;Farbe;note\n01.05.2026;900;2.345;red;x\n');
  await page.click(marked('new'));
  await open(page, next);
  assert.match(
    await text(page, 'profile-offer'),
    /^60 % of this header are that of the profile “Prices of Müller”/,
  );
  await page.screenshot({ path: join(out, 'profile-offer.png') });
  await page.click(marked('profile-use'));
  await page.waitForSelector(marked('profile-used'));
  assert.match(await text(page, 'header-gone'), /Preis \(went to price\)/);
  assert.match(await text(page, 'header-added'), /Preiss, Farbe/);
  await page.click(marked('step-mapping'));
  await page.waitForSelector(marked('renamed'));
  assert.match(await text(page, 'renamed'), /Is Preiss what was Preis, and goes to price\?/);
  assert.ok(await page.isDisabled(marked('import')), 'price needs a value');
  await page.screenshot({ path: join(out, 'profile-changes.png') });
  await page.click(marked('renamed-yes'));
  await page.click(marked('leave-out'));
  await page.waitForSelector(marked('map-price', ':has-text("Preiss")'));
  await page.waitForSelector(marked('warning'), { state: 'detached' });
  await page.screenshot({ path: join(out, 'profile-answered.png') });
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  {
    using shop = new DatabaseSync(database, { readOnly: true });
    const row = shop.prepare("SELECT price, day, note FROM prices WHERE sku = '900'").get();
    assert.deepEqual({ ...row }, { price: 2345, day: '2026-05-01', note: 'x' });
  }

  // A file with the same header is offered it too; it can be taken back, and chosen from the list.
  const same = join(program.folder, 'june.csv');
  await writeFile(same, 'Nr;Preis;Stand;note\n901;7.000;01.06.2026;x\n');
  await page.click(marked('new'));
  await open(page, same);
  assert.match(await text(page, 'profile-offer'), /is known from the profile/);
  await choose(page, 'profile', 'Prices of Müller');
  assert.match(await text(page, 'profile-used'), /The header is the same/);
  await page.click(marked('profile-stop'));
  await page.waitForSelector(marked('profile-offer'));
  await page.click(marked('profile-use'));
  await page.waitForSelector(marked('import', ':not([disabled]):not([aria-disabled=true])'));

  // From Mapping it is saved in the place of the earlier one.
  await page.click(marked('step-mapping'));
  await page.click(marked('save-profile'));
  assert.equal(await text(page, 'profile-save'), 'Replace');
  await page.click(marked('profile-save'));
  await page.waitForSelector(marked('profile-saved'));
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'inserted'), 1);

  // The window loads what comes into the folder that the profile watches.
  const inbox = join(program.folder, 'inbox');
  await mkdir(inbox);
  await writeFile(join(inbox, 'july.csv'), 'Nr;Preis;Stand;note\n902;8.000,50;01.07.2026;x\n');
  const saved = join(program.folder, 'home/profiles/Prices of Müller.json');
  const profile = JSON.parse(await readFile(saved, 'utf8')) as Record<string, unknown>;
  await writeFile(saved, JSON.stringify({ ...profile, watch: { folder: inbox } }));
  await until('the file in done', async () => {
    await access(join(inbox, 'done/july.csv'));
    return true;
  });
  await page.click(marked('new'));
  assert.match(
    await text(page, 'watched-folders'),
    /by the profile “Prices of Müller”; last july\.csv, loaded/,
  );
  await page.screenshot({ path: join(out, 'profile-watched.png') });
});

async function open(page: Page, file: string): Promise<void> {
  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.waitForSelector('lf-records');
}

async function choose(page: Page, what: string, option: string): Promise<void> {
  await page.click(marked(what));
  await page.click(`mat-option:has-text("${option}")`);
}

async function text(page: Page, mark: string): Promise<string> {
  return String(await page.textContent(marked(mark)))
    .replaceAll(/\s+/g, ' ')
    .trim();
}
