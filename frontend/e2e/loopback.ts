import { once } from 'node:events';
import {
  createServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';

import type { Page } from 'playwright-core';

import type { Program } from './program.ts';

/** Answers the page in place of the program; true if it has. */
type Answer = (incoming: IncomingMessage, answer: ServerResponse) => boolean;

/**
 * Stands between a page and the local API of its program, and can be blocked as by a firewall:
 * what is open is cut, and nothing is let in.
 */
export class Loopback implements AsyncDisposable {
  readonly #api: URL;
  readonly #server: Server;
  readonly #port: number;
  #instead: Answer = () => false;
  /** The Last-Event-ID of each request for events, "" for none. */
  readonly lastIds: string[] = [];

  private constructor(api: URL, server: Server) {
    this.#api = api;
    this.#server = server;
    this.#port = (server.address() as AddressInfo).port;
    server.on('request', (incoming: IncomingMessage, answer: ServerResponse) => {
      if (incoming.method === 'GET' && incoming.url?.startsWith('/v1/events')) {
        this.lastIds.push(String(incoming.headers['last-event-id'] ?? ''));
      }
      if (!this.#instead(incoming, answer)) this.#pass(incoming, answer);
    });
  }

  /** Leads what a page asks of its program's local API through here, from its next load on. */
  static async between(page: Page, { api }: Program): Promise<Loopback> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const loopback = new Loopback(new URL(api.url), server);
    await page.addInitScript(
      ([from, to]) => {
        const original = window.fetch.bind(window);
        window.fetch = (what, init) =>
          original(typeof what === 'string' ? what.replace(from, to) : what, init);
      },
      [api.url, `http://127.0.0.1:${loopback.#port}`] as const,
    );
    return loopback;
  }

  /** Has requests answered here instead. */
  instead(answer: Answer): void {
    this.#instead = answer;
  }

  async block(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async unblock(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, url, headers } = incoming;
    const outgoing = request(
      { host: this.#api.hostname, port: this.#api.port, path: url, method },
      (response) => {
        answer.writeHead(response.statusCode ?? 502, response.headers);
        response.pipe(answer);
        response.on('error', () => answer.destroy());
      },
    );
    for (const [name, value] of Object.entries(headers)) {
      if (value !== undefined && name !== 'host') outgoing.setHeader(name, value);
    }
    outgoing.on('error', () => answer.destroy());
    answer.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#server.listening) await this.block();
  }
}
