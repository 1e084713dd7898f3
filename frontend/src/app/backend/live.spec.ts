import { TestBed } from '@angular/core/testing';
import type { LiveEvent } from './events';
import { Live } from './live';
import { Program } from './program';
import { fakeProgram } from './program.fake';
import { fakeRuntime } from './runtime.fake';

const event = (seq: number) => ({
  job: 'a',
  seq,
  time: '2026-03-01T12:00:00.000Z',
  state: 'running',
  summary: null,
});
const block = (seq: number) =>
  `id: e-${seq}\nevent: state\ndata: ${JSON.stringify(event(seq))}\n\n`;

/** A stream that stays open, and what can be sent on it. */
function stream(first = '') {
  let controller!: ReadableStreamDefaultController<Uint8Array>;
  const body = new ReadableStream<Uint8Array>({
    start: (c) => {
      controller = c;
    },
  });
  const send = (text: string) => {
    controller.enqueue(new TextEncoder().encode(text));
  };
  if (first) {
    send(first);
  }
  return {
    response: new Response(body, { headers: { 'Content-Type': 'text/event-stream' } }),
    send,
    cut: () => {
      controller.error(new TypeError('cut'));
    },
  };
}

function setUp(live: Program['live']) {
  const runtime = fakeRuntime();
  TestBed.configureTestingModule({
    providers: [{ provide: Program, useValue: fakeProgram({ live }) }],
  });
  const events: LiveEvent[] = [];
  let missed = 0;
  const service = TestBed.inject(Live);
  service.listen({
    event: (e) => {
      events.push(e);
    },
    missed: () => {
      missed++;
    },
  });
  return { runtime, service, events, missed: () => missed };
}

const until = (check: () => void) => vi.waitFor(check);

describe('Live', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  it('reads the stream, and ignores the window’s events meanwhile', async () => {
    const open = stream(block(1));
    vi.stubGlobal('fetch', () => Promise.resolve(open.response));
    const { runtime, service, events } = setUp(() =>
      Promise.resolve({ url: 'http://127.0.0.1:1', token: 't' }),
    );
    await until(() => {
      expect(events).toHaveLength(1);
    });
    expect(service.source()).toBe('stream');
    runtime.emit('state', event(2));
    expect(events.map((e) => e.data.seq)).toEqual([1]);
  });

  it('falls back to the window’s events by itself, and says why', async () => {
    const { runtime, service, events, missed } = setUp(() =>
      Promise.reject(new Error('loopback is blocked')),
    );
    await until(() => {
      expect(service.source()).toBe('window');
    });
    expect(service.reason()).toBe('loopback is blocked');
    expect(missed()).toBe(1);
    runtime.emit('state', event(4));
    runtime.emit('progress', { job: 'a', seq: 5, time: '' });
    runtime.emit('reject', { job: 'a', seq: 6, time: '', rejects: [], more: 0 });
    expect(events.map((e) => [e.kind, e.data.seq])).toEqual([
      ['state', 4],
      ['progress', 5],
      ['reject', 6],
    ]);
  });

  it('goes back to the stream when it is available again', async () => {
    const [first, second] = [stream(block(1)), stream()];
    const answers = [first.response, second.response];
    vi.stubGlobal('fetch', () => Promise.resolve(answers.shift()));
    const { runtime, service, events, missed } = setUp(() =>
      Promise.resolve({ url: 'http://127.0.0.1:1', token: 't' }),
    );
    await until(() => {
      expect(events).toHaveLength(1);
    });
    first.cut();
    await until(() => {
      expect(service.source()).toBe('window');
    });
    runtime.emit('state', event(2));
    await until(() => {
      expect(service.source()).toBe('stream');
    });
    runtime.emit('state', event(3));
    second.send(block(3));
    await until(() => {
      expect(events.map((e) => e.data.seq)).toEqual([1, 2, 3]);
    });
    // Each change of the source may have cost events.
    expect(missed()).toBe(3);
    expect(service.reason()).toBe('');
  });

  it('asks for a fresh look after a gap', async () => {
    const open = stream('event: gap\ndata: {}\n\n');
    vi.stubGlobal('fetch', () => Promise.resolve(open.response));
    const { events, missed } = setUp(() =>
      Promise.resolve({ url: 'http://127.0.0.1:1', token: 't' }),
    );
    await until(() => {
      expect(missed()).toBe(2); // at the opening, and at the gap
    });
    expect(events).toEqual([]);
  });

  it('leaves out what it does not know', async () => {
    const open = stream(
      'event: news\ndata: {"job":"a","seq":1}\n\nevent: state\ndata: not JSON\n\n' + block(2),
    );
    vi.stubGlobal('fetch', () => Promise.resolve(open.response));
    const { events } = setUp(() => Promise.resolve({ url: 'http://127.0.0.1:1', token: 't' }));
    await until(() => {
      expect(events.map((e) => e.data.seq)).toEqual([2]);
    });
  });

  it('lets go of everything at the end', async () => {
    const { runtime, service } = setUp(() => Promise.reject(new Error('blocked')));
    await until(() => {
      expect(service.source()).toBe('window');
    });
    TestBed.resetTestingModule();
    expect(runtime.listeners()).toBe(0);
  });
});
