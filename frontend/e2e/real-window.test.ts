import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';

import { Display } from './display.ts';
import { Inspector } from './inspector.ts';
import { marked } from './page.ts';
import { out, within } from './process.ts';
import { Program } from './program.ts';
import { generate, shipped } from './sample.ts';

test('the real window imports a file from its dialog, and saves what was rejected', async () => {
  await using display = await Display.open('real');
  await using program = await Program.open('real', display);
  using page = await Inspector.connect(program.address);
  const window = await display.window('^Linefeed$');
  const sample = await shipped();

  await page.click(marked('choose-file'));
  await display.answerFileDialog('^Choose CSV files$', sample.file);
  await page.click(marked('next', ':not([aria-disabled=true])'));
  const database = join(program.folder, 'articles.db');
  await page.fill(marked('target-input'), database);
  await page.click(marked('preset-articles'));
  await page.click(marked('import', ':not([aria-disabled=true])'));
  await page.waitFor(marked('summary', '[data-state=done]'));
  await page.waitFor(marked('reject-row'));
  assert.equal(await page.text(marked('percent')), '100.0 %');
  assert.equal(await page.attribute(marked('live-status'), 'data-source'), 'stream');

  const loaded = sample.rows - sample.bad.length;
  assert.equal(await page.attribute(marked('count-inserted'), 'data-value'), String(loaded));
  assert.equal(
    await page.attribute(marked('count-rejected'), 'data-value'),
    String(sample.bad.length),
  );
  using table = new DatabaseSync(database, { readOnly: true });
  assert.equal(table.prepare('SELECT count(*) AS n FROM articles').get()?.n, loaded);

  const colours = await display.capture(window, join(out, 'real-done.png'));
  assert.ok(colours > 50, `the window is drawn: ${colours} colours`);

  const rejected = join(program.folder, 'rejected.csv');
  await page.click(marked('save-rejects'));
  await display.answerFileDialog('^Save rejected lines$', rejected);
  await page.until(`document.body.innerText.includes('rejected.csv')`);
  const lines = (await readFile(rejected, 'latin1')).split('\n');
  assert.equal(lines[0], (await readFile(sample.file, 'latin1')).split('\n')[0]);
});

test('closing the window during an import asks first; it stays open or closes as answered', async () => {
  await using display = await Display.open('real-close');
  await using program = await Program.open('real-close', display);
  using page = await Inspector.connect(program.address);
  const window = await display.window('^Linefeed$');
  const sample = await generate(program.folder, 2_000_000);

  await page.fill(marked('path-input'), sample.file);
  await page.click(marked('import', ':not([aria-disabled=true])'));
  await page.waitFor(marked('reject-row'));
  await page.click(marked('pause'));
  await page.waitFor(marked('resume'));
  await display.xdotool('windowactivate', '--sync', window, 'key', 'alt+F4');
  await page.waitFor(marked('close-confirm'));
  await display.capture(window, join(out, 'real-close.png'));
  await page.click(marked('close-stay'));
  await page.until(`!document.querySelector('${marked('close-confirm')}')`);
  await page.click(marked('resume'));

  await display.xdotool('windowactivate', '--sync', window, 'key', 'alt+F4');
  await page.waitFor(marked('close-quit'));
  void page.click(marked('close-quit')).catch(() => undefined); // its answer goes with the window
  assert.equal(await within(program.exited, 'the program to end'), 0);
});

test('a second start opens no second window, and hands its file to the first', async () => {
  await using display = await Display.open('real-again');
  await using program = await Program.open('real-again', display);
  using page = await Inspector.connect(program.address);
  const sample = await generate(program.folder, 100);
  await program.startAgain(basename(sample.file));

  await page.until(
    `document.querySelector('${marked('path-input')}')?.value === ${JSON.stringify(sample.file)}`,
  );
  const windows = await display.xdotool('search', '--onlyvisible', '--name', '^Linefeed$');
  assert.equal(windows.split('\n').length, 1);
});

test('a start with files opens them', async () => {
  await using display = await Display.open('real-with');
  const sample = await shipped();
  await using program = await Program.open('real-with', display, [sample.file]);
  using page = await Inspector.connect(program.address);
  await page.until(
    `document.querySelector('${marked('path-input')}')?.value === ${JSON.stringify(sample.file)}`,
  );
  const window = await display.window('^Linefeed$');
  await page.until(`document.querySelector('lf-records [role=grid]')?.innerText.includes('sku')`);
  await display.capture(window, join(out, 'real-with.png'));
  // They are told once, so that a page that is loaded again goes on with what it has.
  assert.equal(await page.evaluate(`window.go.main.App.TakeFiles().then((f) => f.length)`), 0);
});
