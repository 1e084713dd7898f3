import { TestBed } from '@angular/core/testing';
import { Shortcuts } from './shortcuts';

const press = (key: string, rest: KeyboardEventInit = {}, on: EventTarget = document) => {
  const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...rest });
  on.dispatchEvent(event);
  return event.defaultPrevented;
};

describe('Shortcuts', () => {
  const done: string[] = [];
  const action = (key: string, label = key, enabled?: () => boolean) => ({
    ...{ key, label, run: () => done.push(label) },
    ...(enabled ? { enabled } : {}),
  });

  beforeEach(() => {
    done.length = 0;
  });

  it('runs what a key stands for, with its modifiers', () => {
    TestBed.inject(Shortcuts).claim([action('Mod+Enter'), action('p'), action('Alt+ArrowRight')]);
    expect(press('Enter')).toBe(false);
    expect(press('Enter', { ctrlKey: true })).toBe(true);
    expect(press('P')).toBe(true);
    expect(press('ArrowRight', { altKey: true })).toBe(true);
    expect(done).toEqual(['Mod+Enter', 'p', 'Alt+ArrowRight']);
  });

  it('leaves plain keys to whoever is typing', () => {
    TestBed.inject(Shortcuts).claim([action('p'), action('Mod+f'), action('F5')]);
    const input = document.body.appendChild(document.createElement('input'));
    expect(press('p', {}, input)).toBe(false);
    expect(press('F5', {}, input)).toBe(true);
    expect(press('f', { ctrlKey: true }, input)).toBe(true);
    input.remove();
    expect(done).toEqual(['F5', 'Mod+f']);
  });

  it('gives a key to the last who claimed it, while it can be done', () => {
    const keys = TestBed.inject(Shortcuts);
    keys.claim([action('Escape', 'outer')]);
    let open = true;
    const release = keys.claim([action('Escape', 'inner', () => open)]);
    press('Escape');
    open = false;
    press('Escape');
    open = true;
    release();
    press('Escape');
    expect(done).toEqual(['inner', 'outer', 'outer']);
  });

  it('lists each key once, by what it does now', () => {
    const keys = TestBed.inject(Shortcuts);
    keys.claim([action('Escape', 'outer'), action('p')]);
    const release = keys.claim([action('Escape', 'inner')]);
    const listed = () => keys.list().map(({ label }) => label);
    expect(listed()).toEqual(['p', 'inner']);
    release();
    expect(listed()).toEqual(['outer', 'p']);
  });

  it('leaves to a page that is covered only what acts everywhere', () => {
    const keys = TestBed.inject(Shortcuts);
    keys.claim([{ ...action('F1'), everywhere: true }, action('F5')]);
    keys.cover(true);
    expect([press('F1'), press('F5')]).toEqual([true, false]);
    expect(keys.list().map(({ key }) => key)).toEqual(['F1']);
    keys.cover(false);
    expect(press('F5')).toBe(true);
  });

  it('acts in the page of a frame, but for whoever is typing there', () => {
    const keys = TestBed.inject(Shortcuts);
    keys.claim([action('p')]);
    const frame = document.body.appendChild(document.createElement('iframe'));
    const page = frame.contentDocument;
    if (!page) throw new Error('the frame has no page');
    const release = keys.listen(page);
    const input = page.body.appendChild(page.createElement('input'));
    expect([press('p', {}, page.body), press('p', {}, input)]).toEqual([true, false]);
    release();
    expect(press('p', {}, page.body)).toBe(false);
    frame.remove();
  });

  it('takes a shifted character for the character', () => {
    TestBed.inject(Shortcuts).claim([action('?')]);
    expect(press('?', { shiftKey: true })).toBe(true);
  });

  it('shows a key as it is written on the keyboard', () => {
    const keys = TestBed.inject(Shortcuts);
    expect(keys.show('Mod+Shift+Enter')).toBe('Ctrl+Shift+Enter');
    expect(keys.hint('Pause', 'p')).toBe('Pause (P)');
  });
});
