import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { out, repository } from './process.ts';
import { Site } from './site.ts';

const built = join(repository, 'frontend/dist/help');

test('the documentation has every page, below any address, and no link of it is dead', async () => {
  await using site = await served();
  await using browser = await launch();
  const page = await browser.newPage();
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!request.url().startsWith(site.address)) elsewhere.push(request.url());
  });
  page.on('pageerror', (error) => {
    throw error;
  });

  // As a reader comes to them: from the first page, along all links.
  await page.goto(`${site.address}/index.html`);
  await page.waitForURL(`${site.address}/contents.html`);
  const looks = new Map<string, Look>();
  const waiting = [page.url()];
  for (let url = waiting.shift(); url !== undefined; url = waiting.shift()) {
    if (looks.has(url)) continue;
    const answer = await page.goto(url);
    assert.equal(answer?.status(), 200, url);
    const look = await lookAt(page);
    looks.set(url, look);
    waiting.push(...look.links.map((link) => link.replace(/#.*/, '')).filter(isHere));
  }
  function isHere(link: string): boolean {
    return link.startsWith(site.address);
  }

  const dead = [...looks].flatMap(([url, { links, blank }]) => [
    ...links
      .filter((link) => isHere(link) && link.includes('#'))
      .filter((link) => {
        const [target = '', id = ''] = link.split('#');
        return id && !looks.get(target)?.ids.includes(decodeURIComponent(id));
      })
      .map((link) => `${url}: ${link}`),
    ...blank.map((image) => `${url}: ${image}`),
  ]);
  assert.deepEqual(dead, []);
  assert.deepEqual(elsewhere, []);

  const folder = join(repository, 'docs');
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.md'))) {
    const name = file === 'README.md' ? 'contents' : basename(file, '.md');
    const [, title] = /^# (.*)$/m.exec(await readFile(join(folder, file), 'utf8')) ?? [];
    assert.equal(
      looks.get(`${site.address}/${name}.html`)?.title,
      title?.replaceAll('`', ''),
      file,
    );
  }
  const pages = (await readdir(built, { recursive: true })).filter((name) =>
    name.endsWith('.html'),
  );
  const unread = pages.filter((name) => !looks.has(`${site.address}/${name}`));
  assert.deepEqual(unread, ['index.html'], 'what no link leads to');
});

test('the documentation is searched, and read on a narrow screen, by the keyboard', async () => {
  await using site = await served();
  await using browser = await launch();
  const page = await browser.newPage({
    viewport: { width: 360, height: 740 },
    colorScheme: 'dark',
  });
  await page.goto(`${site.address}/tutorial.html`);
  await page.keyboard.press('/');
  await page.keyboard.type('watched foldr'); // a slip is forgiven
  await page.waitForSelector('#found a');
  assert.match(String(await page.textContent('#found [role=status]')), /^\d+ found/);
  await page.keyboard.press('ArrowDown');
  const { target, chosen } = await page.evaluate(() => {
    const link = document.activeElement as HTMLAnchorElement;
    return { target: link.href, chosen: link.querySelector('strong')?.textContent };
  });
  await page.screenshot({ path: join(out, 'help-search-narrow.png') });
  await page.keyboard.press('Enter');
  await page.waitForURL(target);
  assert.ok((await page.textContent('article'))?.includes(String(chosen)));

  await page.fill('[type=search]', 'zzzzzz');
  await page.waitForSelector('#found :text("Nothing found")');
  await page.keyboard.press('Escape');
  assert.equal(await page.isVisible('#found'), false);

  assert.equal(await page.isVisible('#contents'), false);
  await page.click('text=Contents');
  await page.click('#contents >> text=SQLite');
  await page.waitForURL(`${site.address}/sqlite.html`);

  // No page is wider than the screen.
  const files = (await readdir(built)).filter((file) => file.endsWith('.html'));
  for (const name of files.filter((file) => file !== 'index.html')) {
    await page.goto(`${site.address}/${name}`);
    const [wide, screen] = await page.evaluate(() => [
      document.documentElement.scrollWidth,
      document.documentElement.clientWidth,
    ]);
    assert.equal(wide, screen, name);
  }
});

interface Look {
  readonly title: string | undefined;
  readonly ids: readonly string[];
  readonly links: readonly string[];
  /** The images that show nothing. */
  readonly blank: readonly string[];
}

async function lookAt(page: Page): Promise<Look> {
  return page.evaluate(() => ({
    title: document.querySelector('h1')?.textContent,
    ids: [...document.querySelectorAll('[id]')].map(({ id }) => id),
    links: [...document.querySelectorAll('a')].map(({ href }) => href),
    blank: [...document.images].filter((image) => !image.naturalWidth).map(({ src }) => src),
  }));
}

/** The site as a server has it that knows nothing of it, in a folder of its own. */
async function served(): Promise<AsyncDisposable & { readonly address: string }> {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'linefeed-help-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  await mkdir(join(folder, 'some'));
  await symlink(built, join(folder, 'some/where'));
  const site = resources.use(await Site.open(folder));
  const rest = resources.move();
  return {
    address: `${site.origin}/some/where`,
    [Symbol.asyncDispose]: () => rest.disposeAsync(),
  };
}
