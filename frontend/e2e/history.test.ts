import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

test('a damaged store is told of until that is dismissed, and a run is forgotten', async () => {
  await using display = await Display.open('history');
  await using program = await Program.serve('history', display, (page) => page, {
    prepare: (home) =>
      writeFile(join(home, 'linefeed.db'), 'no database '.repeat(1000), { mode: 0o600 }),
  });
  await using browser = await launch();
  const page = await openPage(browser, program);
  assert.match(
    String(await page.textContent(marked('notice'))),
    /was damaged.*linefeed\.db\.damaged-/,
  );
  await page.screenshot({ path: join(out, 'history-notice.png') });
  const home = await readdir(join(program.folder, 'home'));
  assert.ok(home.some((name) => name.startsWith('linefeed.db.damaged-')));
  await page.click(marked('notice', ' button'));
  await page.waitForSelector(marked('notice'), { state: 'detached' });
  await page.reload();

  const file = join(program.folder, 'parts.csv');
  await writeFile(file, 'number,amount\n1,2\n2,3\n');
  const headers = {
    Authorization: `Bearer ${program.api.token}`,
    'Content-Type': 'application/json',
  };
  const target = join(program.folder, 'parts.db');
  for (const table of ['parts', 'others']) {
    const body = JSON.stringify({ file, target, plan: { table, create: true } });
    const answer = await fetch(`${program.api.url}/v1/imports`, { method: 'POST', headers, body });
    assert.equal(answer.status, 202);
  }
  await page.click('text=Runs');
  await page.waitForFunction(
    () => document.querySelectorAll('[data-testid=run-row] button').length === 2,
  );
  assert.equal(await page.isVisible(marked('notice')), false);
  await page.click(`${marked('run-row')} button`);
  assert.match(
    String(await page.textContent(marked('forget-confirm'))),
    /Forget the import of parts\.csv/,
  );
  await page.screenshot({ path: join(out, 'history-forget.png') });
  await page.click(marked('forget'));
  await page.waitForFunction(() => document.querySelectorAll('[data-testid=run-row]').length === 1);
  const left = await fetch(`${program.api.url}/v1/imports`, { headers });
  const { imports } = (await left.json()) as { imports: unknown[] };
  assert.equal(imports.length, 1);
});
