import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import {
  byEventSource,
  byParser,
  bySseJs,
  byWindow,
  inChromium,
  inGo,
  inPython,
  inWebKit,
  type Received,
  type Stream,
} from './clients.ts';
import { Display } from './display.ts';
import { Inspector } from './inspector.ts';
import { patience, until, within } from './process.ts';
import { type Api, Program } from './program.ts';
import { Relay } from './relay.ts';
import { generate } from './sample.ts';

// The same stream gives the same events to every client: those of the browsers, and those of libraries in three
// languages that know nothing of this program.

/** Texts that a stream's lines, or JSON, or a terminal could stumble over. */
const awkward = [
  ' begins with a blank',
  ': begins with a colon',
  '\uFEFFbegins with a mark',
  'line\nfeed',
  'carriage\rreturn',
  'both\r\n',
  '\n\nid: evil-1\nevent: state\ndata: {}\n\n',
  'data: x',
  'NUL\0',
  '\x1b[31m',
  'tab\t',
  '"quoted" \\ and {"json":1}',
  '<script>&amp;',
  'next\u0085line',
  'line\u2028separator',
  'paragraph\u2029',
  '👩‍🚀 é ﷽',
  'long '.repeat(20_000),
];

test('every client gets the same events of an import, whatever texts there are in it', async () => {
  await using bench = await open('clients');
  const { api, folder } = bench;
  await using relay = await Relay.start(api);
  const page = await bench.page(`${relay.url}/page`);
  await allow(api, relay.url); // sse.js asks the API itself

  const quoted = awkward.map((text) => `"${text.replaceAll('"', '""')}"`);
  const settings = new URLSearchParams({ target: join(folder, 'awkward.db'), table: 'awkward' });
  settings.append('create', 'true');
  settings.append('columnTypes', 'number=integer');
  settings.append('encoding', 'utf-8');
  settings.append('delimiter', ',');
  const started = await ask(
    api,
    'POST',
    `/v1/imports?${settings}`,
    `number,text\n${quoted.map((text) => `${text},${text}\n`).join('')}`,
  );
  assert.equal(started.status, 202, await started.clone().text());
  const { id } = (await started.json()) as { id: string };

  // Of an unknown epoch: the stream begins with a gap.
  const path = `/v1/imports/${id}/events?lastEventId=another-1`;
  await until('the import to end', async () => ended(await record(api, path)));
  const expected = await record(api, path);
  const rejects = expected
    .filter(({ type }) => type === 'reject')
    .flatMap(({ data }) => (JSON.parse(data) as { rejects: { value: string }[] }).rejects);
  assert.equal(expected[0]?.type, 'gap');
  for (const text of awkward) {
    const found = rejects.some(
      ({ value }) => value !== '' && text.startsWith(value.replace(/…$/, '')),
    );
    assert.ok(found, `no event has ${JSON.stringify(text.slice(0, 50))}`);
  }

  const own: Stream = { base: api.url, path, token: api.token };
  const relayed = (client: string): Stream => ({ ...own, base: `${relay.url}/${client}` });
  const all = {
    'EventSource in Chromium': inChromium(page)(relayed('chromium')),
    'EventSource in WebKitGTK': inWebKit(bench.window)(relayed('webkit')),
    'sse.js': bySseJs(page)(own),
    eventsource: byEventSource(own),
    'eventsource-parser': byParser(own),
    'go-sse': inGo(own),
    'httpx-sse': inPython(own),
  };
  handled(all);
  for (const [client, following] of Object.entries(all)) {
    assert.deepEqual(timeless(await within(following, client)), timeless(expected), client);
  }
});

