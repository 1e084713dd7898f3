import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Route } from 'playwright-core';

import {
  ArticlesPage,
  ArticlesSite,
  importsArticles,
  listsEachOnce,
  outlivesToken,
  prepareSlowTable,
  survivesCuts,
} from './articles-page.ts';
import { launch } from './browser.ts';
import { Detour } from './detour.ts';
import { OpenIdProvider } from './oidc.ts';
import { shipped } from './sample.ts';
import { Serve } from './serve.ts';

/** The page of examples/angular-sse, a provider that its users sign in with, and a Linefeed that believes it. */
async function open(name: string, accessTokenLife = 300) {
  await using resources = new AsyncDisposableStack();
  const browser = resources.use(await launch());
  const site = resources.use(await ArticlesSite.open());
  const { origin } = site;
  const clients = ['linefeed', 'articles-page'];
  const provider = resources.use(
    await OpenIdProvider.open(`${name}-provider`, { clients, origins: [origin], accessTokenLife }),
  );
  const serve = resources.use(
    await Serve.open(name, origin, (folder) => ({
      'signin-issuer': provider.issuer,
      'signin-client': 'linefeed',
      'signin-audience': 'linefeed-api',
      'signin-role': 'importer',
      'signin-targets': folder,
    })),
  );
  const way = resources.use(await Detour.open(serve.api.url));
  const database = join(serve.folder, 'articles.db');
  site.configure(provider, way.url, database);
  const page = resources.use(await ArticlesPage.open(browser, site, name));
  const all = resources.move();
  return {
    database,
    page,
    provider,
    serve,
    site,
    way,
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

test('an Angular page signs in, imports articles, and shows the percentage and the bad lines', async () => {
  await using all = await open('angular-sse');
  await prepareSlowTable(all.serve, all.database);
  await all.page.signIn(all.provider, 'ada');
  await importsArticles(all.page, await shipped());
});

test('its import goes on over a lost connection, and a reload of the page finds it again', async () => {
  await using all = await open('angular-sse-cut');
  await prepareSlowTable(all.serve, all.database);
  await all.page.signIn(all.provider, 'ada');
  await survivesCuts(all.page, all.serve, all.way, await shipped());
});

test('a file whose answer was lost is sent again, and imported once', async () => {
  await using all = await open('angular-sse-again');
  const posted: string[] = [];
  all.page.page.on('request', (request) => {
    if (request.method() === 'POST' && request.url().startsWith(all.way.url)) {
      posted.push(request.headers()['idempotency-key'] ?? '');
    }
  });
  await all.page.signIn(all.provider, 'ada');
  all.way.swallowAnswer();
  const sample = await shipped();
  await all.page.import(sample.file);
  await all.page.state('done');
  await listsEachOnce(all.page, sample);
  const { imports } = (await all.serve.call('GET', '/v1/imports')) as { imports: unknown[] };
  assert.equal(imports.length, 1);
  assert.equal(posted.length, 2);
  assert.ok(posted[0]);
  assert.equal(posted[0], posted[1]);
});

test('a stream whose token expires goes on with another one, after the last event', async () => {
  await using all = await open('angular-sse-expiry', 10);
  await prepareSlowTable(all.serve, all.database);
  await all.page.signIn(all.provider, 'ada');
  await outlivesToken(all.page, all.serve, await shipped());
});

test('a user who may not import is told so, as is one who signs out', async () => {
  await using all = await open('angular-sse-role');
  await all.page.signIn(all.provider, 'bob');
  await all.page.import((await shipped()).file);
  await all.page.page.waitForSelector('[role=alert]:has-text("lacks the role")');
  assert.deepEqual(await all.serve.call('GET', '/v1/imports'), { imports: [] });

  await all.page.page.getByRole('button', { name: 'Sign out' }).click();
  await all.provider.leave(all.page.page);
  await all.page.page.waitForURL(`${all.site.origin}/`);
  await all.page.page.waitForSelector('text=Sign in to import');
});

test('the user is told an address that is not on this computer, and no token goes there', async () => {
  await using all = await open('angular-sse-address');
  await all.page.signIn(all.provider, 'ada');
  await all.page.page.getByLabel('Linefeed').fill('http://linefeed.example:8420');
  const asked: string[] = [];
  all.page.page.on('request', (request) => asked.push(request.url()));
  await all.page.import((await shipped()).file);
  await all.page.page.waitForSelector('[role=alert]:has-text("http://127.0.0.1")');
  assert.deepEqual(asked, []);
});

test('an import that is left while a token is renewed is asked for no more', async () => {
  await using all = await open('angular-sse-leave', 10);
  await prepareSlowTable(all.serve, all.database);
  const { page } = all.page;
  await all.page.signIn(all.provider, 'ada');
  const { file } = await shipped();
  await all.page.import(file);
  const id = await all.page.underway();
  await all.serve.call('POST', `/v1/imports/${id}/pause`);
  await all.page.state('paused');

  const held = Promise.withResolvers<() => void>();
  const hold = (route: Route) => {
    held.resolve(() => void route.continue());
  };
  await page.route(/\/token$/, hold, { times: 1 });
  all.way.close();
  await page.waitForSelector('#lost');
  const release = await held.promise;
  await page.getByRole('button', { name: 'Leave it' }).click();
  await all.serve.call('POST', `/v1/imports/${id}/cancel`);
  all.way.open();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  const renewed = page.waitForResponse(/\/token$/);
  release();
  await renewed;
  await all.page.import(file);
  await all.page.state('done');
  assert.deepEqual(
    asked.filter((url) => url.includes(id)),
    [],
  );
});
