import { join } from 'node:path';

import type { Browser, BrowserContextOptions, Page } from 'playwright-core';

import { patience } from './process.ts';
import type { Program } from './program.ts';

/** A selector for what the page marks with data-testid. */
export function marked(name: string, more = ''): string {
  return `[data-testid="${name}"]${more}`;
}

/** Opens the program's page as the window shows it. An unhandled error in the page fails the test. */
export async function openPage(
  browser: Browser,
  program: Program,
  look: Pick<BrowserContextOptions, 'colorScheme' | 'deviceScaleFactor'> = {},
): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...look });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.on('pageerror', (error) => {
    // From Wails' script for its development server, which the window does not have.
    if (error.message === "Cannot read properties of null (reading 'nodes')") return;
    throw error;
  });
  await page.goto(`http://${program.address}`);
  return page;
}

/** Chooses a file by its path, and the ready-made table for articles in a new database of the program's folder. */
export async function prepare(page: Page, program: Program, file: string): Promise<string> {
  const database = join(program.folder, 'articles.db');
  await page.fill(marked('path-input'), file);
  await page.press(marked('path-input'), 'Enter');
  await page.click(marked('next'));
  await page.fill(marked('target-input'), database);
  await page.press(marked('target-input'), 'Enter');
  await page.check(marked('preset-articles'));
  return database;
}

/** The number that a counter of the run shows. */
export async function counted(page: Page, what: string): Promise<number> {
  return Number(await page.getAttribute(marked(`count-${what}`), 'data-value'));
}
