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
  /** Asks for the address of the stream, each time that it is opened. */
  readonly address: () => Promise<Address>;
  readonly fetch?: typeof fetch;
  /** Milliseconds until the next try, by the number of those that failed. */
  readonly delay?: (failures: number) => number;
  /** Milliseconds to wait for the response, which comes at once if at all. */
  readonly responseTimeout?: number;
  /** Milliseconds without data after which the stream is dead. The program sends something every 15 s. */
  readonly idleTimeout?: number;
}

/** Half a second at first, half a minute in the end. */
const defaultDelay = (failures: number) => Math.min(30_000, 250 * 2 ** failures);

/**
 * Follows the server-sent events of all jobs until the signal says to stop:
 * opens the stream with the token in a header, and when it breaks, reopens it
 * after the last event received. EventSource can't send a header.
 */
export async function follow(
  listener: StreamListener,
  signal: AbortSignal,
  options: StreamOptions,
): Promise<void> {
  const delay = options.delay ?? defaultDelay;
  let lastId = '';
  let failures = 0;
  const stopped = () => signal.aborted;
  while (!stopped()) {
    try {
      await readOnce(lastId, signal, options, {
        opened: () => {
          failures = 0;
          listener.opened();
        },
        message: (message) => {
          if (message.id) {
            lastId = message.id;
          }
          listener.message(message);
        },
      });
      throw new Error('the stream has ended');
    } catch (reason) {
      if (stopped()) {
        return;
      }
      failures++;
      listener.lost(reason instanceof Error ? reason : new Error(String(reason)));
    }
    await pause(delay(failures), signal);
  }
}

/** Opens the stream and reads it to its end. */
async function readOnce(
  lastId: string,
  signal: AbortSignal,
  options: StreamOptions,
  listener: Pick<StreamListener, 'opened' | 'message'>,
): Promise<void> {
  const { url, token } = await options.address();
  const dead = new AbortController();
  const responseTimeout = options.responseTimeout ?? 5_000;
  const waiting = setTimeout(() => {
    dead.abort(new Error(`no answer within ${responseTimeout / 1000} s`));
  }, responseTimeout);
  let response: Response;
  try {
    response = await (options.fetch ?? fetch)(`${url}/v1/events`, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        ...(lastId ? { 'Last-Event-ID': lastId } : {}),
      },
      cache: 'no-store',
      signal: AbortSignal.any([signal, dead.signal]),
    });
  } finally {
    clearTimeout(waiting);
  }
  if (!response.ok || !response.body) {
    throw new Error(`the stream was refused with status ${response.status}`);
  }
  listener.opened();

  const parser = createParser({
    onEvent: (message) => {
      listener.message(message);
    },
  });
  const reader = response.body.getReader();
  // The end of a chunk may split a character.
  const decoder = new TextDecoder();
  const idleTimeout = options.idleTimeout ?? 45_000;
  let idle: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      clearTimeout(idle);
      idle = setTimeout(() => {
        dead.abort(new Error(`the stream has been silent for ${idleTimeout / 1000} s`));
      }, idleTimeout);
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(idle);
  }
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
  });
}
