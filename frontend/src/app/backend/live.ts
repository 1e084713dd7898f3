import { DestroyRef, Service, inject, signal } from '@angular/core';
import { EventsOn } from '../../../wailsjs/runtime/runtime';
import { follow } from './event-stream';
import { kinds, liveEvent, type LiveEvent } from './events';
import { Program } from './program';

/** Where the events come from at present. */
export type LiveSource = 'none' | 'stream' | 'window';

/**
 * The events of all jobs, from one server-sent stream. While that is
 * unavailable (a firewall, a policy that blocks loopback) they come through the
 * window itself, and the stream is retried from time to time.
 */
@Service()
export class Live {
  private readonly program = inject(Program);
  private readonly listeners = new Set<LiveListener>();
  private readonly current = signal<LiveSource>('none');
  private readonly failure = signal('');
  private stopWindow: (() => void) | undefined;

  readonly source = this.current.asReadonly();
  /** Why the stream is unavailable; "" while it is open. */
  readonly reason = this.failure.asReadonly();

  constructor() {
    const stop = new AbortController();
    inject(DestroyRef).onDestroy(() => {
      stop.abort();
      this.stopWindow?.();
    });
    void follow(
      {
        opened: () => {
          this.useStream();
        },
        message: ({ event, data }) => {
          this.receive(event ?? 'message', data);
        },
        lost: (reason) => {
          this.useWindow(reason);
        },
      },
      stop.signal,
      { address: () => this.program.live() },
    );
  }

  /** Passes every event to the listener until the returned function is called. */
  listen(listener: LiveListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  private useStream(): void {
    this.stopWindow?.();
    this.stopWindow = undefined;
    this.failure.set('');
    this.current.set('stream');
    this.missed();
  }

  private useWindow(reason: Error): void {
    this.failure.set(reason.message);
    if (this.stopWindow) {
      return;
    }
    const offs = [
      ...kinds.map((kind) =>
        EventsOn(kind, (data: unknown) => {
          this.deliver(liveEvent(kind, data));
        }),
      ),
      EventsOn('gap', () => {
        this.missed();
      }),
    ];
    this.stopWindow = () => {
      offs.forEach((off) => {
        off();
      });
    };
    this.current.set('window');
    this.missed();
  }

  private receive(kind: string, data: string): void {
    if (kind === 'gap') {
      this.missed();
      return;
    }
    this.deliver(liveEvent(kind, parse(data)));
  }

  private deliver(event: LiveEvent | undefined): void {
    if (event) {
      this.listeners.forEach((listener) => {
        listener.event(event);
      });
    }
  }

  private missed(): void {
    this.listeners.forEach((listener) => {
      listener.missed();
    });
  }
}

export interface LiveListener {
  event(event: LiveEvent): void;
  /** Events may have been missed: fresh snapshots are needed. */
  missed(): void;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // not ours: liveEvent drops it
  }
}