test('every client gets all that happens to an import while it is cut off again and again', async () => {
  await using bench = await open('clients-cut');
  const { api, folder } = bench;
  const cuts = [2000, 7001, 30_011];
  await using relay = await Relay.start(api, cuts);
  const page = await bench.page(`${relay.url}/page`);
  const sample = await generate(folder, 1_000_000);

  const order = { file: sample.file, target: join(folder, 'cut.db'), preset: 'articles' };
  const started = await ask(api, 'POST', '/v1/imports', JSON.stringify(order));
  assert.equal(started.status, 202, await started.clone().text());
  const { id } = (await started.json()) as { id: string };
  const change = async (what: string): Promise<boolean> =>
    (await ask(api, 'POST', `/v1/imports/${id}/${what}`)).status === 202;
  await until('the import to stand still', () => change('pause'));

  const path = `/v1/imports/${id}/events`;
  const relayed = (client: string): Stream => ({
    base: `${relay.url}/${client}`,
    path,
    token: api.token,
  });
  const last = (event: Received) => ended([event]);
  const following = {
    chromium: inChromium(page)(relayed('chromium')),
    webkit: inWebKit(bench.window)(relayed('webkit')),
    'sse.js': bySseJs(page)(relayed('sse.js')),
    eventsource: byEventSource(relayed('eventsource')),
    'eventsource-parser': byParser(relayed('eventsource-parser')),
    'go-sse': inGo(relayed('go-sse')),
    'httpx-sse': inPython(relayed('httpx-sse')),
    window: byWindow(last)(relayed('window')),
  };
  handled(following);
  const whole = record(api, path);
  for (const client of Object.keys(following)) {
    await until(`${client} to follow`, () => Promise.resolve(relay.opened(client) > 0));
    // Nothing happens for so long that comments keep the streams alive.
    await until(`${client} to be kept`, () => Promise.resolve(relay.keptAlive(client)));
  }
  assert.ok(await change('resume'));

  const expected = lasting(await within(whole, 'the import to end'));
  assert.ok(expected.filter(({ type }) => type === 'reject').length > 5);
  for (const [client, events] of Object.entries(following)) {
    const received = await within(events, client);
    // The window follows all imports, from the latest state of each.
    const first = client === 'window' ? expected.findIndex(({ id }) => id === received[0]?.id) : 0;
    assert.ok(first >= 0, `${client} begins with ${JSON.stringify(received[0])}`);
    assert.deepEqual(lasting(received), expected.slice(first), client);
    assert.ok(
      relay.opened(client) > cuts.length,
      `${client} was cut off ${relay.opened(client)} times`,
    );
  }
});

/** Has the first failure reported, and not those that it brings about in others. */
function handled(all: Record<string, Promise<unknown>>): void {
  for (const promise of Object.values(all)) promise.catch(() => undefined);
}

/** The events with nothing that differs from one listener to the next: a gap is of the time at which it is told. */
function timeless(events: readonly Received[]): Received[] {
  return events.map((event) =>
    event.type === 'gap' ? { ...event, data: event.data.replace(/"time":"[^"]+"/, '') } : event,
  );
}

/** What has to arrive of the events: all but the progress that later progress makes obsolete. */
function lasting(events: readonly Received[]): Received[] {
  const latest = events.findLastIndex(({ type }) => type === 'progress');
  return events.filter(({ type }, i) => type !== 'progress' || i === latest);
}

/** Whether an import has ended, by its events. */
function ended(events: readonly Received[]): boolean {
  const state = events.findLast(({ type }) => type === 'state');
  return state !== undefined && (JSON.parse(state.data) as { summary?: unknown }).summary != null;
}

/** Reads a stream to its end, in the one form in which this program writes it. */
async function record(api: Api, path: string): Promise<Received[]> {
  const text = await (await ask(api, 'GET', path)).text();
  const events: Received[] = [];
  // A comment is a line by itself.
  for (const block of text.replace(/^:\n/gm, '').split('\n\n').slice(0, -1)) {
    const match = /^(?:id: (?<id>.+)\n)?event: (?<type>.+)\ndata: (?<data>.+)$/.exec(block);
    assert.ok(match?.groups, `not of the form of an event: ${block}`);
    const { id = events.at(-1)?.id ?? '', type = '', data = '' } = match.groups;
    events.push({ id, type, data });
  }
  return events;
}

async function ask(api: Api, method: string, path: string, body?: string): Promise<Response> {
  const type = body?.startsWith('{') ? 'application/json' : 'text/csv';
  const headers = {
    Authorization: `Bearer ${api.token}`,
    ...(body === undefined ? {} : { 'Content-Type': type }),
  };
  return fetch(api.url + path, { method, headers, ...(body === undefined ? {} : { body }) });
}

/** Lets pages of an origin call the API. */
async function allow(api: Api, origin: string): Promise<void> {
  const value = JSON.stringify({ value: origin });
  const { status } = await ask(api, 'PUT', '/v1/settings/allowed-origins', value);
  assert.equal(status, 200);
}

/** The real window and Chromium. */
async function open(name: string) {
  await using resources = new AsyncDisposableStack();
  const display = resources.use(await Display.open(name));
  const program = resources.use(await Program.open(name, display));
  const window = resources.use(await Inspector.connect(program.address));
  const browser = resources.use(await launch());
  const held = resources.move();
  return {
    api: program.api,
    folder: program.folder,
    window,
    async page(url: string): Promise<Page> {
      const page = await browser.newPage();
      page.setDefaultTimeout(patience);
      await page.goto(url);
      return page;
    },
    [Symbol.asyncDispose]: () => held.disposeAsync(),
  };
}
