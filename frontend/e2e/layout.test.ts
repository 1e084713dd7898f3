import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage, prepare } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';
import { generate, shipped } from './sample.ts';

test('nothing moves when an import is asked to cancel, ends, or was saved', async () => {
  await using display = await Display.open('layout-run');
  await using program = await Program.serve('layout-run', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const sample = await generate(program.folder, 2_000_000);
  await prepare(page, program, sample.file);
  await page.focus(marked('import', ':not([aria-disabled=true])'));
  await page.keyboard.press('Enter');
  await page.waitForSelector(marked('reject-row'));
  // The button that had the focus is gone with its page: the new page has the focus, not the body.
  assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), 'BODY');
  const parts = [marked('count-read'), 'lf-reasons', 'lf-log'];
  const places = () => Promise.all(parts.map((part) => box(page, part)));
  const running = await places();

  await page.click(marked('pause'));
  await page.waitForSelector(marked('resume'));
  assert.deepEqual(await places(), running, 'paused');
  const narrow = async () => {
    await page.setViewportSize({ width: 960, height: 800 });
    const found = await places();
    await page.setViewportSize({ width: 1280, height: 800 });
    return found;
  };
  const narrowPaused = await narrow();
  const bar = await box(page, 'mat-progress-bar');
  await page.click(marked('cancel'));
  await page.waitForSelector(marked('cancel-confirm'));
  assert.deepEqual(await box(page, 'mat-progress-bar'), bar, 'the bar');
  assert.deepEqual(await places(), running, 'asked to cancel');
  for (const part of ['#cancel-question', marked('cancel-confirm')]) {
    const { x, y } = await box(page, part);
    assert.ok(x >= bar.x + bar.width || y >= bar.y + bar.height, `${part} lies on the bar`);
  }

  await page.click(marked('cancel-confirm'));
  await page.waitForSelector(marked('summary', '[data-state=cancelled]'));
  await page.waitForSelector(marked('notes')); // about the bytes that are not UTF-8
  assert.deepEqual(await places(), running, 'cancelled');
  assert.deepEqual(await narrow(), narrowPaused, 'cancelled, in a narrow window');
  assert.notEqual(await page.evaluate(() => document.activeElement?.tagName), 'BODY');
  const summary = await box(page, marked('summary'));
  const path = `/home/ada/${'a folder with a long name/'.repeat(8)}articles.rejected.csv`;
  await answer(page, 'SaveRejects', path);
  await page.click(marked('save-rejects'));
  await page.waitForSelector(`text=Saved as ${path}`);
  assert.deepEqual(await box(page, marked('summary')), summary, 'the summary');

  await page.click(marked('new')); // what was cancelled offers to go on instead
  await prepare(page, program, (await shipped()).file);
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  const { y } = await box(page, marked('count-read'));
  assert.equal(y, running[0]?.y, 'done');
});

test('lists open over their fields, and buttons show that they have the focus', async () => {
  await using display = await Display.open('layout-focus');
  await using program = await Program.serve('layout-focus', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program, { colorScheme: 'dark' });
  const sample = await shipped();
  await prepare(page, program, sample.file);
  await page.click(marked('step-check'));

  await page.click(marked('rule-conflict'));
  const field = await box(page, marked('rule-conflict'));
  const panel = await page.waitForSelector('.mat-mdc-select-panel');
  await Promise.all((await panel.$$('xpath=.')).map((e) => e.waitForElementState('stable')));
  const list = await panel.boundingBox();
  assert.deepEqual([list?.x, list?.width], [field.x, field.width]);
  await page.keyboard.press('Escape');

  await page.focus(marked('rule-atomic'));
  const white = 'rgb(255, 255, 255)';
  assert.notEqual(await style(page, marked('rule-atomic'), 'backgroundColor'), white);
  assert.equal(await style(page, marked('rule-atomic'), 'appearance'), 'none');
  await page.focus(marked('check'));
  await page.keyboard.press('Tab');
  await page.keyboard.press('Shift+Tab');
  assert.equal(await style(page, marked('check'), 'outlineStyle'), 'solid');

  // After End, the selected row is the one that has the focus.
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  const rows = (await counted(page, 'rejected')) + 1;
  await page.waitForSelector(`lf-log [aria-rowcount="${rows}"]`); // it has stopped growing
  await page.click(marked('reject-row'));
  await page.keyboard.press('End');
  await page.waitForSelector('lf-log .row.active');
  const focused = page.locator('lf-log :focus');
  const active = await focused.getAttribute('aria-activedescendant');
  assert.equal(await page.getAttribute('lf-log .row.active', 'id'), active);
});

