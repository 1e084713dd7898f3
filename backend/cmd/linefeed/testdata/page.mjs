// Runs import-sse.mjs, which is for pages, in a page without a browser: page.mjs FILE DATABASE TABLE
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { JSDOM, VirtualConsole } from 'jsdom';

const page = new JSDOM('', { url: process.env.ORIGIN, virtualConsole: new VirtualConsole() }).window;
for (const name of ['XMLHttpRequest', 'CustomEvent']) globalThis[name] = page[name];
const { importCSV } = await import('./import-sse.mjs');

const [path, target, table] = process.argv.slice(2);
const file = new page.File([await readFile(path)], basename(path));
const summary = await importCSV({ url: process.env.URL, token: process.env.TOKEN, file, target, table, show: console.log });
page.close();
process.exit(summary.balanced ? 0 : 1);
