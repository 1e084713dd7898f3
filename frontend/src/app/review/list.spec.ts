import { parseList } from './list';

describe('parseList', () => {
  it.each([
    ['', []],
    ['NULL', ['NULL']],
    [' NULL , N/A,-, NULL ', ['NULL', 'N/A', '-']],
    ['"", a', ['', 'a']],
    ['" "', [' ']],
  ])('%j', (typed, parts) => {
    expect(parseList(typed)).toEqual(parts);
  });
});