test('the tables of a database that is locked, invalid, or changed by another program', async () => {
  await using display = await Display.open('layout-target');
  await using program = await Program.serve('layout-target', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const sample = await shipped();
  await prepare(page, program, sample.file);
  await page.waitForSelector('text=articles.db has no tables yet.');

  const none = join(program.folder, 'none.db');
  await writeFile(none, 'this is no database, though its name says so\n'.repeat(100));
  await page.fill(marked('target-input'), none);
  await page.press(marked('target-input'), 'Enter');
  await page.waitForSelector(marked('target-error'));
  assert.equal(await page.locator('text=has no tables yet').count(), 0);
  assert.equal(await page.locator('text=Choose a file first').count(), 0);

  await writeFile(none, ''); // an empty file is an empty database
  await page.click(marked('reload'));
  await page.waitForSelector('text=none.db has no tables yet.');
  assert.equal(await page.locator(marked('target-error')).count(), 0);

  using outside = new DatabaseSync(none);
  outside.exec('CREATE TABLE sales (id INTEGER); BEGIN EXCLUSIVE');
  await page.click(marked('reload'));
  await page.waitForSelector(marked('target-error', ':has-text("locked")'));
  assert.equal(await page.locator('text=has no tables yet').count(), 0);
  outside.exec('COMMIT');
  await page.press(marked('target-input'), 'F5');
  await page.waitForSelector(marked('existing-table'));

  // The list stays where it is when one of its tables is chosen.
  const there = await box(page, marked('existing-table'));
  await page.check(marked('existing-table'));
  await page.waitForSelector('text=as they are');
  assert.deepEqual(await box(page, marked('existing-table')), there);

  // An emptied database path becomes the suggested one; an emptied file path closes the file.
  await page.fill(marked('target-input'), '');
  await page.press(marked('target-input'), 'Enter');
  await page.waitForFunction(
    (field) => document.querySelector<HTMLInputElement>(field)?.value.endsWith('articles.db'),
    marked('target-input'),
  );
  await page.click(marked('step-source'));
  await page.fill(marked('path-input'), '');
  await page.press(marked('path-input'), 'Enter');
  await page.waitForSelector(marked('sample'));
});

test('corrected rejected lines go back to their table; of several dropped files, none is lost', async () => {
  await using display = await Display.open('layout-back');
  await using program = await Program.serve('layout-back', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const file = join(program.folder, 'sales.csv');
  const rows = Array.from({ length: 300 }, (_, i) => `${i + 3};9.999,99`);
  await writeFile(file, ['id;price', '1;x', '2;1.234,56', ...rows, ''].join('\n'));
  const database = join(program.folder, 'shop.db');
  using shop = new DatabaseSync(database);
  shop.exec('CREATE TABLE sales (id INTEGER PRIMARY KEY, price DECIMAL(10,3))');

  const corrected = join(program.folder, 'sales.rejected.csv');
  await writeFile(corrected, 'id;price\n1;1.234\n');
  await drop(page, [file, corrected]);
  const both = page.locator(marked('file-row'));
  await both.nth(1).waitFor();
  assert.match(String(await both.nth(1).textContent()), /sales\.rejected\.csv/);
  await both.nth(1).locator('input').uncheck(); // of the two files, one is left to be imported
  await page.click(marked('next'));
  await page.fill(marked('target-input'), database);
  await page.press(marked('target-input'), 'Enter');
  await page.click(marked('step-check'));
  await page.click(marked('rule-conflict'));
  await page.click('mat-option:has-text("skip the record")');
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'rejected'), 1);

  await page.click('text=New');
  await page.waitForSelector(marked('sample'));
  await drop(page, [corrected]);
  await page.waitForSelector(marked('origin'));
  await page.waitForSelector('text=shop.db / sales');
  assert.equal(await page.locator(marked('file-row')).count(), 0);
  await page.click(marked('step-check'));
  await page.waitForSelector(marked('rule-conflict', ':has-text("skip the record")'));
  await page.waitForSelector('text=rejected from sales.csv and read as that file was');
  await page.screenshot({ path: join(out, 'layout-back.png') });
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'inserted'), 1);
  assert.equal(shop.prepare('SELECT price FROM sales WHERE id = 1').get()?.price, 1234);
});

/** Emits the desktop's event for dropped files. */
async function drop(page: Page, files: readonly string[]): Promise<void> {
  await page.waitForSelector(marked('path-input'));
  await page.evaluate((paths) => {
    const { wails } = window as unknown as { wails: { EventsNotify: (message: string) => void } };
    wails.EventsNotify(JSON.stringify({ name: 'files-dropped', data: [paths] }));
  }, files);
}

interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

async function box(page: Page, selector: string): Promise<Box> {
  const found = await page.locator(selector).first().boundingBox();
  assert.ok(found, selector);
  return found;
}

async function style(
  page: Page,
  selector: string,
  property: 'appearance' | 'backgroundColor' | 'outlineStyle',
): Promise<string> {
  return page.locator(selector).evaluate((e, name) => getComputedStyle(e)[name], property);
}

/** Replaces a call of the program in the page: system dialogs can't be used here. */
async function answer(page: Page, call: string, value: string): Promise<void> {
  await page.evaluate(
    ([name, result]) => {
      const { App } = (window as unknown as { go: { main: { App: Record<string, unknown> } } }).go
        .main;
      App[name] = () => Promise.resolve(result);
    },
    [call, value] as const,
  );
}
