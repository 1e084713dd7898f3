import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Browser, Page } from 'playwright-core';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { OpenIdProvider } from './oidc.ts';
import { marked, openPage, prepare } from './page.ts';
import { out, until } from './process.ts';
import { Program } from './program.ts';
import { shipped } from './sample.ts';

test('where imports need a user, the window says so at once, and a user with the role signs in and out', async () => {
  await using display = await Display.open('signin');
  await using provider = await OpenIdProvider.open('signin-provider');
  await using system = await SystemBrowser.open();
  await using program = await Program.serve('signin', display, (page) => page, {
    env: system.env,
  });
  await using browser = await launch();
  const page = await openPage(browser, program);
  assert.equal(await page.locator(marked('signin-needed')).count(), 0, 'it is off by default');
  assert.equal(await page.locator(marked('who')).count(), 0);

  // A setting that is required and not set up blocks imports, too.
  await page.click(marked('settings'));
  const set = async (name: string, value: string) => {
    const row = page.locator(`[data-name="${name}"]`);
    await row.locator(marked('setting-number')).fill(value);
    await row.locator(marked('setting-number')).press('Enter');
    await row.locator('text=Saved').waitFor();
  };
  await page.check(`[data-name=signin-required] ${marked('setting-yes')}`);
  await page.waitForSelector(marked('signed-in-note', ':has-text("not set up")'));
  await set('signin-issuer', provider.issuer);
  await set('signin-client', 'linefeed');
  await set('signin-role', 'importer');
  await page.waitForSelector(marked('sign-in'));
  await page.locator('#signin').scrollIntoViewIfNeeded();
  await page.screenshot({ path: join(out, 'signin-settings.png') });

  // The start page says so, with a button, and so does the one of an import.
  await page.click(marked('new'));
  await page.waitForSelector(marked('signin-needed', ':has-text("need a user who is signed in")'));
  const sample = await shipped();
  await prepare(page, program, sample.file);
  await page.waitForSelector(marked('import', '[aria-disabled=true]'));
  await page.screenshot({ path: join(out, 'signin-needed.png') });

  // Who has not the role may sign in, and not import.
  await page.click(marked('signin-start'));
  await system.signIn(browser, provider, 'bob');
  await page.waitForSelector(marked('who', ':has-text("bob")'));
  await page.waitForSelector(marked('signin-needed', ':has-text("has not the role importer")'));
  await page.waitForSelector(marked('import', '[aria-disabled=true]'));
  await page.click(marked('signin-leave'));
  await page.waitForSelector(marked('who', ':has-text("not signed in")'));

  await page.click(marked('signin-start'));
  await system.signIn(browser, provider, 'ada');
  await page.waitForSelector(marked('who', ':has-text("ada")'));
  await page.waitForSelector(marked('signin-needed'), { state: 'detached' });
  await page.click(marked('import', ':not([aria-disabled=true])'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));

  await page.click(marked('who')); // it leads to the section, not only to the page
  await page.waitForSelector(marked('signed-in', '[data-name=ada]'));
  await page.waitForFunction(() => {
    const section = document.querySelector('#signin')?.getBoundingClientRect();
    return section && section.top >= 0 && section.bottom <= window.innerHeight;
  });
  await page.screenshot({ path: join(out, 'signin-signed-in.png') });
  await page.click(marked('sign-out'));
  await page.waitForSelector(marked('signed-in', '[data-name=""]'));
  await page.click(marked('runs'));
  await page.waitForSelector(marked('signin-needed'));

  // A sign-in that nobody wants any more is ended, and nothing is said of it.
  await page.click(marked('signin-start'));
  await page.click(marked('signin-copy'));
  await page.waitForSelector(marked('signin-copy', ':has-text("Copied")'));
  await page.screenshot({ path: join(out, 'signin-waits.png') });
  await page.click(marked('signin-stop'));
  await page.waitForSelector(marked('signin-start'));
  assert.equal(await page.locator(marked('signin-failed')).count(), 0);
});

test('what a policy sets is shown, and can’t be changed', async () => {
  await using display = await Display.open('signin-policy');
  const folder = await mkdtemp(join(tmpdir(), 'linefeed-policy-'));
  await using resources = new AsyncDisposableStack();
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const policy = join(folder, 'policy.json');
  const settings = { 'signin-required': 'yes', 'signin-issuer': 'https://id.example/realms/shop' };
  await writeFile(policy, JSON.stringify({ settings }));
  await using program = await Program.serve('signin-policy', display, (page) => page, {
    env: { LINEFEED_POLICY: policy },
  });
  await using browser = await launch();
  const page = await openPage(browser, program);
  await page.waitForSelector(marked('signin-needed', ':has-text("signin-client is not set")'));
  await page.click(marked('signin-needed', ' >> text=Settings'));
  const row = (name: string) => page.locator(`[data-name="${name}"]`);
  await row('signin-issuer')
    .locator(marked('setting-pinned', `:has-text("${policy}")`))
    .waitFor();
  assert.equal(await row('signin-issuer').locator('input').isDisabled(), true);
  assert.equal(await row('signin-required').locator('input').isDisabled(), true);
  assert.equal(await row('signin-client').locator('input').isDisabled(), false);
  await page.screenshot({ path: join(out, 'signin-policy.png') });
});

/** Stands in for the system's browser: it notes the address that a program opens, for Chromium to visit. */
class SystemBrowser implements AsyncDisposable {
  readonly env: NodeJS.ProcessEnv;
  readonly #folder: string;
  readonly #asked: string;
  /** How many of the addresses in it have been visited. */
  #seen = 0;

  private constructor(folder: string) {
    this.#folder = folder;
    this.#asked = join(folder, 'asked');
    this.env = { PATH: `${folder}:${process.env.PATH ?? ''}`, BROWSER_ASKED: this.#asked };
  }

  static async open(): Promise<SystemBrowser> {
    const folder = await mkdtemp(join(tmpdir(), 'linefeed-browser-'));
    const script = join(folder, 'xdg-open');
    const note = '#!/bin/sh\necho "$1" >>"$BROWSER_ASKED"\n';
    await writeFile(script, note);
    await chmod(script, 0o755);
    return new SystemBrowser(folder);
  }

  /** Signs a user in on the page that the program has opened, as somebody who was never there. */
  async signIn(browser: Browser, provider: OpenIdProvider, user: string): Promise<void> {
    let address: string | undefined;
    await until('the program to open the page to sign in at', async () => {
      const lines = (await readFile(this.#asked, 'utf8').catch(() => '')).split('\n').slice(0, -1);
      // Signing out may have opened one, too.
      const found = lines.findIndex(
        (line, n) => n >= this.#seen && line.includes('code_challenge='),
      );
      address = lines[found];
      if (found >= 0) this.#seen = found + 1;
      return found >= 0;
    });
    assert.ok(address);
    const context = await browser.newContext();
    const page: Page = await context.newPage();
    await page.goto(address);
    await provider.enter(page, user);
    await page.waitForURL(/^http:\/\/127\.0\.0\.1:\d+\/callback/);
    await context.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}
