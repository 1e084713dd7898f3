import type { EventSourceMessage } from 'eventsource-parser';
import { defaultDelay, follow, type StreamOptions } from './event-stream';

/** A stream that a test writes to, as the program would. */
class Wire {
  private controller!: ReadableStreamDefaultController<Uint8Array>;
  readonly response: Response;

  constructor(status = 200, type = 'text/event-stream') {
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        this.controller = controller;
      },
    });
    this.response = new Response(body, { status, headers: { 'Content-Type': type } });
  }

  send(text: string | Uint8Array): void {
    this.controller.enqueue(typeof text === 'string' ? new TextEncoder().encode(text) : text);
  }

  end(): void {
    this.controller.close();
  }

  break(): void {
    this.controller.error(new TypeError('network error'));
  }
}

interface Seen {
  readonly messages: EventSourceMessage[];
  readonly lost: string[];
  readonly requests: Headers[];
  opened: number;
}

/** Follows the wires one after the other, and stops when they are used up. */
function start(wires: (Wire | Error)[], options: Partial<StreamOptions> = {}) {
  const stop = new AbortController();
  const seen: Seen = { messages: [], lost: [], requests: [], opened: 0 };
  const left = [...wires];
  const done = follow(
    {
      opened: () => {
        seen.opened++;
      },
      message: (message) => {
        seen.messages.push(message);
      },
      lost: (reason) => {
        seen.lost.push(reason.message);
        if (left.length === 0) {
          stop.abort();
        }
      },
    },
    stop.signal,
    {
      address: () => Promise.resolve({ url: 'http://127.0.0.1:1', token: 'secret' }),
      delay: () => 0,
      fetch: (url, init) => {
        expect(url).toBe('http://127.0.0.1:1/v1/events');
        seen.requests.push(new Headers(init?.headers));
        const wire = left.shift();
        return wire instanceof Wire
          ? Promise.resolve(wire.response)
          : Promise.reject(wire ?? new Error('no more'));
      },
      ...options,
    },
  );
  return { seen, stop, done };
}

const until = (condition: () => boolean) =>
  vi.waitFor(() => {
    expect(condition()).toBe(true);
  });

