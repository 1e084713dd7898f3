import { Service } from '@angular/core';
import { Observable } from 'rxjs';
import { SSE } from 'sse.js';

export interface SseEvent {
  /** `open` for the first one, which has no data: the server has answered. */
  readonly type: string;
  /** Of the last event that had one: what Last-Event-ID goes on from. */
  readonly id: string;
  readonly data: string;
}

export interface SseRequest {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Blob;
  /** The types of events that are wanted. */
  readonly types: readonly string[];
}

/** A stream that was refused or cut off. The status is 0 where there was no answer, or it broke off. */
export class SseError extends Error {
  readonly status: number;
  readonly body: string;

  constructor(status: number, body: string) {
    super(status === 0 ? 'the connection is lost' : `refused with status ${status}`);
    this.name = 'SseError';
    this.status = status;
    this.body = body;
  }
}

/**
 * Server-sent events by sse.js, which, unlike EventSource, can send headers and a body. A request is made once: sse.js's own
 * autoReconnect would send a POST again, so who subscribes decides how to go on.
 */
@Service()
export class SseService {
  /**
   * Sends the request, and emits its events. Completes when the server has ended the stream, and fails with an SseError
   * otherwise. Unsubscribing ends the request.
   */
  stream(request: SseRequest): Observable<SseEvent> {
    return new Observable<SseEvent>((subscriber) => {
      const source = new SSE(request.url, {
        method: request.method,
        headers: { Accept: 'text/event-stream', ...request.headers },
        payload: request.body ?? null,
        autoReconnect: false,
        start: false,
      });
      source.addEventListener('open', ({ responseCode = 0 }: { responseCode?: number }) => {
        if (responseCode < 300) subscriber.next({ type: 'open', id: '', data: '' });
      });
      for (const type of request.types) {
        source.addEventListener(type, (event: { data: string; lastEventId?: string }) => {
          subscriber.next({ type, id: event.lastEventId ?? '', data: event.data });
        });
      }
      source.addEventListener('error', (event: { responseCode?: number; data: string }) => {
        subscriber.error(new SseError(event.responseCode ?? 0, event.data));
      });
      // Also after an error, which has settled the matter then.
      source.addEventListener('readystatechange', (event: { readyState: number }) => {
        if (event.readyState === SSE.CLOSED) subscriber.complete();
      });
      source.stream();
      return () => {
        source.close();
      };
    });
  }
}
