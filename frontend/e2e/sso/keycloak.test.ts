import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';

import type { Browser, BrowserContext } from 'playwright-core';

import {
  ArticlesPage,
  ArticlesSite,
  importsArticles,
  outlivesToken,
  prepareSlowTable,
  type Provider,
  survivesCuts,
} from '../articles-page.ts';
import { launch } from '../browser.ts';
import { Detour } from '../detour.ts';
import { patience, repository } from '../process.ts';
import { shipped } from '../sample.ts';
import { Serve } from '../serve.ts';
import { Keychain } from './keychain.ts';
import { agree, enter, Keycloak } from './keycloak.ts';
import { type Done, Linefeed } from './linefeed.ts';

// One Keycloak for all of them: it takes half a minute to start. Tokens are good for so short a time that they expire in
// the middle of an import.
const resources = new AsyncDisposableStack();
let browser: Browser;
let site: ArticlesSite;
let provider: Provider;

before(async () => {
  browser = resources.use(await launch());
  site = resources.use(await ArticlesSite.open());
  const lifespans = { 'articles-page': 10 };
  const keycloak = resources.use(await Keycloak.open('keycloak', { page: site.origin, lifespans }));
  provider = { issuer: keycloak.issuer, scope: 'openid profile', enter };
});
after(() => resources.disposeAsync());

async function serve(name: string): Promise<Serve> {
  return Serve.open(name, site.origin, (folder) => ({
    'signin-issuer': provider.issuer,
    'signin-client': 'linefeed',
    'signin-audience': 'linefeed-api',
    'signin-role': 'importer',
    'signin-targets': folder,
  }));
}

test('an Angular page imports articles with a user signed in at Keycloak', async () => {
  await using linefeed = await serve('sso-page');
  const database = join(linefeed.folder, 'articles.db');
  await prepareSlowTable(linefeed, database);
  site.configure(provider, linefeed.api.url, database);
  await using page = await ArticlesPage.open(browser, site, 'sso-page');
  await page.signIn(provider, 'ada');
  await importsArticles(page, await shipped());
});

test('an import that a page follows goes on over a lost connection and a reload', async () => {
  await using linefeed = await serve('sso-page-cut');
  await using way = await Detour.open(linefeed.api.url);
  const database = join(linefeed.folder, 'articles.db');
  await prepareSlowTable(linefeed, database);
  site.configure(provider, way.url, database);
  await using page = await ArticlesPage.open(browser, site, 'sso-page-cut');
  await page.signIn(provider, 'ada');
  await survivesCuts(page, linefeed, way, await shipped());
});

test('a stream whose token expires goes on with another one, after the last event', async () => {
  await using linefeed = await serve('sso-page-expiry');
  const database = join(linefeed.folder, 'articles.db');
  await prepareSlowTable(linefeed, database);
  site.configure(provider, linefeed.api.url, database);
  await using page = await ArticlesPage.open(browser, site, 'sso-page-expiry');
  await page.signIn(provider, 'ada');
  await outlivesToken(page, linefeed, await shipped());
});

test('a user without the role is refused, and told so', async () => {
  await using linefeed = await serve('sso-page-role');
  site.configure(provider, linefeed.api.url, join(linefeed.folder, 'articles.db'));
  await using page = await ArticlesPage.open(browser, site, 'sso-page-role');
  await page.signIn(provider, 'bob');
  await page.import((await shipped()).file);
  await page.page.waitForSelector('[role=alert]:has-text("lacks the role")');
  assert.deepEqual(await linefeed.call('GET', '/v1/imports'), { imports: [] });
});

test('who signs out of the page is signed out of Keycloak', async () => {
  await using linefeed = await serve('sso-page-out');
  site.configure(provider, linefeed.api.url, join(linefeed.folder, 'articles.db'));
  await using page = await ArticlesPage.open(browser, site, 'sso-page-out');
  await page.signIn(provider, 'ada');
  await page.page.getByRole('button', { name: 'Sign out' }).click();
  await page.page.waitForURL(`${site.origin}/`);
  assert.equal(await page.page.evaluate(() => sessionStorage.length), 0, 'no token is left');
  await page.signIn(provider, 'ada'); // it asks for the password again
});

