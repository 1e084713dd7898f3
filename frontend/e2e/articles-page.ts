import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { Browser, Page, Request } from 'playwright-core';

import { out, patience, repository } from './process.ts';
import type { Sample } from './sample.ts';
import type { Serve } from './serve.ts';
import { Site } from './site.ts';

const example = join(repository, 'examples/angular-sse');

/** A provider of sign-in that knows the page as a client. */
export interface Provider {
  readonly issuer: string;
  readonly scope: string;
  /** Signs in on the provider's own page. */
  enter(page: Page, user: string): Promise<void>;
}

/** The page of examples/angular-sse as `npm run build` has made it, at an origin of its own. */
export class ArticlesSite implements AsyncDisposable {
  readonly #site: Site;
  readonly #files: Map<string, string>;

  private constructor(site: Site, files: Map<string, string>) {
    this.#site = site;
    this.#files = files;
  }

  static async open(): Promise<ArticlesSite> {
    const files = new Map<string, string>();
    return new ArticlesSite(
      await Site.open(join(example, 'dist/articles-page/browser'), files),
      files,
    );
  }

  get origin(): string {
    return this.#site.origin;
  }

  /** Tells the page where it is at home, as who installs it does in config.json. */
  configure(provider: Provider, api: string, target: string): void {
    const { issuer, scope } = provider;
    const config = { issuer, scope, clientId: 'articles-page', api, target, preset: 'articles' };
    this.#files.set('/config.json', JSON.stringify(config));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#site[Symbol.asyncDispose]();
  }
}

/** What the page has shown so far. */
interface Seen {
  readonly percentages: number[];
  readonly lost: boolean;
}

/** The page in a browser context of its own. An unhandled error in the page fails the test. */
export class ArticlesPage implements AsyncDisposable {
  readonly page: Page;
  readonly #name: string;

  private constructor(page: Page, name: string) {
    this.page = page;
    this.#name = name;
  }

  static async open(browser: Browser, site: ArticlesSite, name: string): Promise<ArticlesPage> {
    const context = await browser.newContext();
    const page = await context.newPage();
    page.setDefaultTimeout(patience);
    page.on('pageerror', (error) => {
      throw error;
    });
    await page.addInitScript(watch);
    await page.goto(site.origin);
    return new ArticlesPage(page, name);
  }

  async signIn(provider: Provider, user: string): Promise<void> {
    await this.page.getByRole('button', { name: 'Sign in' }).click();
    await provider.enter(this.page, user);
    await this.page.waitForSelector(`#user:text-is("${user}")`);
  }

  async import(file: string): Promise<void> {
    await this.page.getByLabel('File').setInputFiles(file);
    await this.page.getByRole('button', { name: 'Import' }).click();
  }

  async state(state: string): Promise<void> {
    await this.page.waitForSelector(`#state:text-is("${state}")`);
  }

  /** The ID of the import, and its percentage is above 0: it is under way. */
  async underway(): Promise<string> {
    await this.page.waitForFunction(() =>
      (window as unknown as { seen: Seen }).seen.percentages.some((percent) => percent > 0),
    );
    const id = await this.page.getAttribute('section', 'data-job');
    assert.ok(id);
    return id;
  }

  /** What was shown since the page was loaded. */
  async seen(): Promise<Seen> {
    return this.page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  }

