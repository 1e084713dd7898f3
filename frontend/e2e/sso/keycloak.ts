import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import type { Page } from 'playwright-core';

import { freePort, Process, repository, until } from '../process.ts';

const distribution = join(repository, 'tools/keycloak/target/keycloak');

/** The realm that docs/signin.md describes. */
const realmFile = join(repository, 'examples/keycloak/articles-realm.json');

/** What of a realm file tests change. */
interface Realm {
  clients: Client[];
}
interface Client {
  readonly clientId: string;
  redirectUris: string[];
  webOrigins?: string[];
  attributes: Record<string, string>;
}

/** How the realm differs from that of the file. */
export interface Changes {
  /** Where the page of the client articles-page is. */
  readonly page: string;
  /** How long access tokens of a client are good, in seconds. */
  readonly lifespans?: Readonly<Record<string, number>>;
}

/** A Keycloak of the tests' own with the realm `articles`, which keeps its data in memory. */
export class Keycloak implements AsyncDisposable {
  readonly issuer: string;
  readonly #resources: AsyncDisposableStack;

  private constructor(issuer: string, resources: AsyncDisposableStack) {
    this.issuer = issuer;
    this.#resources = resources;
  }

  static async open(name: string, changes: Changes): Promise<Keycloak> {
    if (!existsSync(distribution)) {
      throw new Error(`Keycloak is missing in ${distribution}; 'scripts/setup sso' gets it`);
    }
    await using resources = new AsyncDisposableStack();
    const home = await mkdtemp(join(tmpdir(), 'linefeed-keycloak-'));
    resources.defer(() => rm(home, { recursive: true, force: true }));
    for (const folder of ['bin', 'conf', 'lib', 'providers', 'themes']) {
      await symlink(join(distribution, folder), join(home, folder));
    }
    await mkdir(join(home, 'data/import'), { recursive: true });
    await writeFile(join(home, 'data/import/articles-realm.json'), await realm(changes));

    const url = `http://127.0.0.1:${await freePort()}`;
    const { host, port } = { host: '127.0.0.1', port: new URL(url).port };
    const server = resources.use(
      new Process(
        name,
        join(distribution, 'bin/kc.sh'),
        [
          ...['start', '--optimized', `-Dkc.home.dir=${home}`, '--import-realm', '--cache=local'],
          ...['--http-enabled=true', `--http-host=${host}`, `--http-port=${port}`],
          `--hostname=${url}`,
        ],
        { cwd: home },
      ),
    );
    const ready = until(
      `${name} to be ready`,
      async () => (await fetch(`${url}/health/ready`)).ok,
      minutes,
    );
    await server.started(ready, minutes);
    return new Keycloak(`${url}/realms/articles`, resources.move());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources.disposeAsync();
  }
}

/** How long it may take to start, in ms: on a busy machine a minute. */
const minutes = 5 * 60_000;

async function realm({ page, lifespans = {} }: Changes): Promise<string> {
  const realm = JSON.parse(await readFile(realmFile, 'utf8')) as Realm;
  for (const client of realm.clients) {
    if (client.clientId === 'articles-page') {
      client.redirectUris = [`${page}/`];
      client.webOrigins = [page];
      client.attributes['post.logout.redirect.uris'] = `${page}/`;
    }
    const lifespan = lifespans[client.clientId];
    if (lifespan !== undefined) client.attributes['access.token.lifespan'] = String(lifespan);
  }
  return JSON.stringify(realm);
}

/** Signs in on Keycloak's page; a user's password is the user's name. */
export async function enter(page: Page, user: string): Promise<void> {
  await page.fill('#username', user);
  await page.fill('#password', user);
  await page.click('#kc-login');
}

/** Agrees, on Keycloak's page, that a device learns who the user is. */
export async function agree(page: Page): Promise<void> {
  await page.click('#kc-login');
  await page.waitForSelector('text=Device Login Successful');
}
