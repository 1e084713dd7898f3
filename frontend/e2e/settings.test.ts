import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { marked, openPage, prepare } from './page.ts';
import { out, until } from './process.ts';
import { Program } from './program.ts';
import { shipped } from './sample.ts';

test('settings are changed, old imports forgotten, and what was set aside as damaged removed', async () => {
  await using display = await Display.open('settings');
  await using program = await Program.serve('settings', display, (page) => page, {
    prepare: (home) =>
      writeFile(join(home, 'linefeed.db'), 'no database '.repeat(100_000), { mode: 0o600 }),
  });
  await using browser = await launch();
  const page = await openPage(browser, program);
  await prepare(page, program, (await shipped()).file);
  await page.click(marked('import', ':not([aria-disabled=true])'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));

  await page.click(marked('settings'));
  const row = (name: string) => page.locator(`[data-name="${name}"]`);
  const number = (name: string) => row(name).locator(marked('setting-number'));
  await number('imports-at-once').fill('4');
  await number('imports-at-once').press('Enter');
  await row('imports-at-once').locator('text=Saved').waitFor();
  await number('imports-at-once').fill('40');
  await number('imports-at-once').press('Enter');
  await page.waitForSelector(marked('setting-error', ':has-text("a number from 1 to 16")'));
  assert.equal(await number('imports-at-once').inputValue(), '4');
  await row('keep-jobs').locator(marked('setting-unit')).click();
  await page.click('mat-option:has-text("for ever")');
  await row('keep-jobs').locator('text=Back to 1 year').waitFor();
  await page.screenshot({ path: join(out, 'settings.png') });

  // The command line has the same settings: it sees what the window has set.
  const { settings } = (await get(program, '/v1/settings')) as {
    settings: readonly { name: string; value: string }[];
  };
  const values = Object.fromEntries(settings.map(({ name, value }) => [name, value]));
  assert.deepEqual([values['imports-at-once'], values['keep-jobs']], ['4', 'forever']);

  await page.click(marked('diagnostics'));
  const told = await page.locator(marked('diagnostics-text')).innerText();
  assert.match(told, /^linefeed .+/);
  assert.match(told, /imports +1 done/);
  assert.match(told, /settings +keep-jobs=forever, imports-at-once=4/);
  assert.match(told, /state=done read=20000 .*rejected=238/);
  assert.ok(!told.includes(program.api.token) && !told.includes('articles'));
  await page.screenshot({ path: join(out, 'settings-diagnostics.png') });

  // The import is of today: nothing of it is older than 30 days.
  await page.waitForSelector(marked('forget-goes', ':has-text("There is none")'));
  await page.click(marked('forget-age'));
  await page.click('mat-option:has-text("at any time")');
  await page.waitForSelector(
    marked('forget-goes', ':has-text("1 import with 238 rejected records")'),
  );
  await page.click(marked('forget-old', ':not([disabled])'));
  await page.screenshot({ path: join(out, 'settings-forget.png') });
  await page.click(marked('forget-confirm'));
  await page.waitForSelector(marked('space-done', ':has-text("1 import forgotten")'));
  await page.waitForSelector('dd:has-text("0 imports, 0 rejected records")');

  await page.waitForSelector(marked('notice'));
  await page.click(marked('damaged-remove'));
  await page.click(marked('damaged-confirm'));
  await page.waitForSelector(marked('damaged'), { state: 'detached' });
  await page.waitForSelector(marked('notice'), { state: 'detached' });
  const home = join(program.folder, 'home');
  await until('the damaged file to be gone', async () =>
    (await readdir(home)).every((name) => !name.includes('.damaged-')),
  );
  await page.click(marked('runs'));
  await page.waitForSelector('text=Nothing has been imported yet');
});

async function get({ api }: Program, path: string): Promise<unknown> {
  const answer = await fetch(api.url + path, {
    headers: { authorization: `Bearer ${api.token}` },
  });
  assert.equal(answer.status, 200);
  return answer.json();
}
