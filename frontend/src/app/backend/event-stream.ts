import { createParser, type EventSourceMessage } from 'eventsource-parser';
import type { Address } from './model';

/** How the stream is doing. */
export interface StreamListener {
  /** The stream is open; what follows comes from it. */
  opened(): void;
  message(message: EventSourceMessage): void;
  /** The stream is gone, or never came. It is tried again by itself. */
  lost(reason: Error): void;
}

export interface StreamOptions {
  /** Asks where the stream is, each time that it is opened. */
  readonly address: () => Promise<Address>;
  readonly fetch?: typeof fetch;
  /** Milliseconds to the next try, after so many that failed. */
  readonly delay?: (failures: number) => number;
  /** Milliseconds to wait for the answer, which comes at once where it comes at all. */
  readonly patience?: number;
  /** Milliseconds of silence after which the stream is taken for dead. The program says something every 15 s. */
  readonly silence?: number;
}

/** A half second at first, half a minute in the end. */
const usualDelay = (failures: number) => Math.min(30_000, 250 * 2 ** failures);

/**
 * Follows the server-sent events of all jobs until the signal says to stop:
 * opens the stream with the token in a header, and when it breaks, opens it
 * again behind the last event that it had. EventSource can't send a header.
 */
export async function follow(
  listener: StreamListener,
  signal: AbortSignal,
  options: StreamOptions,
): Promise<void> {
  const delay = options.delay ?? usualDelay;
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
  const patience = options.patience ?? 5_000;
  const waiting = setTimeout(() => {
    dead.abort(new Error(`no answer within ${patience / 1000} s`));
  }, patience);
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
  // A character may be cut in two by the end of a chunk.
  const decoder = new TextDecoder();
  const silence = options.silence ?? 45_000;
  let watch: ReturnType<typeof setTimeout> | undefined;
  try {
    for (;;) {
      clearTimeout(watch);
      watch = setTimeout(() => {
        dead.abort(new Error(`the stream has been silent for ${silence / 1000} s`));
      }, silence);
      const { done, value } = await reader.read();
      if (done) {
        return;
      }
      parser.feed(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(watch);
  }
}

/** Waits, or less where the signal says to stop. */
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
