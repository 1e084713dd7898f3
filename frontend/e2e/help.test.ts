import assert from 'node:assert/strict';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

import { launch } from './browser.ts';
import { Display } from './display.ts';
import { Inspector } from './inspector.ts';
import { counted, marked, openPage, prepare } from './page.ts';
import { out, until } from './process.ts';
import { Program } from './program.ts';
import { generate } from './sample.ts';

const outer = 'https://github.com/rexxars/eventsource-parser'; // a link of docs/connect.md

test('F1 opens the documentation over an import, which goes on, and nothing of the page is lost', async () => {
  await using display = await Display.open('help');
  await using program = await Program.serve('help', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program);
  const elsewhere: string[] = [];
  page.on('request', (request) => {
    if (!/^https?:\/\/127\.0\.0\.1:/.test(request.url())) elsewhere.push(request.url());
  });
  await page.evaluate(() => {
    const asked: string[] = [];
    const { runtime } = window as unknown as { runtime: Record<string, unknown> };
    runtime.BrowserOpenURL = (url: string) => asked.push(url);
    Object.assign(window, { asked });
  });
  await prepare(page, program, (await generate(program.folder, 2_000_000)).file);
  await page.click(marked('import'));
  await page.waitForSelector(marked('reject-row'));
  await page.fill(marked('filter-find'), '12');
  const before = await counted(page, 'read');

  await page.keyboard.press('F1');
  const help = page.frameLocator('iframe');
  await help.locator('h1:text-is("Rejects")').waitFor();
  await page.waitForFunction(() => document.activeElement?.matches('iframe'));
  assert.equal(await page.isVisible(marked('filter-find')), false); // nor are its scrollbars
  await page.keyboard.press('p'); // would pause the import, were it not covered
  await page.screenshot({ path: join(out, 'help.png') });

  await page.keyboard.press('/');
  await page.keyboard.type('eventsource-parser');
  await help.locator('#found a').first().waitFor();
  await page.keyboard.press('Escape'); // leaves the search, and not the help
  assert.equal(await help.locator('#found').isVisible(), false);
  await help.locator('#contents >> text="Connect your own page"').click();
  await help.locator('h1:text-is("Connect your own page")').waitFor();
  await help.locator(`a[href="${outer}"]`).click();
  assert.deepEqual(await page.evaluate('asked'), [outer]);
  await help.locator('article a[href^="api.html"]').first().click();
  await help.locator('h1:text-is("The local API")').waitFor();
  await page.keyboard.press('Alt+ArrowLeft');
  await help.locator('h1:text-is("Connect your own page")').waitFor();
  await page.click(marked('help-back'));
  await help.locator('h1:text-is("Rejects")').waitFor();
  assert.equal(await page.locator(marked('help-back')).isDisabled(), true);

  // Nothing of the window is in the help's pages, and no script but their own.
  const [frame] = page.frames().filter((one) => one !== page.mainFrame());
  assert.ok(frame);
  const found = await frame.evaluate(async () => {
    const script = document.createElement('script');
    script.textContent = 'window.inline = true';
    document.head.append(script);
    const answer = fetch('/').then(
      () => true,
      () => false,
    );
    const there = ['go', 'runtime', 'wails', 'inline'].filter((name) => name in window);
    return { there, fetched: await answer };
  });
  assert.deepEqual(found, { there: [], fetched: false });

  await help.locator('h1').click();
  await page.keyboard.press('Escape');
  await page.waitForSelector(marked('help'), { state: 'detached' });
  assert.equal(await page.inputValue(marked('filter-find')), '12');
  await page.waitForSelector(marked('filter-find', ':focus'));
  await page.waitForSelector(marked('summary', '[data-state=done]'));
  assert.ok((await counted(page, 'read')) > before);
  assert.deepEqual(elsewhere, []);

  // A list of choices and a menu do not lie over it.
  for (const [control, choice] of [
    ['mat-select', 'mat-option'],
    ['button:has-text("More")', '[mat-menu-item]'],
  ] as const) {
    await page.locator(control).first().click();
    await page.waitForSelector(choice);
    await page.keyboard.press('F1');
    await page.waitForSelector(marked('help'));
    await page.waitForSelector(choice, { state: 'detached' });
    await page.keyboard.press('F1');
    await page.waitForSelector(marked('help'), { state: 'detached' });
  }
});