  /** The log of bad lines. */
  async log(): Promise<Logged[]> {
    return this.page.$$eval('tbody tr', (rows) =>
      rows.map((row) => {
        const [, line, column, value, reason] = [...row.children].map((cell) =>
          cell.textContent.trim(),
        );
        const time = row.querySelector('time')?.getAttribute('datetime') ?? '';
        return { time, line: Number(line), column, value, reason } as Logged;
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.page.screenshot({ path: join(out, `${this.#name}.png`) });
    await this.page.context().close();
  }
}

/** A line of the log, as it is shown. */
export interface Logged {
  readonly time: string;
  readonly line: number;
  readonly column: string;
  readonly value: string;
  readonly reason: string;
}

/** Keeps in the page what it shows: each percentage, and whether the connection was ever lost. */
function watch(): void {
  const seen = { percentages: [] as number[], lost: false };
  (window as unknown as { seen: Seen }).seen = seen;
  new MutationObserver(() => {
    const percent = Number.parseFloat(document.querySelector('#percent')?.textContent ?? '');
    if (!Number.isNaN(percent) && percent !== seen.percentages.at(-1)) {
      seen.percentages.push(percent);
    }
    seen.lost ||= document.querySelector('#lost') !== null;
  }).observe(document, { subtree: true, childList: true, characterData: true });
}

/** Makes the table of articles in a database that takes part of a millisecond for each row, so that an import can be watched. */
export async function prepareSlowTable(serve: Serve, database: string): Promise<void> {
  const empty = join(serve.folder, 'empty.csv');
  await writeFile(
    empty,
    'sku,title,description,category,price,currency,quantity,published_at,active\n',
  );
  await serve.command('import', empty, '--to', database, '--preset', 'articles', '--quiet');
  using opened = new DatabaseSync(database);
  opened.exec(`
    CREATE TRIGGER slow AFTER INSERT ON articles BEGIN
      SELECT max(n) FROM (
        WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000)
        SELECT n FROM numbers);
    END`);
}

/** Imports the shipped sample, and holds what the page shows of it against the generator's list. */
export async function importsArticles(page: ArticlesPage, sample: Sample): Promise<void> {
  await page.import(sample.file);
  await page.state('done');
  const good = sample.rows - sample.bad.length;
  const count = (n: number) => n.toLocaleString('en-US');
  assert.equal(
    (await page.page.textContent('#counts'))?.trim(),
    `${count(good)} loaded, ${count(sample.bad.length)} not, of ${count(sample.rows)} read`,
  );
  const { percentages, lost } = await page.seen();
  rising(percentages);
  assert.equal(percentages.at(-1), 100);
  assert.ok(percentages.length > 3, `the percentage is live: ${percentages.join(' ')}`);
  assert.equal(lost, false);

  await listsEachOnce(page, sample);
  const log = await page.log();
  for (const { time, line, reason } of log) {
    assert.ok(Math.abs(Date.now() - Date.parse(time)) < 5 * patience, `time ${time}`);
    assert.ok(reason, `line ${line} has a reason`);
  }
  // Column and value are told where they are known: not for a record with a field too few.
  const number = log.find(({ reason }) => reason.startsWith('not a number'));
  assert.ok(number?.column && number.value, JSON.stringify(number));
}

/**
 * Imports the sample, loses the connection in the middle and the page too, and sees that it goes on: each bad line
 * once, and a percentage that never falls.
 */
export async function survivesCuts(
  page: ArticlesPage,
  serve: Serve,
  way: { close(): void; open(): void },
  sample: Sample,
): Promise<void> {
  await page.import(sample.file);
  const id = await page.underway();
  await serve.call('POST', `/v1/imports/${id}/pause`);
  await page.state('paused');
  const before = await page.log();
  assert.ok(before.length > 0, 'bad lines show while it runs');

  way.close();
  await page.page.waitForSelector('#lost');
  const again = sent(page.page, 'GET', `/v1/imports/${id}/events`);
  way.open();
  await page.page.waitForSelector('#lost', { state: 'detached' });
  assert.ok((await (await again).allHeaders())['last-event-id'], 'it goes on after the last event');
  const then = goesOn(before, await page.log());
  rising((await page.seen()).percentages);

  // The page is loaded anew, and has nothing but the import's ID.
  await page.page.reload();
  await page.state('paused');
  await page.page.waitForFunction(
    (n) => document.querySelectorAll('tbody tr').length >= n,
    then.length,
  );
  goesOn(then, await page.log());

  await serve.call('POST', `/v1/imports/${id}/resume`);
  await page.state('done');
  await listsEachOnce(page, sample);
  assert.equal((await page.seen()).percentages.at(-1), 100);
}

/** Imports the sample, and waits in the middle until the token has expired: the stream goes on with another one. */
export async function outlivesToken(
  page: ArticlesPage,
  serve: Serve,
  sample: Sample,
): Promise<void> {
  const first = sent(page.page, 'POST', '/v1/imports');
  await page.import(sample.file);
  const id = await page.underway();
  const renewed = sent(page.page, 'POST', '/token');
  const next = sent(page.page, 'GET', `/v1/imports/${id}/events`);
  await serve.call('POST', `/v1/imports/${id}/pause`);
  await page.state('paused');

  assert.match((await renewed).postData() ?? '', /grant_type=refresh_token/);
  const headers = await (await next).allHeaders();
  assert.match(headers['last-event-id'] ?? '', /^.+-[0-9]+$/);
  assert.match(headers.authorization ?? '', /^Bearer ey/);
  assert.notEqual(headers.authorization, (await (await first).allHeaders()).authorization);

  await serve.call('POST', `/v1/imports/${id}/resume`);
  await page.state('done');
  const { percentages, lost } = await page.seen();
  assert.equal(percentages.at(-1), 100);
  assert.equal(lost, false, 'the stream ended in order');
  await listsEachOnce(page, sample);
}

/** Holds that a log goes on as it was, with each line once, and returns it. Lines that were read before a pause may come after it. */
function goesOn(before: readonly Logged[], log: readonly Logged[]): readonly Logged[] {
  assert.deepEqual(log.slice(0, before.length), before);
  assert.equal(new Set(log.map(({ line }) => line)).size, log.length, 'each line is there once');
  return log;
}

function rising(percentages: readonly number[]): void {
  assert.deepEqual(
    percentages,
    percentages.toSorted((a, b) => a - b),
    'the percentage never falls',
  );
}

/** Holds the log against the generator's list. */
export async function listsEachOnce(page: ArticlesPage, sample: Sample): Promise<void> {
  assert.deepEqual(
    (await page.log()).map(({ line }) => line),
    sample.bad.map(({ line }) => line),
  );
}

/** Waits for a request. */
function sent(page: Page, method: string, path: string): Promise<Request> {
  return page.waitForRequest(
    (request) => request.method() === method && new URL(request.url()).pathname.endsWith(path),
  );
}
