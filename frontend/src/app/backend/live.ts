import { DestroyRef, Service, inject, signal } from '@angular/core';
import { EventsOn } from '../../../wailsjs/runtime/runtime';
import { follow } from './event-stream';
import { kinds, liveEvent, type LiveEvent } from './events';
import { Program } from './program';

/** Where the events come from just now. */
export type LiveSource = 'none' | 'stream' | 'window';

/**
 * The events of all jobs, from one server-sent stream. While that can't be
 * had (a firewall, a policy that blocks loopback) they come through the window
 * itself, and the stream is tried again from time to time.
 */
@Service()
export class Live {
  private readonly program = inject(Program);
  private readonly listeners = new Set<LiveListener>();
  private readonly current = signal<LiveSource>('none');
  private readonly trouble = signal('');
  private stopWindow: (() => void) | undefined;

  readonly source = this.current.asReadonly();
  /** Why the stream can't be had; "" while it can. */
  readonly reason = this.trouble.asReadonly();

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

  /** Tells the listener of every event, until the function it returns is called. */
  listen(listener: LiveListener): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  private useStream(): void {
    this.stopWindow?.();
    this.stopWindow = undefined;
    this.trouble.set('');
    this.current.set('stream');
    this.missed();
  }

  private useWindow(reason: Error): void {
    this.trouble.set(reason.message);
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
  /** Events may have been missed: what is known wants a fresh snapshot. */
  missed(): void;
}

function parse(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return undefined; // not ours: liveEvent leaves it out
  }
}
