// The pages of the documentation: which there are, how their Markdown becomes HTML, and where their links lead.
import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, normalize, relative } from 'node:path/posix';

import GithubSlugger from 'github-slugger';
import MarkdownIt from 'markdown-it';

const contents = 'docs/README.md'; // in its order

/**
 * The pages that docs/README.md lists, and the files of the repository that they link to, which become pages too. All
 * paths are from the top of the repository, with slashes; all addresses from the top of the site.
 */
export class Docs {
  /** By path: { path, url, title, text, group }. Those that docs/README.md does not list have no group. */
  pages = new Map();
  /** The files that pages show as they are, by path: images. */
  files = new Map();
  markdown = new MarkdownIt({ html: true });

  #root;
  #ids = new Map(); // of each page
  #links = []; // those with a fragment, until all ids are known
  #dead = new Set();

  constructor(root) {
    this.#root = root;
    const listed = this.#tokens(this.#read(contents));
    this.#add(contents, 'contents.html', this.#read(contents));
    for (const { path, title, group } of pagesOf(listed)) {
      if (existsSync(join(root, path))) {
        this.#add(path, urlOf(path), this.#read(path), title, group);
      } else {
        this.#dead.add(`${contents}: there is no ${path}`);
      }
    }
    for (const found of globSync('docs/**/*.md', { cwd: root })) {
      const path = normalize(found.replaceAll('\\', '/'));
      if (!this.pages.has(path)) {
        this.#dead.add(`${path}: ${contents} does not list it`);
      }
    }
    for (const page of [...this.pages.values()].filter(({ path }) => path.startsWith('docs/'))) {
      this.#addLinked(page);
    }
    this.markdown.core.ruler.push('docs', (state) => {
      this.#render(state.tokens, state.env.path, state.Token);
    });
    Object.assign(this.markdown.renderer.rules, rules);
  }

  /** What is wrong with the links of the pages that were rendered, in words. */
  dead() {
    for (const { page, href, path, id } of this.#links) {
      if (!this.#ids.get(path)?.has(id)) {
        this.#dead.add(`${page}: nothing in ${path} is called #${id} (${href})`);
      }
    }
    return [...this.#dead].sort();
  }

  /** The groups of pages, in order: { title, pages }. */
  groups() {
    const groups = Map.groupBy(this.#listed(), (page) => page.group);
    return [...groups].map(([title, pages]) => ({ title, pages }));
  }

  /** The pages before and after the one at path. */
  beside(path) {
    const pages = this.#listed();
    const at = pages.findIndex((page) => page.path === path);
    return at < 0 ? {} : { before: pages[at - 1], after: pages[at + 1] };
  }

  /** The headings of a page, and the text below each: { level, id, title, text }. */
  sections(path) {
    const [sections, slugger] = [[], new GithubSlugger()];
    let level = 0; // of the heading that is being read
    for (const token of this.#tokens(this.pages.get(path).text)) {
      if (token.type === 'heading_open') {
        level = Number(token.tag.slice(1));
      } else if (level && token.type === 'inline') {
        const title = textOf(token);
        sections.push({ level, id: slugger.slug(title), title, text: '' });
        level = 0;
      } else if (sections.length) {
        const text = textOf(token);
        sections.at(-1).text += text && `${text}\n`;
      }
    }
    return sections;
  }

  #listed() {
    return [...this.pages.values()].filter((page) => page.group);
  }

  #read(path) {
    return readFileSync(join(this.#root, path), 'utf8');
  }

  #tokens(text) {
    return plain.parse(text, {});
  }

  #add(path, url, text, title, group) {
    if (!this.pages.has(path)) {
      const tokens = this.#tokens(text);
      const heading = tokens.findIndex((token) => token.type === 'heading_open');
      this.pages.set(path, { path, url, text, group, title: title ?? textOf(tokens[heading + 1]) });
    }
  }

