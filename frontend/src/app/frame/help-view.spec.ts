import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Router, provideRouter } from '@angular/router';
import { Desktop } from '../backend/desktop';
import { Shortcuts } from '../keys/shortcuts';
import { HelpView } from './help-view';
import { Place } from './place';

const press = (key: string, on: EventTarget = document, rest: KeyboardEventInit = {}) =>
  on.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...rest }));

async function show(path = '/new/check') {
  const browse = vi.fn();
  TestBed.configureTestingModule({
    providers: [
      provideRouter([{ path: '**', children: [] }]),
      { provide: Desktop, useValue: { browse } },
      { provide: Place, useValue: { path: signal(path) } },
    ],
  });
  const fixture = TestBed.createComponent(HelpView);
  document.body.append(fixture.nativeElement as HTMLElement);
  await fixture.whenStable();
  const frame = () => (fixture.nativeElement as HTMLElement).querySelector('iframe');
  /** The page in the frame, with a text, as if it had been loaded. */
  const load = (html: string) => {
    const element = frame();
    const page = element?.contentDocument;
    if (!element || !page) throw new Error('there is no frame');
    vi.spyOn(page.defaultView as Window, 'scrollTo').mockReturnValue();
    const root = page.createElement('html');
    root.innerHTML = `<body>${html}</body>`;
    page.replaceChildren(root);
    element.dispatchEvent(new Event('load'));
    return page;
  };
  const button = (name: string) =>
    (fixture.nativeElement as HTMLElement).querySelector<HTMLButtonElement>(
      `[data-testid=${name}]`,
    );
  return { fixture, browse, frame, load, button };
}

describe('HelpView', () => {
  it.each([
    ['/connections?id=a', 'help/connections.html'],
    ['/runs/a/mend', 'help/rejects.html'],
    ['/runs', 'help/contents.html'],
    ['/new/source', 'help/reading.html'],
  ])('opens what is written about the page: of %s', async (path, page) => {
    const { fixture, frame } = await show(path);
    press('F1');
    await fixture.whenStable();
    expect(frame()?.getAttribute('src')).toBe(page);
  });

  it('leaves the page as it was, its focus too, and the keys of the page to nobody meanwhile', async () => {
    const { fixture, frame } = await show();
    const field = document.body.appendChild(document.createElement('input'));
    field.focus();
    const done: string[] = [];
    const action = (key: string) => ({ key, label: key, run: () => done.push(key) });
    TestBed.inject(Shortcuts).claim([action('Mod+Enter'), action('Escape')]);
    press('F1', field);
    await fixture.whenStable();
    frame()?.focus();
    press('Enter', document, { ctrlKey: true });
    press('Escape');
    await fixture.whenStable();
    expect([frame(), done]).toEqual([null, []]);
    expect(document.activeElement).toBe(field);
    field.remove();
    press('Escape');
    expect(done).toEqual(['Escape']);
  });

  it('opens what lies elsewhere in the system’s browser, and the rest in its frame', async () => {
    const { fixture, browse, load, button } = await show();
    press('F1');
    await fixture.whenStable();
    const page = load('<a href="https://example.org/a"><b>out</b></a> <a href="#below">in</a>');
    page.querySelector('b')?.click();
    expect(browse.mock.calls).toEqual([['https://example.org/a']]);
    expect(button('help-back')?.disabled).toBe(true);

    page.querySelectorAll('a')[1]?.click();
    await fixture.whenStable();
    expect(page.location.hash).toBe('#below');
    press('ArrowLeft', page.body, { altKey: true });
    await fixture.whenStable();
    expect(page.location.hash).toBe('');
    expect([button('help-back')?.disabled, browse.mock.calls.length]).toEqual([true, 1]);
  });

  it('leaves the secondary button to the menu of the link', async () => {
    const { fixture, browse, load, button } = await show();
    press('F1');
    await fixture.whenStable();
    const page = load('<a href="https://example.org/a">out</a> <a href="#below">in</a>');
    const click = (link: Element | null, which: number) =>
      link?.dispatchEvent(
        new MouseEvent('auxclick', { button: which, bubbles: true, cancelable: true }),
      );
    const [out, inside] = page.querySelectorAll('a');
    expect([click(out ?? null, 2), click(inside ?? null, 2)]).toEqual([true, true]);
    await fixture.whenStable();
    expect([browse.mock.calls, button('help-back')?.disabled]).toEqual([[], true]);
    click(out ?? null, 1);
    expect(browse.mock.calls).toEqual([['https://example.org/a']]);
  });

  it('begins a page at its top, after a way back within another one too', async () => {
    const { fixture, load } = await show();
    press('F1');
    await fixture.whenStable();
    const page = load('<a href="#below">in</a>');
    const window = page.defaultView as Window;
    const scrolled = vi.spyOn(window, 'scrollTo').mockReturnValue();
    vi.spyOn(window, 'scrollY', 'get').mockReturnValue(700);
    page.querySelector('a')?.click();
    await fixture.whenStable();
    press('ArrowLeft', page.body, { altKey: true });
    expect(scrolled).toHaveBeenLastCalledWith(0, 700);
    page.querySelector('a')?.click(); // to a page that is loaded, as far as this test goes
    vi.spyOn(window, 'scrollY', 'get').mockReturnValue(0);
    load('<p>another page</p>');
    expect(scrolled).toHaveBeenLastCalledWith(0, 0);
  });

  it('is closed by Escape in its frame, but not while something is typed', async () => {
    const { fixture, frame, load } = await show();
    press('F1');
    await fixture.whenStable();
    const page = load('<input type="search">');
    press('Escape', page.querySelector('input') ?? page);
    await fixture.whenStable();
    expect(frame()).not.toBeNull();
    press('Escape', page.body);
    await fixture.whenStable();
    expect(frame()).toBeNull();
  });

  it('leaves the keys to the window until a page is loaded', async () => {
    const { fixture, frame, load } = await show();
    press('F1');
    await fixture.whenStable();
    const window = frame()?.contentWindow;
    if (!window) throw new Error('there is no frame');
    const focus = vi.spyOn(window, 'focus');
    load(''); // the empty page before the first one
    expect(focus).not.toHaveBeenCalled();
    load('<p>a page</p>');
    expect(focus).toHaveBeenCalledOnce();
  });

  it('gives way to a page of the window', async () => {
    const { fixture, frame } = await show();
    for (const path of ['/runs', '/runs']) {
      press('F1');
      await fixture.whenStable();
      expect(frame()).not.toBeNull();
      await TestBed.inject(Router).navigateByUrl(path);
      await fixture.whenStable();
      expect(frame()).toBeNull();
    }
  });
});
