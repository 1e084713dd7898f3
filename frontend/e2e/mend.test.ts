import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

const table = `CREATE TABLE items (
  id INTEGER PRIMARY KEY, qty INTEGER NOT NULL, name VARCHAR(12), price DECIMAL(10,2), day DATE,
  active BOOLEAN, state TEXT CHECK (state IN ('new', 'old')), note TEXT)`;

type Row = readonly [string, string, string, string, string, string, string, string];

const good = (id: number): Row =>
  [String(id), '5', `item ${id}`, '1.5', '2026-03-01', 'true', 'old', 'x'] as const;

/** What is wrong with bad records, and what becomes of them: of each kind there are a hundred. */
const bad: readonly ((
  id: number,
  n: number,
) => { fields: readonly string[]; row: readonly string[] })[] = [
  (id, n) => ({
    fields: good(id).with(3, ['ask', 'tba', 'soon'][n % 3] ?? ''),
    row: good(id).with(3, 'NULL'),
  }),
  (id) => ({ fields: good(id).with(1, 'many'), row: good(id).with(1, '99') }),
  (id) => ({ fields: good(id).with(4, '24.12.2026'), row: good(id).with(4, '2026-12-24') }),
  (id, n) => ({
    fields: good(id).with(5, n % 2 ? 'ja' : 'nein'),
    row: good(id).with(5, n % 2 ? 'true' : 'false'),
  }),
  (id) => ({ fields: good(id).with(2, 'a name too long'), row: good(id).with(2, 'a name too l') }),
  (id) => ({ fields: good(id).with(1, ''), row: good(id).with(1, '0') }),
  (_, n) => ({ fields: good(4 * n + 1).with(2, 'again'), row: good(4 * n + 1).with(2, 'again') }),
  (id) => ({ fields: good(id).slice(0, -1), row: good(id).with(7, 'NULL') }),
  (id) => ({ fields: [...good(id), ''], row: [...good(id)] }),
  (id) => ({ fields: good(id).with(6, 'nw'), row: good(id).with(6, 'new') }),
];

/** A file with 3,000 good records and 1,000 bad ones, and the table that they are to become. */
function sample(): { text: string; rows: string[] } {
  const lines = ['id;qty;name;price;day;active;state;note'];
  const rows = new Map<string, string>();
  for (let id = 1; id <= 4000; id++) {
    const n = (id - 4) / 4;
    const { fields, row } =
      id % 4 === 0
        ? (bad[n % bad.length] ?? assert.fail())(id, Math.floor(n / bad.length))
        : { fields: good(id), row: good(id) };
    lines.push(fields.join(';'));
    rows.set(row[0] ?? '', row.join('|'));
  }
  return { text: `${lines.join('\n')}\n`, rows: [...rows.values()].sort() };
}