/** The command line where imports need a user who has a role, and a browser in which nobody is signed in yet. */
async function desktop(name: string, role = 'importer') {
  await using opened = new AsyncDisposableStack();
  const keychain = opened.use(await Keychain.open(name));
  const linefeed = opened.use(
    await Linefeed.open(name, keychain.env, {
      'signin-issuer': provider.issuer,
      'signin-client': 'linefeed',
      'signin-role': role,
      'signin-required': 'yes',
    }),
  );
  const context = await browser.newContext();
  opened.defer(() => context.close());
  const all = opened.move();
  return { linefeed, context, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Signs a user in, in the browser that the command would open. */
function login(linefeed: Linefeed, context: BrowserContext, user: string): Promise<Done> {
  return linefeed.login(async (url) => {
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    await page.goto(url);
    await enter(page, user);
    await page.waitForSelector('text=You are signed in'); // on Linefeed's own page
    await page.close();
  });
}

const articles = join(repository, 'examples/articles.csv');
const importing = ['import', articles, '--to', 'articles.db', '--preset', 'articles', '--quiet'];

test('imports need a user who signs in at Keycloak, and have that name in the history', async () => {
  await using all = await desktop('sso-login');
  const { linefeed, context } = all;
  const refused = await linefeed.run(...importing);
  assert.equal(refused.status, 2);
  assert.match(refused.err, /imports need a user who is signed in/);

  const done = await login(linefeed, context, 'ada');
  assert.equal(done.status, 0, done.err);
  assert.match(done.out, /signed in as ada /);

  // Each command needs a fresh access token, and has a refresh token that is good once.
  assert.equal((await linefeed.run(...importing)).status, 1); // some lines are bad
  const again = [...importing, '--on-conflict', 'skip'];
  assert.equal((await linefeed.run(...again)).status, 1);
  const jobs = await linefeed.run('jobs', '--json');
  const { host } = new URL(provider.issuer);
  assert.deepEqual(
    (JSON.parse(jobs.out) as { who: string }[]).map(({ who }) => who),
    [`ada (${host})`, `ada (${host})`],
  );
});

test('a user without the role signs in, but does not import', async () => {
  await using all = await desktop('sso-no-role');
  const done = await login(all.linefeed, all.context, 'bob');
  assert.equal(done.status, 0, done.err);
  assert.match(done.err, /bob .*has not the role importer/);
  const refused = await all.linefeed.run(...importing);
  assert.equal(refused.status, 2);
  assert.match(refused.err, /bob .*has not the role importer/);
});

test('a role of the client is as good as one of the realm', async () => {
  await using all = await desktop('sso-client-role', 'linefeed:import');
  assert.equal((await login(all.linefeed, all.context, 'ada')).status, 0);
  assert.equal((await all.linefeed.run(...importing)).status, 1);
});

test('who signs out is signed out of Keycloak too', async () => {
  await using all = await desktop('sso-logout');
  const { linefeed, context } = all;
  assert.equal((await login(linefeed, context, 'ada')).status, 0);
  assert.equal((await linefeed.run('whoami')).status, 0);
  const out = await linefeed.run('logout');
  assert.equal(out.status, 0, out.err);
  assert.equal((await linefeed.run('whoami')).status, 2);
  // In the same browser, Keycloak asks who it is.
  assert.equal((await login(linefeed, context, 'bob')).status, 0);
});

test('a session that Keycloak ends, ends the sign-in', async () => {
  await using all = await desktop('sso-ended');
  const { linefeed, context } = all;
  assert.equal((await login(linefeed, context, 'ada')).status, 0);
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(`${provider.issuer}/protocol/openid-connect/logout`);
  await page.click('#kc-logout');
  await page.waitForSelector('text=logged out');
  const who = await linefeed.run('whoami');
  assert.equal(who.status, 2);
  assert.match(who.out + who.err, /sign in again|nobody is signed in/);
});

test('a computer without a browser signs in by a code', async () => {
  await using all = await desktop('sso-device');
  const { linefeed, context } = all;
  const done = await linefeed.login(async (url) => {
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    await page.goto(url);
    await enter(page, 'ada');
    await agree(page);
  }, '--device');
  assert.equal(done.status, 0, done.err);
  assert.match(done.out, /signed in as ada /);
  assert.equal((await linefeed.run(...importing)).status, 1);
});
