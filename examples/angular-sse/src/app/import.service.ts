import { DestroyRef, Service, computed, inject, signal } from '@angular/core';
import { fromEvent, lastValueFrom, takeUntil, tap } from 'rxjs';

import { AuthService, UnreachableError } from './auth.service';
import { CONFIG } from './config';
import { SseError, type SseEvent, type SseRequest, SseService } from './sse.service';

/** How far an import has come. The percentage never falls, and is 100 only when the last commit is through. */
export interface Progress {
  readonly percent: number | null;
  readonly phase: string;
  readonly read: number;
  readonly inserted: number;
  readonly rejected: number;
}

/** A record that was not loaded, and why. */
export interface Reject {
  readonly time: string;
  readonly record: number;
  readonly line: number;
  readonly column: string;
  readonly value: string;
  readonly message: string;
  readonly hint: string;
}

/** An import as this page remembers it, also over a reload. */
interface Known {
  readonly api: string;
  readonly file: string;
  /** Empty until the first event has told it. */
  readonly id: string;
}

/** A file on its way, with the key by which it is imported once however often it is sent. */
interface Upload {
  readonly file: File;
  readonly target: string;
  readonly key: string;
}

/** How the page hears of the import: not at all, live, or it tries to again. */
export type Link = 'none' | 'live' | 'lost';

const memory = 'import';
const ended = ['done', 'failed', 'cancelled', 'interrupted'];
const types = ['progress', 'reject', 'state', 'gap', 'reauth'];
/** How many bad lines the page lists; Linefeed's own window has all. */
const listed = 5000;

/**
 * One import through Linefeed's local API. It belongs to Linefeed, not to this page: where the stream is cut off, the page
 * finds the import again by its ID, and goes on after the last event that it has.
 */
@Service()
export class ImportService {
  readonly #auth = inject(AuthService);
  readonly #config = inject(CONFIG);
  readonly #sse = inject(SseService);

  readonly #known = signal<Known | null>(null);
  readonly #link = signal<Link>('none');
  readonly #state = signal('');
  readonly #progress = signal<Progress | null>(null);
  readonly #rejects = signal<readonly Reject[]>([]);
  readonly #problem = signal('');
  #lastEventId = '';
  #records = new Set<number>(); // of the rejects that are listed
  #stop = new AbortController();