test('the help is about the page that is shown, and a connection that is not saved stays as it is', async () => {
  await using display = await Display.open('help-page');
  await using program = await Program.serve('help-page', display, (page) => page);
  await using browser = await launch();
  const page = await openPage(browser, program, { colorScheme: 'dark' });
  await page.click(marked('connections'));
  await page.click(marked('new-connection'));
  await page.fill(marked('connection-name'), 'Shop');
  await page.keyboard.press('F1');
  const help = page.frameLocator('iframe');
  await help.locator('h1:text-is("Connecting to a database on a server")').waitFor();
  await page.screenshot({ path: join(out, 'help-dark.png') });
  await page.keyboard.press('F1');
  await page.waitForSelector(marked('help'), { state: 'detached' });
  assert.equal(await page.inputValue(marked('connection-name')), 'Shop');

  // Another page of the window comes in its place, after the question about what is not saved.
  await page.click(marked('open-help'));
  await help.locator('h1:text-is("Connecting to a database on a server")').waitFor();
  await page.click(marked('settings'));
  await page.waitForSelector(marked('help'), { state: 'detached' });
  await page.click(marked('unsaved-discard'));
  for (const [part, title] of [
    ['settings', 'Settings'],
    ['profiles', 'Profiles'],
    ['runs', "Linefeed's documentation"],
    ['new', 'How Linefeed reads a file'],
  ] as const) {
    await page.click(marked(part));
    await page.waitForSelector(marked(part, '[aria-current=page]'));
    await page.keyboard.press('F1');
    await help.locator(`h1:text-is("${title}")`).waitFor();
  }
});

test('the real window shows the documentation, and opens what it links to elsewhere in the browser', async () => {
  await using resources = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'linefeed-browser-'));
  resources.defer(() => rm(folder, { recursive: true, force: true }));
  const [asked, script] = [join(folder, 'asked'), join(folder, 'xdg-open')];
  await writeFile(script, `#!/bin/sh\necho "$1" >>"${asked}"\n`);
  await chmod(script, 0o755);
  await using display = await Display.open('help-real');
  const env = { PATH: `${folder}:${process.env.PATH ?? ''}` };
  await using program = await Program.open('help-real', display, [], { env });
  using page = await Inspector.connect(program.address);
  const window = await display.window('^Linefeed$');
  await page.waitFor(marked('path-input'));

  const titled = (title: string) =>
    page.until(
      `document.querySelector('iframe')?.contentDocument?.querySelector('h1')?.textContent === '${title}'`,
    );
  const inside = (action: string) =>
    page.evaluate(`(({ contentDocument: page }) => ${action})(document.querySelector('iframe'))`);
  await display.xdotool('windowactivate', '--sync', window, 'key', 'F1');
  await titled('How Linefeed reads a file');
  await page.until(`document.activeElement.matches('iframe')`);
  const colours = await display.capture(window, join(out, 'help-real.png'));
  assert.ok(colours > 50, `the help is drawn: ${colours} colours`);
  await display.xdotool('key', 'slash');
  await display.xdotool('type', '--delay', '5', 'eventsource-parser');
  await page.until(
    `document.querySelector('iframe').contentDocument.querySelector('#found a')?.textContent.includes('eventsource')`,
  );
  await display.xdotool('key', 'Escape');
  await page.until(
    `!document.querySelector('iframe').contentDocument.querySelector('input').value`,
  );
  await inside(`page.querySelector('#contents a[href="connect.html"]').click()`);
  await titled('Connect your own page');
  await inside(`page.querySelector('a[href="${outer}"]').click()`);
  await until('the address in the browser', async () =>
    (await readFile(asked, 'utf8').catch(() => '')).includes(`${outer}\n`),
  );
  await titled('Connect your own page');

  await display.xdotool('windowactivate', '--sync', window, 'key', 'Escape');
  await page.until(`!document.querySelector('iframe')`);
});
