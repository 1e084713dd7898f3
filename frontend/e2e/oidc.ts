import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import type { Page } from 'playwright-core';

import type { Provider } from './articles-page.ts';
import { freePort, Process, repository } from './process.ts';

/** What of tools/oidc/provider.js tests choose. */
interface Options {
  /** The public clients: linefeed, if left out. */
  readonly clients?: readonly string[];
  /** Of the pages that may sign in: none, if left out. */
  readonly origins?: readonly string[];
  /** How long access tokens are good, in seconds. */
  readonly accessTokenLife?: number;
}

/** An OpenID Connect provider of a test's own, with the users ada, who has the role importer, and bob, who has not. */
export class OpenIdProvider implements Provider, AsyncDisposable {
  readonly issuer: string;
  readonly scope = 'openid profile';
  readonly #process: Process;

  private constructor(issuer: string, process: Process) {
    this.issuer = issuer;
    this.#process = process;
  }

  static async open(name: string, options: Options = {}): Promise<OpenIdProvider> {
    const port = await freePort();
    const issuer = `http://127.0.0.1:${port}`;
    await using resources = new AsyncDisposableStack();
    const given = JSON.stringify({ issuer, port, ...options });
    const script = join(repository, 'tools/oidc/provider.js');
    const process_ = resources.use(
      // It ends when its standard input does.
      new Process(name, process.execPath, [script, given], { stdio: ['pipe', 'pipe', 'pipe'] }),
    );
    const { stdout } = process_.child;
    if (!stdout) throw new Error(`${name} has no output`);
    await process_.started(once(createInterface(stdout), 'line'));
    resources.move();
    return new OpenIdProvider(issuer, process_);
  }

  async enter(page: Page, user: string): Promise<void> {
    await page.fill('[name=login]', user);
    await page.fill('[name=password]', 'any');
    await page.click('[type=submit]');
    await page.click('[type=submit]:text-is("Continue")'); // agrees that the page learns who it is
  }

  async leave(page: Page): Promise<void> {
    await page.click('[type=submit]:text("Yes")');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
