import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { marked, openPage } from './page.ts';
import { out } from './process.ts';
import { Program } from './program.ts';

test('a token is made in the window, used by a page that was allowed, and revoked', async () => {
  await using display = await Display.open('access');
  await using program = await Program.serve('access', display, (page) => page);
  await using browser = await launch();
  await using stranger = await serveStranger();
  const page = await openPage(browser, program);
  await page.click(marked('settings'));

  // Its form says what is missing, and what may be done with what it makes.
  await page.click(marked('token-new'));
  await page.fill(marked('token-name'), 'shop');
  await page.check(marked('token-may-import'));
  await page.click(marked('token-make'));
  await page.waitForSelector(marked('token-error', ':has-text("good for no database")'));
  const database = join(program.folder, 'shop.db');
  await page.fill(marked('token-target-field'), database);
  await page.press(marked('token-target-field'), 'Enter');
  await page.fill(marked('token-folder-field'), join(program.folder, 'none'));
  await page.click(marked('token-folder-add'));
  await page.click(marked('token-make'));
  await page.waitForSelector(marked('token-error', ':has-text("There is no folder")'));
  await page.screenshot({ path: join(out, 'access-form.png') });
  await page.click(marked('token-folder-remove'));
  await page.click(marked('token-make'));
  const secret = String(await page.textContent(marked('token-secret')));
  assert.match(secret, /^[\w-]{43}$/);
  await page.keyboard.press('Enter'); // the button to copy it has the focus
  await page.waitForSelector(marked('token-copy', ':has-text("Copied")'));
  await page.screenshot({ path: join(out, 'access-token.png') });

  // Another program imports with it into its database, and into no other.
  const post = (target: string, bearer = secret) =>
    fetch(`${program.api.url}/v1/imports?table=articles&create&target=${target}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'text/csv' },
      body: 'sku,name\n1,Table\n',
    });
  assert.equal((await post(database)).status, 202);
  assert.equal((await post(join(program.folder, 'other.db'))).status, 403);

  // A page is let in once its origin was allowed: until then its browser tells it nothing.
  const outside = await (await browser.newContext()).newPage();
  await outside.goto(stranger.origin);
  const ask = (bearer: string) => status(outside, `${program.api.url}/v1/imports`, bearer);
  assert.equal(await ask(secret), 'refused');
  await page.fill(marked('origin-field'), `${stranger.origin}/`);
  await page.click(marked('origin-add'));
  await page.waitForSelector(marked('origin-error', `:has-text("write ${stranger.origin}")`));
  await page.fill(marked('origin-field'), stranger.origin);
  await page.press(marked('origin-field'), 'Enter');
  await page.waitForSelector(marked('origin-item', `:has-text("${stranger.origin}")`));
  assert.equal(await page.inputValue(marked('origin-field')), '');
  assert.equal(await ask(secret), 200);
  assert.equal(await ask('wrong'), 401);
  await page.screenshot({ path: join(out, 'access-origin.png') });

  // The secret is told once.
  await page.click(marked('token-done'));
  await page.waitForSelector(marked('token-secret'), { state: 'detached' });
  assert.equal(await page.locator(`text=${secret}`).count(), 0);
  await page.reload();
  await page.click(marked('settings'));
  await page.waitForSelector(marked('token', '[data-name=shop]'));
  assert.match(String(await page.textContent(marked('token-used'))), /today/);
  assert.equal(await page.locator(`text=${secret}`).count(), 0);

  await page.click(marked('token-revoke'));
  await page.screenshot({ path: join(out, 'access-revoke.png') });
  assert.equal(await ask(secret), 200, 'it is asked for first');
  await page.click(marked('token-revoke-confirm'));
  await page.waitForSelector(marked('token'), { state: 'detached' });
  assert.equal(await ask(secret), 401);
  assert.equal((await post(database)).status, 401);

  await page.click(marked('origin-remove'));
  await page.waitForSelector(marked('origin-item'), { state: 'detached' });
  assert.equal(await ask(program.api.token), 'refused');
});

/** The status that a page gets for a request; "refused" where its browser keeps the answer from it. */
function status(page: Page, url: string, bearer: string): Promise<number | string> {
  return page.evaluate(
    ([url, bearer]) =>
      fetch(url, { headers: { Authorization: `Bearer ${bearer}` } }).then(
        (answer) => answer.status,
        () => 'refused',
      ),
    [url, bearer] as const,
  );
}

/** Serves an empty page of another origin. */
async function serveStranger(): Promise<AsyncDisposable & { readonly origin: string }> {
  const server = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html');
    answer.end('<!doctype html><title>Shop</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
