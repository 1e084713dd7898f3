import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { counted, marked, openPage, prepare } from './page.ts';
import { binaries, out, patience, Process } from './process.ts';
import { Program } from './program.ts';
import { generate, shipped } from './sample.ts';

test('a cancelled import keeps its rows or takes them back, and what waits goes to the front', async () => {
  await using display = await Display.open('control');
  await using program = await Program.serve('control', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const sample = await generate(program.folder, 2_000_000);
  const database = await prepare(page, program, sample.file);
  await page.click(marked('import'));
  await beyond(page, 20);
  await page.click(marked('pause')); // which commits
  await page.waitForSelector(marked('resume'));
  assert.ok(tables(database).includes('articles'));

  // Others wait for it, and the last of them goes ahead.
  const body = { file: (await shipped()).file, target: database, preset: 'articles' };
  const waiting = [];
  for (const onConflict of ['skip', 'update']) {
    const plan = { table: 'articles', onConflict };
    waiting.push(await start(program, { ...body, plan }));
  }
  await open(page, String(waiting[1]));
  await page.waitForSelector(marked('phase', ':has-text("waiting for an earlier run")'));
  await page.screenshot({ path: join(out, 'control-queued.png') });
  await page.click(marked('first'));
  await page.waitForSelector('text=It is the next to begin.');

  await page.click(marked('runs'));
  await page.click(marked('run-row', ':has-text("paused")'));
  await page.click(marked('cancel'));
  await page.waitForSelector(marked('cancel-take-back', ':not([aria-disabled=true])'));
  for (const width of [1280, 900, 700]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(out, `control-cancel-${width}.png`) });
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  assert.match(
    String(await page.textContent('[role=alertdialog]')),
    /has made the table "articles", which is removed.*Resume begins anew/s,
  );
  await page.click(marked('cancel-take-back'));
  await page.waitForSelector(marked('summary', '[data-state=cancelled]'));
  for (const width of [900, 700, 1280]) {
    await page.setViewportSize({ width, height: 800 });
    await page.screenshot({ path: join(out, `control-cancelled-${width}.png`) });
  }
  assert.equal(await counted(page, 'inserted'), 0);

  const started = [];
  for (const id of waiting) {
    await open(page, id);
    await page.waitForSelector(marked('summary', '[data-state=done]'));
    started.push(await startOf(program, id));
  }
  assert.ok(String(started[1]) < String(started[0]), 'the last one began first');
});

test('an import of a command line is followed, paused, resumed and cancelled in the window', async () => {
  await using display = await Display.open('elsewhere');
  await using program = await Program.serve('elsewhere', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const sample = await generate(program.folder, 3_000_000);
  const database = join(program.folder, 'other.db');
  const command = (name: string, file: string) =>
    new Process(
      name,
      join(binaries, 'linefeed'),
      ['import', file, '--to', database, '--preset', 'articles', '--on-conflict', 'skip'],
      { cwd: program.folder, env: { ...display.env, LINEFEED_HOME: join(program.folder, 'home') } },
    );
  await page.click(marked('runs'));
  using lock = new DatabaseSync(database);
  lock.exec('BEGIN IMMEDIATE'); // until it is shown
  await using first = command('elsewhere-first', sample.file);
  await page.click(marked('run-row', ':has-text("articles-3000000.csv")'));
  await page.waitForSelector(marked('phase', ':has-text("waiting")'));
  await page.waitForSelector('text=in another program');
  lock.exec('ROLLBACK');
  await beyond(page, 0);
  await page.click(marked('pause'));
  await page.waitForSelector(marked('resume'));
  await page.screenshot({ path: join(out, 'elsewhere-paused.png') });

  // A second one waits for it, and says so.
  await using second = command('elsewhere-second', (await shipped()).file);
  await page.click(marked('runs'));
  await page.click(marked('run-row', ':has-text("articles.csv")'));
  await page.waitForSelector(marked('waits', ':has-text("articles-3000000.csv")'));
  await page.screenshot({ path: join(out, 'elsewhere-waits.png') });

  await page.click(marked('runs'));
  await page.click(marked('run-row', ':has-text("articles-3000000.csv")'));
  await page.click(marked('resume'));
  await page.waitForSelector(marked('pause'));
  await page.click(marked('cancel'));
  await page.click(marked('cancel-confirm'));
  await page.waitForSelector(marked('summary', '[data-state=cancelled]'));
  assert.equal(await first.exited, 3);
  const kept = await counted(page, 'inserted');
  assert.ok(kept > 0, 'its rows are kept');

  await page.click(marked('runs'));
  await page.click(marked('run-row', ':has-text("articles.csv")'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await second.exited, 1);
  assert.ok(tables(database).includes('articles'));
});

/** Waits until the run that is shown is beyond a share. */
async function beyond(page: Page, percent: number): Promise<void> {
  await page.waitForFunction(
    ([shown, than]) => Number.parseFloat(String(document.querySelector(shown)?.textContent)) > than,
    [marked('percent'), percent] as const,
  );
}

async function open(page: Page, id: string): Promise<void> {
  await page.click(marked('runs'));
  await page.click(marked('run-row', `[data-job="${id}"]`));
}

const authorized = (program: Program) => ({
  Authorization: `Bearer ${program.api.token}`,
  'Content-Type': 'application/json',
});

/** Starts an import over the local API, and returns its ID. */
async function start(program: Program, request: unknown): Promise<string> {
  const answer = await fetch(`${program.api.url}/v1/imports`, {
    method: 'POST',
    headers: authorized(program),
    body: JSON.stringify(request),
  });
  assert.equal(answer.status, 202);
  return ((await answer.json()) as { id: string }).id;
}

async function startOf(program: Program, id: string): Promise<string> {
  const answer = await fetch(`${program.api.url}/v1/imports/${id}`, {
    headers: authorized(program),
  });
  return ((await answer.json()) as { started: string }).started;
}

function tables(database: string): unknown[] {
  using db = new DatabaseSync(database, { readOnly: true, timeout: patience });
  return db
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table'")
    .all()
    .map((r) => r.name);
}