  /** Makes pages of the files that a page links to outside of what is listed, and of those in a folder. */
  #addLinked(page) {
    for (const token of flat(this.#tokens(page.text))) {
      const path = token.type === 'link_open' && pathOf(token.attrGet('href'), page.path);
      if (!path || this.pages.has(path) || !existsSync(join(this.#root, path))) {
        continue;
      }
      if (!statSync(join(this.#root, path)).isDirectory()) {
        this.#addFile(path);
        continue;
      }
      const files = globSync('*.*', { cwd: join(this.#root, path) }).sort();
      const list = files.map((file) => `- [${file}](${basename(path)}/${file})`);
      this.#add(path, `source/${path}/contents.html`, [`# ${path}\n`, ...list].join('\n'));
      for (const file of files) {
        this.#addFile(join(path, file));
      }
    }
  }

  #addFile(path) {
    const text = this.#read(path);
    const lines = `# \`${path}\`\n\n~~~~~~\n${text.trimEnd()}\n~~~~~~\n`;
    this.#add(path, urlOf(path), extname(path) === '.md' ? text : lines);
  }

  /** Gives headings their ids, as code hosts do, and has links lead to pages of the site. */
  #render(tokens, path, Token) {
    const slugger = new GithubSlugger();
    const ids = new Set();
    for (const [i, token] of tokens.entries()) {
      if (token.type === 'heading_open') {
        const id = slugger.slug(textOf(tokens[i + 1]));
        ids.add(id);
        token.attrSet('id', id);
        const link = new Token('html_inline', '', 0);
        link.content = `<a class="anchor" href="#${id}" aria-label="Link to this section">#</a>`;
        if (token.tag !== 'h1') {
          tokens[i + 1].children.push(link);
        }
      }
    }
    this.#ids.set(path, ids);
    let tag = 'a';
    for (const token of flat(tokens)) {
      if (token.type === 'link_open') {
        tag = this.#lead(token, path);
      } else if (token.type === 'link_close') {
        token.tag = tag;
      } else if (token.type === 'image') {
        this.#show(token.attrGet('src'), path);
      } else if (token.type === 'html_block' || token.type === 'html_inline') {
        for (const [, id] of token.content.matchAll(/\bid="([^"]*)"/g)) {
          ids.add(id);
        }
        for (const [, image] of token.content.matchAll(/\bsrc(?:set)?="([^"]*)"/g)) {
          this.#show(image, path);
        }
      }
    }
  }

  /** Has a link of a page lead to where the site has its target, and returns the tag that it has become. */
  #lead(token, page) {
    const href = token.attrGet('href');
    const path = pathOf(href, page);
    const id = decodeURI(new URL(href, 'file:///').hash.slice(1));
    if (path === undefined) {
      token.attrSet('rel', 'external noopener');
    } else if (this.pages.has(path)) {
      const url = path === page ? '' : this.relative(page, this.pages.get(path).url);
      token.attrSet('href', url + (id && `#${id}`) || '#');
      if (id) {
        this.#links.push({ page, href, path, id });
      }
    } else if (this.pages.get(page)?.url.startsWith('source/')) {
      token.tag = 'span'; // what a file of the repository links to is not all here
      token.attrs = null;
    } else {
      this.#dead.add(`${page}: there is no ${path} (${href})`);
    }
    return token.tag;
  }

  /** Notes that a page shows an image. */
  #show(src, page) {
    const path = pathOf(src, page);
    if (path?.startsWith('docs/') && existsSync(join(this.#root, path))) {
      this.files.set(path, path.slice('docs/'.length));
    } else {
      this.#dead.add(`${page}: there is no image ${src} in docs`);
    }
  }

  /** The address of url as the page at path has it. */
  relative(path, url) {
    return relative(dirname(`/${this.pages.get(path).url}`), `/${url}`);
  }
}

const plain = new MarkdownIt({ html: true });

const { escapeHtml } = plain.utils;

const rules = {
  // A browser would break options and names at their hyphens.
  code_inline: (tokens, i) => {
    const words = tokens[i].content.split(' ').map(escapeHtml);
    const whole = words.map((word) => (word.length < 24 ? `<span>${word}</span>` : word));
    return `<code>${whole.join(' ')}</code>`;
  },
  // What is wider than the page is scrolled by itself.
  table_open: () => '<div class="wide" role="group" aria-label="Table">\n<table>\n',
  table_close: () => '</table>\n</div>\n',
};

/** The pages that the contents list: in groups, by the bold text or the heading before them. */
function pagesOf(tokens) {
  const pages = [];
  let group = 'Contents';
  const all = flat(tokens);
  for (const [i, token] of all.entries()) {
    const next = all[i + 1];
    if (token.type === 'strong_open' || (token.type === 'heading_open' && token.tag !== 'h1')) {
      group = textOf(next).replace(/:$/, '');
    } else if (token.type === 'link_open') {
      const path = pathOf(token.attrGet('href'), contents);
      if (path && extname(path) === '.md') {
        pages.push({ path, title: textOf(next), group });
      }
    }
  }
  return pages;
}

/** The address of the page of a file. */
function urlOf(path) {
  const own = path.startsWith('docs/') && extname(path) === '.md';
  return own ? `${path.slice('docs/'.length, -'.md'.length)}.html` : `source/${path}.html`;
}

/** The file that a link of the page at path names; undefined where it leads out of the repository. */
function pathOf(href, page) {
  if (/^([a-z][a-z+.-]*:|\/)/i.test(href)) {
    return undefined;
  }
  const [file] = href.split('#');
  return file ? normalize(join(dirname(page), decodeURI(file))).replace(/\/$/, '') : page;
}

/** Blocks and what is in their lines, one after another. */
function flat(tokens) {
  return tokens.flatMap((token) => [token, ...(token.children ?? [])]);
}

function textOf(token) {
  if (token.type === 'fence' || token.type === 'code_block') {
    return token.content;
  }
  const parts = token.children ?? (token.type === 'text' ? [token] : []);
  return parts
    .filter(({ type }) => ['text', 'code_inline', 'softbreak'].includes(type))
    .map(({ type, content }) => (type === 'softbreak' ? ' ' : content))
    .join('');
}
