import assert from 'node:assert/strict';
import { access, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

test('a folder is watched from the window, tells what it loads, and that it is gone, and goes on at the next start', async () => {
  await using display = await Display.open('watch');
  await using first = await Program.serve('watch', display, (page) => page, { prepare: prices });
  await using browser = await launch();
  let page = await openPage(browser, first);
  const folder = join(first.folder, 'inbox');
  await mkdir(folder);
  const put = async (name: string, records: readonly string[]) => {
    const path = join(first.folder, name);
    await writeFile(path, ['Nr;Preis', ...records, ''].join('\n'));
    await rename(path, join(folder, name)); // it comes whole, and is loaded at once
  };

  await page.click(marked('profiles'));
  await page.fill(marked('watch-folder'), folder);
  await page.press(marked('watch-folder'), 'Enter');
  await page.click(marked('watch-start', ':not([aria-disabled=true])'));
  await page.waitForSelector(marked('watch-state', '[data-state=waiting]'));

  // What it loads now, and how far it is.
  await put(
    'large.csv',
    Array.from({ length: 6_000_000 }, () => 'a0;1,5'),
  );
  await page.waitForSelector(marked('watch-state', '[data-state=loading]'));
  await page.waitForSelector(`${marked('watch-percent')}:text-matches("[0-9]+[.][0-9] %")`);
  await page.screenshot({ path: join(out, 'watch-loading.png') });
  await page.waitForSelector(
    marked('watched-file', '[data-look=loaded]:has-text("6,000,000 loaded")'),
  );

  // What was rejected, and what was not loaded at all.
  await put('may.csv', ['a1;2,50', 'a2;dear']);
  await page.waitForSelector(marked('watched-file', '[data-look=rejects]:has-text("1 rejected")'));
  await put('may-again.csv', ['a1;2,50', 'a2;dear']);
  await page.waitForSelector(
    marked('watched-file', '[data-look=failed]:has-text("loaded already")'),
  );
  await page.screenshot({ path: join(out, 'watch.png') });
  await page.click(marked('watched-file', ':has-text("may.csv") a'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  await page.waitForSelector(marked('reject-row'));

  // The folder goes away, with its drive, and comes back.
  await page.click(marked('profiles'));
  await rename(folder, `${folder}-away`);
  await page.waitForSelector(marked('watch-problem', ':has-text("is not there")'));
  assert.match(
    String(await page.getAttribute(marked('watch-trouble'), 'aria-label')),
    /inbox is not there/,
  );
  await page.screenshot({ path: join(out, 'watch-gone.png') });
  await page.click(marked('new'));
  await page.waitForSelector(marked('watched-folders', ':has-text("is not there")'));
  await page.click(marked('profiles'));
  await rename(`${folder}-away`, folder);
  await page.waitForSelector(marked('watch-state', '[data-state=waiting]'));
  assert.equal(await page.locator(marked('watch-trouble')).count(), 0);

  // At the next start it goes on; stopped, it does not.
  await first.kill();
  await page.context().close();
  await put('june.csv', ['b1;3,00']);
  await using second = await Program.serve('watch-next', display, (page) => page, {
    folder: first.folder,
  });
  page = await openPage(browser, second);
  await page.click(marked('profiles'));
  await page.waitForSelector(marked('watched-file', ':has-text("june.csv"):has-text("1 loaded")'));
  await page.waitForSelector(marked('watched-file', ':has-text("large.csv")'));
  await page.click(marked('watch-stop'));
  await page.waitForSelector(marked('watch-start'));
  assert.equal(await page.inputValue(marked('watch-folder')), folder);
  await access(join(folder, 'done/june.csv'));
});

/** Puts a profile into the home of the program. */
async function prices(home: string): Promise<void> {
  await mkdir(join(home, 'profiles'));
  const profile = {
    linefeedProfile: 1,
    fields: ['Nr', 'Preis'],
    target: join(home, '..', 'shop.db'),
    dialect: { encoding: 'utf-8', delimiter: ';', headerRows: 1 },
    plan: {
      table: 'prices',
      create: true,
      columns: [
        { name: 'sku', type: 'text', nullable: true },
        { name: 'price', type: 'decimal', nullable: true },
      ],
      map: { Nr: 'sku', Preis: 'price' },
      formats: { price: '1.234,56' },
    },
  };
  await writeFile(join(home, 'profiles', 'prices.json'), JSON.stringify(profile));
}
