import { once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

/**
 * The way to an API over another port, on which connections can be cut off. The API takes only requests to its own
 * address, so the Host is made that one's; the rest passes as it is.
 */
export class Detour implements AsyncDisposable {
  readonly #to: URL;
  readonly #server = createServer((incoming, answer) => {
    this.#pass(incoming, answer);
  });
  readonly #sockets = new Set<Socket>();
  #closed = false;
  #swallows = false;

  private constructor(to: string) {
    this.#to = new URL(to);
    this.#server.on('connection', (socket) => {
      if (this.#closed) {
        socket.destroy();
        return;
      }
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(to: string): Promise<Detour> {
    const detour = new Detour(to);
    detour.#server.listen(0, '127.0.0.1');
    await once(detour.#server, 'listening');
    return detour;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Cuts all connections off, and lets none through until it is opened again. */
  close(): void {
    this.#closed = true;
    for (const socket of this.#sockets) socket.destroy();
  }

  open(): void {
    this.#closed = false;
  }

  /** Lets the next POST through, and cuts its answer off before the first event. */
  swallowAnswer(): void {
    this.#swallows = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #pass(incoming: IncomingMessage, answer: ServerResponse): void {
    const { method, headers, url } = incoming;
    const swallows = this.#swallows && method === 'POST';
    if (swallows) this.#swallows = false;
    const outgoing = request(new URL(url ?? '/', this.#to), {
      method,
      headers: { ...headers, host: this.#to.host },
    });
    outgoing.on('response', (response) => {
      answer.writeHead(response.statusCode ?? 502, response.headers);
      if (swallows) {
        // Before its head, Chromium itself would send the request again.
        answer.write(':\n\n', () => answer.destroy());
        return;
      }
      response.pipe(answer);
    });
    outgoing.on('error', () => answer.destroy());
    answer.on('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  }
}
