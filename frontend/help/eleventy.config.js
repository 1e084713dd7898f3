// The documentation as a site: docs/*.md become the pages of dist/help, which any web server shows below any address,
// and the window at F1.
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { compile } from 'sass';

import { Docs } from './docs.js';

const frontend = dirname(import.meta.dirname);
const repository = dirname(frontend);
const output = join(frontend, 'dist/help');
const font = 'jetbrains-mono-latin-wght-normal.woff2';

export default function (eleventy) {
  const docs = new Docs(repository);
  eleventy.setLibrary('md', docs.markdown);
  eleventy.amendLibrary('md', (md) => md.enable('code'));
  eleventy.setLiquidOptions({ outputEscape: 'escape' });

  for (const { path, url, title, text } of docs.pages.values()) {
    eleventy.addTemplate(`help/${url}.md`, text, {
      ...{ path, title, permalink: url, layout: 'page.liquid' },
      root: '../'.repeat(url.split('/').length - 1),
      groups: docs.groups(),
      beside: docs.beside(path),
      parts: docs.sections(path).filter(({ level }) => level === 2 || level === 3),
    });
  }
  // Where a server looks for the first page. The window's does not: Wails puts its scripts into each index.html.
  const first =
    '<!doctype html><meta http-equiv="refresh" content="0; url=contents.html"><title>Linefeed</title>';
  eleventy.addTemplate('help/index.html', first, { permalink: 'index.html' });

  eleventy.on('eleventy.before', () => {
    rmSync(output, { recursive: true, force: true });
  });
  eleventy.on('eleventy.after', () => {
    const dead = docs.dead();
    if (dead.length) {
      throw new Error(`links of the documentation lead nowhere:\n  ${dead.join('\n  ')}`);
    }
    const packages = join(frontend, 'node_modules');
    const copies = [
      ...[...docs.files].map(([path, url]) => [join(repository, path), url]),
      [join(repository, 'build/appicon.svg'), 'icon.svg'],
      [join(packages, '@fontsource-variable/jetbrains-mono/files', font), font],
      [join(packages, 'minisearch/dist/umd/index.js'), 'minisearch.js'],
      [join(packages, 'minisearch/LICENSE.txt'), 'minisearch.txt'],
      [join(import.meta.dirname, 'page.js'), 'page.js'],
    ];
    for (const [from, to] of copies) {
      mkdirSync(dirname(join(output, to)), { recursive: true });
      copyFileSync(from, join(output, to));
    }
    const { css } = compile(join(import.meta.dirname, 'help.scss'), { style: 'compressed' });
    writeFileSync(join(output, 'help.css'), css);
    writeFileSync(
      join(output, 'sections.js'),
      `var sections = ${JSON.stringify(searched(docs))};\n`,
    );
  });

  return {
    dir: { input: 'help', includes: 'layouts', output: 'dist/help' },
    templateFormats: ['md', 'html'],
    markdownTemplateEngine: false,
    htmlTemplateEngine: false,
  };
}

/** What a search looks through: each section of the pages that are listed. */
function searched(docs) {
  return docs.groups().flatMap(({ pages }) =>
    pages.flatMap((page) =>
      docs.sections(page.path).map(({ level, id, title, text }) => ({
        id: level === 1 ? page.url : `${page.url}#${id}`,
        page: page.title,
        title,
        text: text.replace(/\s+/g, ' ').trim(),
      })),
    ),
  );
}
