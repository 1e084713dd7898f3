import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Readonly<Record<string, string>> = {
  '.css': 'text/css',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.json': 'application/json',
};

/** Somebody's web site: the files of a folder, at an origin of its own on loopback. */
export class Site implements AsyncDisposable {
  readonly origin: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  /** Serves a folder; what own has by its path comes before that. Own may change while it serves. */
  static async open(folder: string, own: ReadonlyMap<string, string> = new Map()): Promise<Site> {
    const server = createServer((request, response) => {
      const { pathname } = new URL(request.url ?? '/', 'http://site');
      const path = pathname === '/' ? '/index.html' : normalize(pathname);
      const text = own.get(path);
      const body = text === undefined ? readFile(join(folder, path)) : Promise.resolve(text);
      body.then(
        (found) => {
          const type = types[extname(path)] ?? 'application/octet-stream';
          response.writeHead(200, { 'Content-Type': type }).end(found);
        },
        () => response.writeHead(404).end(),
      );
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new Site(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
