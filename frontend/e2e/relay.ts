import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import {
  type IncomingMessage,
  type Server,
  type ServerResponse,
  createServer,
  request,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

import type { Api } from './program.ts';

/** The sizes of the pieces in which the relay passes on what it gets: they part lines, and the bytes of a character. */
const pieces = [1, 2, 3, 5, 7, 1000];

/**
 * Passes requests on to the local API: http://RELAY/NAME/v1/… of a client to /v1/…. It adds the token where the client
 * sends none, as EventSource can't, passes streams on in small pieces, and cuts them off after so many bytes. It also
 * serves a blank page, at /page, and the package sse.js.
 */
export class Relay implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;
  readonly #api: Api;
  /** After how many bytes the first, the second, … stream of each client is cut off. */
  readonly #cuts: readonly number[];
  /** How many streams each client has opened. */
  readonly #opened = new Map<string, number>();
  /** How many comments have come alone, by which a silent stream is kept alive, to each client. */
  readonly #comments = new Map<string, number>();

  private constructor(server: Server, api: Api, cuts: readonly number[]) {
    this.#server = server;
    this.#api = api;
    this.#cuts = cuts;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (asked: IncomingMessage, answer: ServerResponse) => {
      void this.#serve(asked, answer);
    });
  }

  static async start(api: Api, cuts: readonly number[] = []): Promise<Relay> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Relay(server, api, cuts);
  }

  /** How many streams a client has opened. */
  opened(client: string): number {
    return this.#opened.get(client) ?? 0;
  }

  /** Whether a client was sent more comments than those with which its streams begin. */
  keptAlive(client: string): boolean {
    return (this.#comments.get(client) ?? 0) > this.opened(client);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #serve(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    if (asked.url === '/page') {
      answer.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>-</title>');
      return;
    }
    if (asked.url === '/sse.js') {
      const file = join(import.meta.dirname, '../node_modules/sse.js/lib/sse.js');
      answer.writeHead(200, { 'Content-Type': 'text/javascript' }).end(await readFile(file));
      return;
    }
    const [, client = '', path = ''] = /^\/([^/]+)(\/.*)$/.exec(asked.url ?? '') ?? [];
    const headers = { ...asked.headers, host: new URL(this.#api.url).host };
    delete headers.origin; // the guard is not what this is about
    headers.authorization ??= `Bearer ${this.#api.token}`;
    const passed = request(this.#api.url + path, { method: asked.method, headers }, (got) => {
      const more = asked.headers.origin
        ? { 'Access-Control-Allow-Origin': asked.headers.origin, Vary: 'Origin' }
        : {};
      answer.writeHead(got.statusCode ?? 502, { ...got.headers, ...more });
      if (got.statusCode === 200) {
        const number = this.opened(client);
        this.#opened.set(client, number + 1);
        void this.#pass(client, got, answer, this.#cuts[number] ?? Infinity);
      } else {
        got.pipe(answer);
      }
    });
    passed.on('error', () => answer.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  }

  /** Passes a stream on, up to a number of bytes. */
  async #pass(
    client: string,
    got: IncomingMessage,
    answer: ServerResponse,
    most: number,
  ): Promise<void> {
    let passed = 0;
    let turn = 0;
    try {
      for await (const chunk of got as AsyncIterable<Buffer>) {
        if (chunk.toString() === ':\n') {
          this.#comments.set(client, (this.#comments.get(client) ?? 0) + 1);
        }
        for (let rest = chunk.subarray(0, most - passed); rest.length > 0; turn++) {
          const size = pieces[turn % pieces.length] ?? 1;
          const sent = answer.write(rest.subarray(0, size));
          passed += Math.min(size, rest.length);
          rest = rest.subarray(size);
          if (!sent) await Promise.race([once(answer, 'drain'), once(answer, 'close')]);
        }
        if (passed >= most) {
          answer.socket?.destroySoon(); // in the middle of the stream, not at its end
          return;
        }
      }
      answer.end();
    } catch {
      answer.destroy(); // either side has gone
    }
  }
}