test('bad records of ten kinds are mended by rules until none is open', async () => {
  await using display = await Display.open('mend');
  await using program = await Program.serve('mend', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const { text, rows } = sample();
  const database = await load(page, program, text);
  assert.equal(await counted(page, 'rejected'), 1000);
  await page.click(marked('mend'));

  await use(page, 'not_a_number', 'Set NULL', 'price');
  await page.waitForSelector(marked('rule'));
  await use(page, 'not_a_number', 'Replace by a value', 'qty', '99');
  await use(page, 'not_a_date', 'Read in another format', 'day');
  await use(page, 'not_a_boolean', 'Map words', 'active');
  await use(page, 'too_long', 'Cut to length', 'name');
  await use(page, 'required', 'Fill in a default', 'qty', '0');
  await use(page, 'duplicate_key', 'Decide', 'id');
  await use(page, 'missing_field', 'Fill up', '');
  await use(page, 'extra_field', 'Fill up', '');
  await use(page, 'check_failed', 'Replace by a value', 'state', 'new');
  await page.screenshot({ path: join(out, 'mend-rules.png') });
  await page.click('text=Load 1,000 mended lines');
  await page.waitForURL((url) => !url.href.includes('mend'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));

  assert.equal(await counted(page, 'rejected'), 0);
  assert.equal(await counted(page, 'updated'), 100);
  assert.deepEqual(tableOf(database), rows);

  // Nothing is open, and each reject says what was done about it.
  await page.click(marked('runs'));
  await page.click(marked('run-row', ' >> nth=1'));
  await page.waitForSelector(marked('reject-row'));
  await page.locator(marked('reject-row')).first().click();
  assert.match(String(await page.textContent(marked('deeds'))), /loaded by/);
  await page.screenshot({ path: join(out, 'mend-closed.png') });
  assert.equal(await page.isVisible(marked('mend')), false);
});

test('a record is edited, and another dismissed and opened again', async () => {
  await using display = await Display.open('mend-record');
  await using program = await Program.serve('mend-record', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const lines = [good(1), good(2).with(3, 'ask'), good(3).with(3, 'tba'), good(4)];
  const database = await load(
    page,
    program,
    ['id;qty;name;price;day;active;state;note', ...lines.map((l) => l.join(';')), ''].join('\n'),
  );
  await page.click(marked('mend'));
  await page.check(marked('part-lines'), { force: true });
  await page.click(marked('mend-line', '[data-line="3"]'));
  const price = marked('field', '[data-field=price]');
  assert.equal(await page.inputValue(price), 'ask');
  await page.fill(price, 'seven');
  await page.waitForSelector(`${marked('verdict')}:has-text("not a number")`);
  await page.screenshot({ path: join(out, 'mend-record.png') });
  await page.fill(price, '7');
  await page.waitForSelector(`${marked('verdict')}:has-text("Would be loaded")`);
  await page.press(price, 'Enter');
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.deepEqual(
    tableOf(database),
    [good(1), good(2).with(3, '7'), good(4)].map((r) => r.join('|')),
  );

  await page.click(marked('mend'));
  await page.check(marked('part-lines'), { force: true });
  await page.click(marked('mend-line', '[data-line="4"]'));
  await page.click(marked('dismiss-record'));
  await page.waitForSelector(marked('nothing-open'));
  await page.check(marked('which-all'), { force: true });
  await page.click(marked('mend-line', '[data-line="4"]'));
  await page.click(marked('reopen-record'));
  await page.waitForSelector(`${marked('open-rejects')}:has-text("1 open of 2")`);
});

/** Imports a text into a new table, and returns the database. */
async function load(page: Page, program: Program, text: string): Promise<string> {
  const file = join(program.folder, 'items.csv');
  const database = join(program.folder, 'items.db');
  await writeFile(file, text);
  {
    using made = new DatabaseSync(database);
    made.exec(table);
  }
  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.click(marked('next'));
  await page.fill(marked('target-input'), database);
  await page.press(marked('target-input'), 'Enter');
  await page.click(marked('existing-table'));
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  return database;
}

/** Chooses a rule for a group, and uses it once it lets all of the group pass. */
async function use(
  page: Page,
  code: string,
  rule: string,
  column: string,
  text = '',
): Promise<void> {
  await page.click(marked('group', `[data-code=${code}]:has-text("${column}")`));
  await page.waitForSelector(marked('part-values'));
  await page.click(marked('rule-kind'));
  await page.click(`mat-option:has-text("${rule}")`);
  if (text) {
    await page.fill(marked('rule-text'), text);
  }
  const settled = marked('trial', '[data-busy=false]');
  await page.waitForSelector(`${settled} ${marked('trial-pass', '[data-value="100"]')}`);
  await page.click(marked('use-rule'));
}

function tableOf(database: string): string[] {
  using opened = new DatabaseSync(database, { readOnly: true });
  return opened
    .prepare(
      `SELECT id || '|' || qty || '|' || name || '|' || ifnull(price, 'NULL') || '|' || day || '|' ||
        iif(active, 'true', 'false') || '|' || state || '|' || ifnull(note, 'NULL') AS row FROM items`,
    )
    .all()
    .map((r) => String(r.row))
    .sort();
}
