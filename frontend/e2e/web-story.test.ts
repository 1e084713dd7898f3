import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { out, patience } from './process.ts';
import { Program } from './program.ts';
import { generate } from './sample.ts';

test('a web page imports a file, and shows the percentage and the bad lines live', async () => {
  await using site = await serveSite();
  await using display = await Display.open('web-story');
  await using program = await Program.serve('web-story', display, () => site.origin);
  await using browser = await launch();
  const sample = await generate(program.folder, 500_000);
  const target = join(program.folder, 'web.db');
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(site.origin);
  await submit(page, program.api, target, sample.file);

  await page.waitForSelector('#state:text-matches("^(done|failed|cancelled|error)")');
  await page.screenshot({ path: join(out, 'web-story.png') });
  assert.equal(await page.textContent('#state'), 'done');
  assert.equal(await page.textContent('#percent'), '100.0 %');

  const seen = await page.evaluate(() => (window as unknown as { seen: Seen }).seen);
  const { percentages, summary, rejects, more, firstRejectAt } = seen;
  const sorted = percentages.toSorted((a, b) => a - b);
  assert.deepEqual(percentages, sorted, 'the percentage never falls');
  assert.ok(
    percentages.some((percent) => percent > 0 && percent < 100),
    `the percentage is live: ${percentages.join(' ')}`,
  );
  assert.ok(firstRejectAt < 100, `bad lines show while it runs: the first at ${firstRejectAt} %`);

  assert.equal(summary.read, sample.rows);
  assert.equal(summary.rejected, sample.bad.length);
  assert.equal(summary.inserted, sample.rows - sample.bad.length);
  using database = new DatabaseSync(target, { readOnly: true });
  const row = database.prepare('SELECT count(*) AS n FROM articles').get();
  assert.equal(row?.n, summary.inserted);

  // Beyond a cap the stream only counts; up to it, every bad line comes with time and reason.
  assert.equal(rejects.length + more, sample.bad.length);
  const known = new Map(sample.bad.map(({ line, code }) => [line, code]));
  for (const { time, line, code } of rejects) {
    assert.equal(code, known.get(line), `line ${line}`);
    assert.ok(Math.abs(Date.now() - Date.parse(time)) < 5 * patience, `time ${time}`);
  }
});

test('a page with a wrong token is refused, and can read why', async () => {
  await using site = await serveSite();
  await using display = await Display.open('web-refused');
  await using program = await Program.serve('web-refused', display, () => site.origin);
  await using browser = await launch();
  const sample = await generate(program.folder, 10);
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(site.origin);
  const target = join(program.folder, 'refused.db');
  await submit(page, { ...program.api, token: 'wrong' }, target, sample.file);
  await page.waitForSelector('#state:text-matches("^error 401: .*token")');
});

test('a page of another origin is refused', async () => {
  await using site = await serveSite();
  await using display = await Display.open('web-stranger');
  await using program = await Program.serve('web-stranger', display, (own) => own);
  await using browser = await launch();
  const sample = await generate(program.folder, 10);
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(site.origin);
  await submit(page, program.api, join(program.folder, 'refused.db'), sample.file);
  // The browser keeps the answer from the page.
  await page.waitForSelector('#state:text-matches("^error 0")');
});

/** What web-page.html has seen. */
interface Seen {
  readonly percentages: number[];
  readonly rejects: { readonly time: string; readonly line: number; readonly code: string }[];
  readonly more: number;
  readonly firstRejectAt: number; // the percentage that was shown then
  readonly summary: { readonly read: number; readonly inserted: number; readonly rejected: number };
}

async function submit(
  page: Page,
  api: { readonly url: string; readonly token: string },
  target: string,
  file: string,
): Promise<void> {
  await page.fill('[name=url]', api.url);
  await page.fill('[name=token]', api.token);
  await page.fill('[name=target]', target);
  await page.setInputFiles('[name=file]', file);
  await page.click('button');
}

/** Serves web-page.html and the sse.js package from an origin of their own. */
async function serveSite(): Promise<AsyncDisposable & { readonly origin: string }> {
  const files = new Map([
    ['/', { type: 'text/html', file: 'web-page.html' }],
    ['/sse.js', { type: 'text/javascript', file: '../node_modules/sse.js/lib/sse.js' }],
  ]);
  const server = createServer((request, response) => {
    const found = files.get(request.url ?? '');
    if (!found) {
      response.writeHead(404).end();
      return;
    }
    void readFile(join(import.meta.dirname, found.file)).then((body) =>
      response.writeHead(200, { 'Content-Type': found.type }).end(body),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
