import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Address } from './model';

/** Learns what comes from the stream, and how it is doing. */
export interface StreamListener {
  /** The stream is open; what follows comes from it. */
  opened(): void;
  message(message: EventSourceMessage): void;
  /** The stream broke, or could not be opened. It is retried automatically. */
  lost(reason: Error): void;
}

export interface StreamOptions {
  /** Asks for the address of the stream and the token for it, each time that it is opened. */
  readonly address: () => Promise<Address>;
  readonly fetch?: typeof fetch;
  /** Milliseconds until the next try, by the number of those that failed. */
  readonly delay?: (failures: number) => number;
  /** Milliseconds to wait for the response, which comes at once if at all. */
  readonly responseTimeout?: number;
  /** Milliseconds without data after which the stream is dead. The program sends something every 15 s. */
  readonly idleTimeout?: number;
  /** Milliseconds in which a token is renewed no more than once without a delay. */
  readonly renewEvery?: number;
  /** The most characters of an event. */
  readonly longest?: number;
}

const second = 1000;
const mebi = 1 << 20;

/**
 * About half a second at first, half a minute in the end; up to half of it is chance, so that
 * many who lost the same stream don't come back at the same moment.
 */
export function defaultDelay(failures: number, chance: () => number = Math.random): number {
  const most = Math.min(30 * second, 250 * 2 ** failures);
  return most / 2 + (chance() * most) / 2;
}

/** Where the stream goes on. */
interface Reached {
  /** The ID of the last event that was received. */
  id: string;
  /** The least milliseconds until the next try, by the stream's own word (`retry`). */
  retry: number;
}

/** The stream has ended, or goes on only with a fresh token. */
type End = 'ended' | 'expired';

/**
 * Follows the server-sent events of all jobs until the signal says to stop:
 * opens the stream with the token in a header, and when it breaks, reopens it
 * after the last event received. EventSource can't send a header. Where the
 * token is no longer good (401, or an event `reauth`), the stream goes on at once
 * with a fresh one.
 */
export async function follow(
  listener: StreamListener,
  signal: AbortSignal,
  options: StreamOptions,
): Promise<void> {
  const { delay = defaultDelay, renewEvery = 5 * second } = options;
  const reached: Reached = { id: '', retry: 0 };
  let failures = 0;
  let renewed = -Infinity;
  const stopped = () => signal.aborted;
  while (!stopped()) {
    try {
      const end = await readOnce(reached, signal, options, {
        opened: () => {
          failures = 0;
          listener.opened();
        },
        message: (message) => {
          listener.message(message);
        },
      });
      if (end === 'ended') {
        throw new Error('the stream has ended');
      }
      const now = performance.now();
      if (now - renewed < renewEvery) {
        throw new Error('the stream lets nobody in with the token that it is given');
      }
      renewed = now;
      continue;
    } catch (reason) {
      if (stopped()) {
        return;
      }
      failures++;
      listener.lost(reason instanceof Error ? reason : new Error(String(reason)));
    }
    await pause(Math.max(reached.retry, delay(failures)), signal);
  }
}

/** Opens the stream and reads it to its end. */
async function readOnce(
  reached: Reached,
  signal: AbortSignal,
  options: StreamOptions,
  listener: Pick<StreamListener, 'opened' | 'message'>,
): Promise<End> {
  const address = await options.address();
  const closing = new AbortController();
  try {
    const open = AbortSignal.any([signal, closing.signal]);
    const response = await request(address, reached.id, open, closing, options);
    if (response.status === 401) {
      return 'expired';
    }
    if (!response.ok || !response.body) {
      throw new Error(`the stream was refused with status ${response.status}`);
    }
    const type = response.headers.get('content-type') ?? '';
    if (!/^text\/event-stream\b/i.test(type)) {
      throw new Error(`${address.url} answers with ${type || 'something'}, which is no stream`);
    }
    listener.opened();
    return await read(response.body, reached, closing, options, listener);
  } finally {
    closing.abort(); // what is not read would hold the connection
  }
}

/** Asks for the events after the one with the ID. */
async function request(
  { url, token }: Address,
  lastId: string,
  signal: AbortSignal,
  closing: AbortController,
  { responseTimeout = 5 * second, ...options }: StreamOptions,
): Promise<Response> {
  const waiting = setTimeout(() => {
    closing.abort(new Error(`no answer within ${responseTimeout / second} s`));
  }, responseTimeout);
  try {
    return await (options.fetch ?? fetch)(`${url}/v1/events`, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        ...(lastId ? { 'Last-Event-ID': lastId } : {}),
      },
      cache: 'no-store',
      signal,
    });
  } catch (reason) {
    throw inWords(
      reason,
      `no connection to ${new URL(url).host}: a firewall or a policy of this computer may block it`,
    );
  } finally {
    clearTimeout(waiting);
  }
}

/** Reads events until the stream ends, or its token is no longer good. */
async function read(
  body: ReadableStream<Uint8Array>,
  reached: Reached,
  closing: AbortController,
  { idleTimeout = 45 * second, longest = 16 * mebi }: StreamOptions,
  listener: Pick<StreamListener, 'message'>,
): Promise<End> {
  let end: End = 'ended';
  const parser = createParser({
    maxBufferSize: longest,
    onId: (id) => {
      reached.id = id;
    },
    onRetry: (retry) => {
      reached.retry = retry;
    },
    onEvent: (message) => {
      if (message.event === 'reauth') {
        end = 'expired';
      } else {
        listener.message(message);
      }
    },
    onError: (error) => {
      if (error.type === 'max-buffer-size-exceeded') {
        throw new Error(`an event has more than ${longest} characters`);
      }
    },
  });
  const reader = body.getReader();
  // The end of a chunk may split a character.
  const decoder = new TextDecoder();
  let idle: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      clearTimeout(idle);
      idle = setTimeout(() => {
        closing.abort(new Error(`the stream has been silent for ${idleTimeout / second} s`));
      }, idleTimeout);
      const { done, value } = await reader.read().catch((reason: unknown) => {
        throw inWords(reason, 'the stream broke');
      });
      if (!done) {
        parser.feed(decoder.decode(value, { stream: true }));
      }
      if (done || isExpired(end)) {
        return end;
      }
    }
  } finally {
    clearTimeout(idle);
  }
}

/** TypeScript does not see that a callback has assigned it. */
const isExpired = (end: End) => end === 'expired';

/** Says what browsers say by a TypeError, "Failed to fetch" or "Load failed". */
function inWords(reason: unknown, words: string): unknown {
  return reason instanceof TypeError ? new Error(words, { cause: reason }) : reason;
}

/** Waits, until the signal aborts at the latest. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) {
      end();
    }
  });
}