  readonly known = this.#known.asReadonly();
  readonly link = this.#link.asReadonly();
  readonly state = this.#state.asReadonly();
  readonly progress = this.#progress.asReadonly();
  readonly rejects = this.#rejects.asReadonly();
  readonly problem = this.#problem.asReadonly();
  readonly busy = computed(() => this.#link() !== 'none');

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      this.#stop.abort();
    });
  }

  /** Sends a file to the API at an address on this computer, for a database, and follows its import to the end. */
  async start(api: string, target: string, file: File): Promise<void> {
    this.#begin({ api, file: file.name, id: '' });
    await this.#follow({ file, target, key: crypto.randomUUID() });
  }

  /** Follows the import of before a reload, if there was one, from its beginning. */
  async restore(): Promise<void> {
    const text = localStorage.getItem(memory);
    if (text === null || this.busy()) return;
    this.#begin(JSON.parse(text) as Known);
    await this.#follow();
  }

  /** Follows the import no longer, which goes on. */
  leave(): void {
    this.#stop.abort();
    this.#link.set('none');
  }

  /** Cancels the import. That is an event like any other. */
  async cancel(): Promise<void> {
    const known = this.#known();
    if (!known?.id) return;
    try {
      const response = await this.#fetch(`${importUrl(known)}/cancel`, { method: 'POST' });
      if (!response.ok) this.#problem.set(explain(await response.text(), response.status));
    } catch (error) {
      this.#problem.set(String(error));
    }
  }

  #begin(known: Known): void {
    const api = loopback(known.api);
    this.#stop.abort();
    this.#stop = new AbortController();
    this.#known.set({ ...known, api });
    this.#state.set('');
    this.#progress.set(null);
    this.#rejects.set([]);
    this.#records.clear();
    this.#problem.set('');
    this.#lastEventId = '';
  }

  /** Reads one stream after the other until the import has ended, or there is no way on. */
  async #follow(upload?: Upload): Promise<void> {
    const stop = this.#stop.signal;
    let failures = 0; // since the last event
    let refused: string | undefined;
    this.#link.set('live');
    while (!stop.aborted) {
      let token: string | undefined;
      let last = '';
      try {
        token = await this.#auth.token(refused);
        if (stop.aborted) return; // meanwhile
        const events = this.#sse.stream(this.#request(token, upload)).pipe(
          takeUntil(fromEvent(stop, 'abort')),
          tap((event) => {
            this.#link.set('live');
            if (event.type === 'open') return;
            last = event.type;
            failures = 0;
            this.#take(event);
          }),
        );
        await lastValueFrom(events, { defaultValue: null });
      } catch (error) {
        if (stop.aborted) return;
        if (isStatus(error, 401) && failures === 0) {
          last = 'reauth'; // as it came too late for that event
          failures++;
        } else if (!mayPass(error)) {
          this.#giveUp(error);
          return;
        }
      }
      if (stop.aborted) return;
      if (ended.includes(this.#state())) {
        this.#link.set('none');
        return;
      }
      if (last === 'reauth') {
        refused = token; // it has expired
      } else {
        this.#link.set('lost');
        await delay(Math.min(250 * 2 ** failures++, 10_000), stop);
      }
    }
  }

  /** The file itself until the import's ID is known, and from then on its events after the last one that is here. */
  #request(token: string, upload?: Upload): SseRequest {
    const known = this.#known();
    const headers = { Authorization: `Bearer ${token}` };
    if (known?.id) {
      const after = this.#lastEventId ? { 'Last-Event-ID': this.#lastEventId } : undefined;
      const url = `${importUrl(known)}/events`;
      return { url, method: 'GET', headers: { ...headers, ...after }, types };
    }
    if (!known || !upload) throw new Error('There is nothing to follow.');
    const { preset } = this.#config;
    const query = new URLSearchParams({ target: upload.target, preset, name: known.file });
    return {
      url: `${known.api}/v1/imports?${query}`,
      method: 'POST',
      headers: { ...headers, 'Content-Type': 'text/csv', 'Idempotency-Key': upload.key },
      body: upload.file,
      types,
    };
  }

  #take(event: SseEvent): void {
    if (event.id) this.#lastEventId = event.id;
    const data = JSON.parse(event.data) as { readonly job: string };
    if (data.job) this.#remember(data.job);
    switch (event.type) {
      case 'progress':
        this.#progress.set(data as unknown as Progress);
        break;
      case 'reject':
        this.#list((data as unknown as { readonly rejects: Reject[] }).rejects);
        break;
      case 'state':
        this.#state.set((data as unknown as { readonly state: string }).state);
        break;
      case 'gap': // some events are gone, but no reject is
        this.#readRejects().catch((error: unknown) => {
          this.#problem.set(String(error));
        });
        break;
    }
  }

  #remember(id: string): void {
    const known = this.#known();
    if (!known || known.id) return;
    this.#known.set({ ...known, id });
    localStorage.setItem(memory, JSON.stringify({ ...known, id }));
  }

  #list(rejects: readonly Reject[]): void {
    const more = rejects
      .filter(({ record }) => !this.#records.has(record))
      .slice(0, listed - this.#records.size);
    for (const { record } of more) this.#records.add(record);
    this.#rejects.update((all) => [...all, ...more]);
  }

  /** Reads the rejects by their pages. */
  async #readRejects(): Promise<void> {
    const known = this.#known();
    let after = 0;
    while (known && this.#records.size < listed) {
      const url = `${importUrl(known)}/rejects?after=${after}&limit=1000`;
      const response = await this.#fetch(url);
      if (!response.ok) throw new Error(explain(await response.text(), response.status));
      const page = (await response.json()) as { readonly rejects: (Reject & { id: number })[] };
      const last = page.rejects.at(-1);
      if (!last || known.id !== this.#known()?.id) return;
      this.#list(page.rejects);
      after = last.id;
    }
  }

  async #fetch(url: string, more: RequestInit = {}): Promise<Response> {
    const headers = { Authorization: `Bearer ${await this.#auth.token()}` };
    return fetch(url, { ...more, headers, signal: this.#stop.signal });
  }

  #giveUp(error: unknown): void {
    if (error instanceof SseError) {
      this.#problem.set(explain(error.body, error.status));
      if (error.status === 404) localStorage.removeItem(memory); // it was forgotten there
    } else {
      this.#problem.set(error instanceof Error ? error.message : String(error));
    }
    this.#link.set('none');
  }
}

function importUrl({ api, id }: Known): string {
  return `${api}/v1/imports/${encodeURIComponent(id)}`;
}

/** The address of an API on this computer. What bears the user's token goes nowhere else, whatever was typed. */
function loopback(api: string): string {
  const [, address] = /^(http:\/\/(?:127\.0\.0\.1|\[::1\]):\d{1,5})\/?$/.exec(api) ?? [];
  if (address) return address;
  throw new Error(
    'The address of Linefeed is http://127.0.0.1 and a port, such as http://127.0.0.1:8420.',
  );
}

function isStatus(error: unknown, status: number): boolean {
  return error instanceof SseError && error.status === status;
}

/** Whether it may help to ask again: there was no answer, or the program was too busy for one. */
function mayPass(error: unknown): boolean {
  if (error instanceof SseError) return error.status === 0 || error.status >= 500;
  return error instanceof UnreachableError;
}

/** What a problem of the API (RFC 9457) says, in a sentence. */
function explain(body: string, status: number): string {
  try {
    const { detail, hint } = JSON.parse(body) as { detail?: string; hint?: string };
    if (detail) return hint ? `${detail} (${hint})` : detail;
  } catch {
    // no problem of the API's
  }
  return `Linefeed answered with status ${status}.`;
}

function delay(ms: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    stop.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