describe('follow', () => {
  it('asks with the token in a header, and reads events', async () => {
    const wire = new Wire();
    const { seen, done } = start([wire]);
    wire.send('id: e-1\nevent: progress\ndata: {"job":"a"}\n\n');
    wire.send(': still there\n\nid: e-2\nevent: state\ndata: 1\ndata: 2\n\n');
    wire.end();
    await done;
    expect(seen.requests[0]?.get('authorization')).toBe('Bearer secret');
    expect(seen.requests[0]?.has('last-event-id')).toBe(false);
    expect(seen.messages.map((m) => [m.id, m.event, m.data])).toEqual([
      ['e-1', 'progress', '{"job":"a"}'],
      ['e-2', 'state', '1\n2'],
    ]);
  });

  it.each([1, 2, 3, 7])('reads a stream that comes in pieces of %i bytes', async (size) => {
    const text =
      'id: e-1\r\nevent: reject\r\ndata: {"value":"12,5O € ß 日本 😀"}\r\n\r\nid: e-2\ndata: x\n\n';
    const bytes = new TextEncoder().encode(text);
    const wire = new Wire();
    const { seen, done } = start([wire]);
    for (let i = 0; i < bytes.length; i += size) {
      wire.send(bytes.slice(i, i + size));
    }
    wire.end();
    await done;
    expect(seen.messages.map((m) => m.data)).toEqual(['{"value":"12,5O € ß 日本 😀"}', 'x']);
  });

  it('continues after the last event when the stream breaks', async () => {
    const [first, second] = [new Wire(), new Wire()];
    const { seen, done } = start([first, second]);
    first.send('id: e-7\ndata: 1\n\ndata: without an id\n\n');
    await until(() => seen.messages.length === 2);
    first.break();
    second.send('id: e-8\ndata: 2\n\n');
    second.end();
    await done;
    expect(seen.requests[1]?.get('last-event-id')).toBe('e-7');
    expect(seen.messages.map((m) => m.data)).toEqual(['1', 'without an id', '2']);
    expect(seen.opened).toBe(2);
  });

  it('continues after the last event when the stream ends', async () => {
    const [first, second] = [new Wire(), new Wire()];
    const { seen, done } = start([first, second]);
    first.send('id: e-3\ndata: 1\n\n');
    first.end();
    second.end();
    await done;
    expect(seen.requests[1]?.get('last-event-id')).toBe('e-3');
    expect(seen.lost[0]).toBe('the stream has ended');
  });

  it('says why the stream is unavailable, and retries', async () => {
    const wire = new Wire();
    const page = new Wire(200, 'text/html; charset=utf-8');
    const { seen, done } = start([new TypeError('Failed to fetch'), new Wire(503), page, wire]);
    wire.send('data: at last\n\n');
    wire.end();
    await done;
    expect(seen.lost.slice(0, 3)).toEqual([
      'no connection to 127.0.0.1:1: a firewall or a policy of this computer may block it',
      'the stream was refused with status 503',
      'http://127.0.0.1:1 answers with text/html; charset=utf-8, which is no stream',
    ]);
    expect(seen.messages.map((m) => m.data)).toEqual(['at last']);
  });

  it('says so when there is no address', async () => {
    const { seen, done } = start([], {
      address: () => Promise.reject(new Error('loopback is blocked')),
    });
    await done;
    expect(seen.lost).toEqual(['loopback is blocked']);
    expect(seen.requests).toEqual([]);
  });

  it('waits longer after each failure, and anew after a success', async () => {
    const waits: number[] = [];
    const wire = new Wire();
    const { done } = start([new Error('a'), new Error('b'), wire, new Error('c')], {
      delay: (failures) => {
        waits.push(failures);
        return 0;
      },
    });
    wire.end();
    await done;
    expect(waits).toEqual([1, 2, 1, 2]);
  });

  it('takes a silent stream for dead', async () => {
    const wire = new Wire();
    const { seen, done } = start([wire], {
      idleTimeout: 5,
      fetch: (_url, init) => {
        const signal = init?.signal;
        return Promise.resolve(
          new Response(
            wire.response.body?.pipeThrough(new TransformStream(), signal ? { signal } : {}),
            wire.response,
          ),
        );
      },
    });
    await until(() => seen.lost.length > 0);
    await Promise.race([done, Promise.resolve()]);
    expect(seen.lost[0]).toBe('the stream has been silent for 0.005 s');
  });

  it('stops at once when it is told to, even while it waits', async () => {
    const { stop, done, seen } = start([new Error('blocked'), new Wire()], {
      delay: () => 3_600_000,
    });
    await until(() => seen.lost.length === 1);
    stop.abort();
    await done;
    expect(seen.requests).toHaveLength(1);
  });

  it('gives up on an address that does not answer', async () => {
    const { seen, done } = start([], {
      responseTimeout: 10,
      fetch: (_, init) =>
        new Promise((_resolve, reject) => {
          init?.signal?.addEventListener('abort', () => {
            reject(init.signal?.reason as Error);
          });
        }),
    });
    await done;
    expect(seen.lost).toEqual(['no answer within 0.01 s']);
    expect(seen.opened).toBe(0);
  });

  it('waits as long as the stream says at least', async () => {
    const [wire, late] = [new Wire(), new Wire()];
    const { stop, done, seen } = start([wire, late]);
    wire.send('retry: 3600000\n\n');
    wire.end();
    await until(() => seen.lost.length === 1);
    stop.abort();
    await done;
    expect(seen.requests).toHaveLength(1);
  });

  it('remembers the ID of a block without data', async () => {
    const [first, second] = [new Wire(), new Wire()];
    const { seen, done } = start([first, second]);
    first.send('id: e-1\ndata: 1\n\nid: e-2\n\n');
    first.end();
    second.end();
    await done;
    expect(seen.requests[1]?.get('last-event-id')).toBe('e-2');
    expect(seen.messages).toHaveLength(1);
  });

  it('gives up an event that has no end', async () => {
    const wire = new Wire();
    const { seen, done } = start([wire], { longest: 1000 });
    wire.send('data: ');
    for (let i = 0; i < 11; i++) {
      wire.send('x'.repeat(100));
    }
    await until(() => seen.lost.length > 0);
    await done;
    expect(seen.lost).toEqual(['an event has more than 1000 characters']);
  });

  describe('with a token that is no longer good', () => {
    const tokens = (...given: string[]) => ({
      address: () => Promise.resolve({ url: 'http://127.0.0.1:1', token: given.shift() ?? '' }),
    });
    const bearers = (seen: Seen) => seen.requests.map((r) => r.get('authorization'));

    it('goes on at once after a 401, with a fresh one', async () => {
      const wire = new Wire();
      const { seen, done } = start([new Wire(401), wire], {
        ...tokens('old', 'fresh'),
        delay: () => 3_600_000,
      });
      wire.send('id: e-1\ndata: 1\n\n');
      await until(() => seen.messages.length === 1);
      expect(bearers(seen)).toEqual(['Bearer old', 'Bearer fresh']);
      expect(seen.lost).toEqual([]);
      wire.end();
      await done;
    });

    it('goes on at once after the last event when the stream asks for it', async () => {
      const [first, second] = [new Wire(), new Wire()];
      const { seen, done } = start([first, second], {
        ...tokens('old', 'fresh'),
        delay: () => 3_600_000,
      });
      first.send('id: e-5\ndata: 5\n\nevent: reauth\ndata: {"reason":"expired"}\n\n');
      second.send('id: e-6\ndata: 6\n\n'); // the first one stays open: it is left
      await until(() => seen.messages.length === 2);
      expect(seen.messages.map((m) => m.data)).toEqual(['5', '6']);
      expect(bearers(seen)).toEqual(['Bearer old', 'Bearer fresh']);
      expect(seen.requests[1]?.get('last-event-id')).toBe('e-5');
      expect([seen.opened, seen.lost]).toEqual([2, []]);
      second.end();
      await done;
    });

    it('says so when the fresh one is none, either', async () => {
      const { seen, done } = start([new Wire(401), new Wire(401)], tokens('old', 'fresh'));
      await done;
      expect(seen.lost).toEqual(['the stream lets nobody in with the token that it is given']);
      expect(seen.requests).toHaveLength(2);
    });

    it('renews it each time that it has expired', async () => {
      const reauth = () => {
        const wire = new Wire();
        wire.send('event: reauth\ndata: {}\n\n');
        return wire;
      };
      const last = new Wire();
      const { seen, done } = start([reauth(), reauth(), reauth(), last], {
        ...tokens('1', '2', '3', '4'),
        renewEvery: 0,
      });
      last.end();
      await done;
      expect(bearers(seen)).toEqual(['Bearer 1', 'Bearer 2', 'Bearer 3', 'Bearer 4']);
      expect(seen.lost).toEqual(['the stream has ended']);
    });
  });
});

describe('defaultDelay', () => {
  it('doubles up to half a minute, and leaves half of it to chance', () => {
    const delays = (chance: number) =>
      [1, 2, 3, 6, 7, 5000].map((n) => defaultDelay(n, () => chance));
    expect(delays(1)).toEqual([500, 1000, 2000, 16_000, 30_000, 30_000]);
    expect(delays(0)).toEqual([250, 500, 1000, 8000, 15_000, 15_000]);
  });

  it('is not the same for all', () => {
    expect(new Set(Array.from({ length: 20 }, () => defaultDelay(5))).size).toBeGreaterThan(1);
  });
});
