// What a page of the documentation does. A plain script, so that it also works on pages that are opened as files.

// What is wider than the page is scrolled by itself: by the keyboard, too, where it has to be.
addEventListener('resize', scrollable);
scrollable();

function scrollable() {
  for (const element of document.querySelectorAll('pre, .wide')) {
    if (element.scrollWidth > element.clientWidth) {
      element.tabIndex = 0;
    } else {
      element.removeAttribute('tabindex');
    }
  }
}

// The contents are longer than a low window.
document.querySelector('#contents [aria-current]')?.scrollIntoView({ block: 'nearest' });

// The search: nothing is asked of a server but these files, once, when the field is used.
(() => {
  const search = document.getElementById('search');
  const [field, panel] = [search.querySelector('input'), document.getElementById('found')];
  const [status, list] = [panel.querySelector('p'), panel.querySelector('ol')];
  const { root } = document.documentElement.dataset;
  const most = 20;
  let index;
  search.hidden = false;

  const load = (file) =>
    new Promise((resolve, reject) => {
      const script = document.createElement('script');
      Object.assign(script, { src: root + file, onload: resolve, onerror: reject });
      document.head.append(script);
    });

  const ready = () => {
    index ??= Promise.all(['minisearch.js', 'sections.js'].map(load)).then(() => {
      const { MiniSearch, sections } = window;
      const made = new MiniSearch({
        fields: ['title', 'page', 'text'],
        storeFields: ['title', 'page', 'text'],
        searchOptions: {
          boost: { title: 4, page: 2 },
          combineWith: 'AND',
          prefix: (term) => term.length > 1,
          fuzzy: (term) => (term.length > 4 ? 0.2 : false),
        },
      });
      made.addAll(sections);
      return made;
    });
    return index;
  };

  const literal = (word) => word.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

  /** Adds text to an element, with the words that were found in it marked. */
  const mark = (element, text, words) => {
    const found = new RegExp(`(${words.map(literal).join('|')})`, 'giu');
    for (const [i, part] of text.split(found).entries()) {
      if (part) {
        element.append(
          i % 2 ? Object.assign(document.createElement('mark'), { textContent: part }) : part,
        );
      }
    }
  };

  /** The part of a text where it first has one of the words. */
  const around = (text, words) => {
    const lower = text.toLowerCase();
    const at = Math.min(...words.map((word) => lower.indexOf(word)).filter((place) => place >= 0));
    const from = at > 60 && at < Infinity ? text.indexOf(' ', at - 60) + 1 : 0;
    const to = text.length > from + 160 ? text.lastIndexOf(' ', from + 160) : text.length;
    return (from ? '… ' : '') + text.slice(from, to) + (to < text.length ? ' …' : '');
  };

  const show = async () => {
    const text = field.value.trim();
    panel.hidden = !text;
    if (!text) {
      return;
    }
    const results = (await ready()).search(text);
    if (field.value.trim() !== text) {
      return; // typed on meanwhile
    }
    status.textContent = results.length
      ? `${results.length} found${results.length > most ? `, the best ${most} of them here` : ''}`
      : 'Nothing found: try fewer words, or shorter ones';
    list.replaceChildren(
      ...results.slice(0, most).map(({ id, title, page, text, terms }) => {
        const link = Object.assign(document.createElement('a'), { href: root + id });
        const parts = ['strong', 'small', 'span'].map((tag) => document.createElement(tag));
        mark(parts[0], title, terms);
        parts[1].textContent = page;
        mark(parts[2], around(text, terms), terms);
        link.append(...parts);
        const item = document.createElement('li');
        item.append(link);
        return item;
      }),
    );
  };

  /** Moves the focus by so many among the field and what was found. */
  const move = (by) => {
    const stops = [field, ...list.querySelectorAll('a')];
    stops[stops.indexOf(document.activeElement) + by]?.focus();
  };

  field.addEventListener('focus', () => void ready());
  field.addEventListener('input', () => void show());
  search.addEventListener('keydown', (event) => {
    if (event.key === 'ArrowDown' || event.key === 'ArrowUp') {
      event.preventDefault();
      move(event.key === 'ArrowDown' ? 1 : -1);
    } else if (event.key === 'Enter' && event.target === field) {
      list.querySelector('a')?.click();
    } else if (event.key === 'Escape' && field.value) {
      event.preventDefault();
      field.value = '';
      panel.hidden = true;
      field.focus();
    } else if (event.key === 'Escape') {
      field.blur();
    }
  });
  list.addEventListener('click', () => {
    panel.hidden = true;
  });
  search.addEventListener('focusout', (event) => {
    panel.hidden ||= event.relatedTarget !== null && !search.contains(event.relatedTarget);
  });
  document.addEventListener('click', (event) => {
    panel.hidden ||= !search.contains(event.target);
  });
  document.addEventListener('keydown', (event) => {
    const typing = event.target.matches('input, textarea, select');
    if (event.key === '/' && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      field.focus();
    }
  });
})();
