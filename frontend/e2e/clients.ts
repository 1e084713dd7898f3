import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';

import { EventSource } from 'eventsource';
import { EventSourceParserStream } from 'eventsource-parser/stream';
import type { Page } from 'playwright-core';

import type { Inspector } from './inspector.ts';
import { Process, repository } from './process.ts';

/** An event as a client hands it out. */
export interface Received {
  /** The last event ID at that time; of an event without one, that of the one before. */
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

/** A stream for a client to follow. */
export interface Stream {
  /** The address before /v1/…. */
  readonly base: string;
  readonly path: string;
  readonly token: string;
}

/** Follows a stream to the answer 204, and comes back after each end before that. */
type Follow = (stream: Stream) => Promise<Received[]>;

/** The types of events that there are: EventSource has no listener for all. */
const types = ['progress', 'reject', 'state', 'gap', 'reauth', 'message'];

/**
 * Follows a stream in a page of a browser with EventSource, which can't send a token. It comes back by itself, and is
 * closed by a 204.
 */
const inPage = (url: string) => `new Promise((resolve) => {
  const source = new EventSource(${JSON.stringify(url)});
  const received = [];
  for (const type of ${JSON.stringify(types)}) {
    source.addEventListener(type, ({ lastEventId, data }) => received.push({ id: lastEventId, type, data }));
  }
  source.onerror = () => { if (source.readyState === EventSource.CLOSED) resolve(received); };
})`;

/** EventSource in Chromium. */
export const inChromium =
  (page: Page): Follow =>
  async ({ base, path }) =>
    page.evaluate<Received[]>(inPage(base + path));

/** EventSource in the real window, which is WebKitGTK's. */
export const inWebKit =
  (window: Inspector): Follow =>
  async ({ base, path }) =>
    window.evaluate<Received[]>(inPage(base + path));

/** The package sse.js in Chromium, which the page has as /sse.js. Of itself it would come back after a 204. */
export const bySseJs =
  (page: Page): Follow =>
  async ({ base, path, token }) =>
    page.evaluate<Received[]>(`(async () => {
      const { SSE } = await import('/sse.js');
      return new Promise((resolve) => {
        const source = new SSE(${JSON.stringify(base + path)}, {
          headers: { Authorization: ${JSON.stringify(`Bearer ${token}`)} },
          autoReconnect: true,
          reconnectDelay: 100,
        });
        const received = [];
        for (const type of ${JSON.stringify(types)}) {
          source.addEventListener(type, ({ lastEventId, data }) => received.push({ id: lastEventId, type, data }));
        }
        source.addEventListener('open', ({ responseCode }) => {
          if (responseCode !== 204) return;
          resolve(received);
          source.close();
        });
      });
    })()`);

/** The package eventsource, with a fetch that sends the token. */
export const byEventSource: Follow = async ({ base, path, token }) => {
  const source = new EventSource(base + path, {
    fetch: (input, init) =>
      fetch(input, { ...init, headers: { ...init.headers, Authorization: `Bearer ${token}` } }),
  });
  const received: Received[] = [];
  for (const type of types) {
    source.addEventListener(type, (event: MessageEvent) => {
      received.push({ id: event.lastEventId, type, data: String(event.data) });
    });
  }
  return new Promise((resolve) => {
    source.addEventListener('error', () => {
      if (source.readyState === EventSource.CLOSED) resolve(received);
    });
  });
};

/** The package eventsource-parser, behind fetch, as its page shows it. */
export const byParser: Follow = async ({ base, path, token }) => {
  const received: Received[] = [];
  let id = '';
  for (;;) {
    const headers = { Authorization: `Bearer ${token}`, ...(id ? { 'Last-Event-ID': id } : {}) };
    const response = await fetch(base + path, { headers });
    if (response.status === 204) return received;
    if (!response.ok || !response.body) throw new Error(`status ${response.status}`);
    const events = response.body
      .pipeThrough(new TextDecoderStream())
      .pipeThrough(new EventSourceParserStream());
    try {
      for await (const event of events) {
        id = event.id ?? id;
        received.push({ id, type: event.event ?? 'message', data: event.data });
      }
    } catch {
      await setTimeout(100); // it was cut off
    }
  }
};

/** What src/app/backend/event-stream.ts is here: its types are those of the window's page. */
interface WindowReader {
  readonly follow: (
    listener: {
      readonly opened: () => void;
      readonly message: (message: { id?: string; event?: string; data: string }) => void;
      readonly lost: (reason: Error) => void;
    },
    signal: AbortSignal,
    options: {
      readonly address: () => Promise<{ url: string; token: string }>;
      readonly delay: () => number;
    },
  ) => Promise<void>;
}

/** The window's own reader, which follows all imports, up to an event that is the last. */
export const byWindow =
  (last: (event: Received) => boolean): Follow =>
  async ({ base, token }) => {
    const file = join(repository, 'frontend/src/app/backend/event-stream.ts');
    const { follow } = (await import(file)) as WindowReader;
    const received: Received[] = [];
    const ended = new AbortController();
    let id = '';
    await follow(
      {
        opened: () => undefined,
        lost: () => undefined,
        message: (message) => {
          id = message.id ?? id;
          const event = { id, type: message.event ?? 'message', data: message.data };
          received.push(event);
          if (last(event)) ended.abort();
        },
      },
      ended.signal,
      { address: () => Promise.resolve({ url: base, token }), delay: () => 100 },
    );
    return received;
  };

/** The client of tmaxmax/go-sse. */
export const inGo: Follow = ({ base, path, token }) =>
  byProgram('clients-go', 'go', ['run', follower('follow.go'), base + path, token]);

/** httpx-sse of Python. */
export const inPython: Follow = ({ base, path, token }) => {
  const python = join(repository, 'tools/python/venv/bin/python');
  if (!existsSync(python)) throw new Error(`${python} is missing: 'scripts/setup test' makes it`);
  return byProgram('clients-python', python, [follower('follow.py'), base + path, token]);
};

const follower = (name: string) => join(import.meta.dirname, 'clients', name);

/** Runs a program that prints events as lines of JSON. */
async function byProgram(name: string, command: string, args: string[]): Promise<Received[]> {
  const options = { cwd: repository };
  await using program = new Process(name, command, args, options);
  let printed = '';
  program.child.stdout?.setEncoding('utf8').on('data', (text: string) => (printed += text));
  const status = await program.exited;
  if (status !== 0)
    throw new Error(`${name} ended with status ${String(status)}; see e2e/out/${name}.log`);
  return printed
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Received);
}
