import { TestBed } from '@angular/core/testing';
import { PathField } from './path-field';

function setUp(value = '') {
  const fixture = TestBed.createComponent(PathField);
  fixture.componentRef.setInput('label', 'Path');
  fixture.componentRef.setInput('value', value);
  const changed: string[] = [];
  fixture.componentInstance.changed.subscribe((v) => changed.push(v));
  fixture.detectChanges();
  const [input = new HTMLInputElement()] = (
    fixture.nativeElement as HTMLElement
  ).getElementsByTagName('input');
  const enter = (text: string) => {
    input.value = text;
    input.dispatchEvent(new Event('change'));
  };
  return { changed, enter, input };
}

describe('PathField', () => {
  it.each([
    ['/data/a.csv', '/data/a.csv'],
    ['  /data/a.csv ', '/data/a.csv'],
    ['"/data/with space.csv"', '/data/with space.csv'],
    ["'/data/a.csv'", '/data/a.csv'],
    ['file:///data/a%20b.csv', '/data/a b.csv'],
    ['file:///data/100%.csv', '/data/100%.csv'],
    ['C:\\data\\a.csv', 'C:\\data\\a.csv'],
  ])('takes %s', (typed, path) => {
    const { changed, enter } = setUp();
    enter(typed);
    expect(changed).toEqual([path]);
  });

  it('says nothing when nothing has changed', () => {
    const { changed, enter } = setUp('/data/a.csv');
    enter('/data/a.csv ');
    expect(changed).toEqual([]);
  });

  it('says that there is none when it is emptied, and shows the default again', async () => {
    const { changed, enter, input } = setUp('/data/a.csv');
    enter(' ');
    expect(changed).toEqual(['']);
    await vi.waitFor(() => {
      expect(input.value).toBe('/data/a.csv');
    });
  });

  it('shows what became of what was pasted: a password is not left in the field', async () => {
    const { changed, input } = setUp('postgres://ada@db/shop');
    input.value = 'postgres://ada:secret@db/shop';
    input.dispatchEvent(new Event('paste'));
    await vi.waitFor(() => {
      expect(changed).toEqual(['postgres://ada:secret@db/shop']);
      expect(input.value).toBe('postgres://ada@db/shop');
    });
  });

  it('puts the value back at Escape', () => {
    const { changed, input } = setUp('/data/a.csv');
    input.value = '/dat';
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape' }));
    expect(input.value).toBe('/data/a.csv');
    expect(changed).toEqual([]);
  });
});
