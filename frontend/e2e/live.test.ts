import assert from 'node:assert/strict';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { test } from 'node:test';

import type { CDPSession, Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { Loopback } from './loopback.ts';
import { counted, marked, openPage, prepare } from './page.ts';
import { out, until } from './process.ts';
import { Program } from './program.ts';
import { generate, shipped } from './sample.ts';

test('where loopback is blocked while an import runs, it goes on live, and is back on the stream afterwards', async () => {
  await using display = await Display.open('live');
  await using program = await Program.serve('live', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  await using loopback = await Loopback.between(page, program);
  await page.reload();
  const sample = await generate(program.folder, 2_000_000);
  await prepare(page, program, sample.file);
  await page.waitForSelector(marked('live-status', '[data-source=stream]'));
  await page.click(marked('import'));
  await moves(page);

  await loopback.block();
  await page.waitForSelector(marked('live-status', '[data-source=window]'));
  await page.waitForSelector(marked('live-reason', ':has-text("no connection to 127.0.0.1:")'));
  await moves(page);
  await page.screenshot({ path: join(out, 'live-window-events.png') });
  await page.click(marked('pause'));
  await page.waitForSelector(marked('resume'));
  const asked = loopback.lastIds.length;
  await loopback.unblock();
  await page.waitForSelector(marked('live-status', '[data-source=stream]'));
  await page.waitForSelector(marked('live-reason'), { state: 'detached' });
  assert.match(String(loopback.lastIds[asked]), /^[^-]+-\d+$/, 'it goes on after the last event');
  await page.click(marked('resume'));
  await moves(page);

  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.equal(await counted(page, 'read'), sample.rows);
  assert.equal(await counted(page, 'rejected'), sample.bad.length);
});

test('a stream that asks for a fresh token, and one that is refused, go on without a break', async () => {
  await using display = await Display.open('live-reauth');
  await using program = await Program.serve('live-reauth', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  await using loopback = await Loopback.between(page, program);
  const first = { status: 401, text: '' };
  let answers = 0;
  loopback.instead(({ method, url, headers }, answer) => {
    if (method !== 'GET' || !url?.startsWith('/v1/events') || ++answers > 1) return false;
    answer.writeHead(first.status, {
      'Access-Control-Allow-Origin': String(headers.origin),
      'Content-Type': 'text/event-stream',
    });
    answer.write(first.text);
    if (first.status !== 200) answer.end();
    return true;
  });
  await page.addInitScript(() => {
    const seen: (string | undefined)[] = [];
    Object.assign(window, { seen }); // all the ways by which events have come
    new MutationObserver(() => {
      const status = document.querySelector<HTMLElement>('[data-testid=live-status]');
      if (status && seen.at(-1) !== status.dataset.source) seen.push(status.dataset.source);
    }).observe(document, { attributes: true, childList: true, subtree: true });
  });
  for (const [status, text, lastId] of [
    [401, '', ''],
    [200, 'id: e-7\nevent: news\ndata: {}\n\nevent: reauth\ndata: {"reason":"expired"}\n\n', 'e-7'],
  ] as const) {
    answers = 0;
    Object.assign(first, { status, text });
    await page.reload();
    await until('the second request', () => Promise.resolve(answers > 1));
    await page.waitForSelector(marked('live-status', '[data-source=stream]'));
    assert.equal(loopback.lastIds.at(-1), lastId);
    assert.deepEqual(await page.evaluate('window.seen'), ['none', 'stream']);
  }
});

test('a stream of 200,000 events leaves no memory behind', async () => {
  await using display = await Display.open('live-long');
  await using program = await Program.serve('live-long', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const sample = await shipped();
  await prepare(page, program, sample.file);
  await page.click(marked('import'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  const job = /\/runs\/([^/?#]+)/.exec(page.url())?.[1];
  assert.ok(job);

  // From here on the events of the run are made up, and the stream is cut after each 20,000.
  await using loopback = await Loopback.between(page, program);
  const events = new Events(job);
  loopback.instead(({ method, url, headers }, answer) => {
    if (method !== 'GET' || !url?.startsWith('/v1/events')) return false;
    answer.writeHead(200, {
      'Access-Control-Allow-Origin': String(headers.origin),
      'Content-Type': 'text/event-stream',
    });
    void pipeline(Readable.from(events.next()), answer);
    return true;
  });
  await page.reload();
  const session = await page.context().newCDPSession(page);
  const after = async (sent: number) => {
    events.allow(sent);
    await page.waitForSelector(marked('count-read', `[data-value="${events.read}"]`));
    return heap(session);
  };
  const early = await after(20_000);
  const late = await after(200_000);
  console.log(`heap after 20,000 events ${mega(early)}, after 200,000 ${mega(late)}`);
  assert.ok(events.bytes > 100e6, `${mega(events.bytes)} were sent`);
  assert.ok(late - early < 4e6, `the heap grew from ${mega(early)} to ${mega(late)}`);
});

/** Sends events of a run as they are allowed. */
class Events {
  readonly #job: string;
  readonly #batch: string;
  #seq = 1_000_000;
  #allowed = 0;
  #sent = 0;
  #more = Promise.withResolvers<undefined>();
  bytes = 0;

  constructor(job: string) {
    this.#job = job;
    const reject = {
      ...{ time: '2026-03-01T09:30:00.198Z', record: 8311, line: 8342, endLine: 8342 },
      ...{ column: 'price', value: '12,5O', code: 'not_a_number', message: 'not a number' },
    };
    this.#batch = JSON.stringify(Array.from({ length: 10 }, () => reject));
  }

  /** The records that were read, by the last event that is allowed. */
  get read(): number {
    return 1000 + this.#allowed;
  }

  allow(events: number): void {
    this.#allowed = events;
    this.#more.resolve(undefined);
    this.#more = Promise.withResolvers();
  }

  /** The next ones, as they are allowed: 20,000. */
  async *next(): AsyncGenerator<string> {
    yield ': here\n\n';
    do {
      if (this.#sent === this.#allowed) await this.#more.promise;
      const text = this.#next();
      this.bytes += text.length;
      yield text;
    } while (this.#sent % 20_000);
  }

  #next(): string {
    this.#sent++;
    const [seq, time] = [++this.#seq, new Date().toISOString()];
    const stamp = `"job":"${this.#job}","seq":${seq},"time":"${time}"`;
    const progress = JSON.stringify({
      ...{ phase: 'writing', percent: 50, bytesRead: 1, bytesTotal: 2, bytesPerSecond: 1 },
      ...{ read: 1000 + this.#sent, inserted: 1000, updated: 0, skipped: 0, rejected: this.#sent },
      ...{ recordsPerSecond: 400_000, etaMs: 1000 },
    }).slice(1, -1);
    const [kind, data] =
      this.#sent === 1
        ? ['state', '"state":"running","summary":null']
        : this.#sent % 2
          ? ['reject', `"rejects":${this.#batch},"more":0`]
          : ['progress', progress];
    return `id: e-${seq}\nevent: ${kind}\ndata: {${stamp},${data}}\n\n`;
  }
}

/** What is alive on the heap of a page, in bytes. */
async function heap(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage');
  await session.send('HeapProfiler.collectGarbage'); // what the first one has let go of
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  return usedSize;
}

const mega = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Waits until more was read than now. */
async function moves(page: Page): Promise<void> {
  const read = await counted(page, 'read').catch(() => 0);
  await page.waitForFunction(
    ([count, before]) => Number(document.querySelector<HTMLElement>(count)?.dataset.value) > before,
    [marked('count-read'), read] as const,
  );
}
