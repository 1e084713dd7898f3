import { demand, fits } from './fit';

describe('fits', () => {
  it.each([
    ['integer', 'integer', true],
    ['integer', 'decimal', true],
    ['decimal', 'integer', false],
    ['uuid', 'text', true],
    ['text', 'decimal', false],
    ['date', 'timestamp', true],
    ['timestamp', 'date', false],
  ])('%s in a column of %s: %s', (looksLike, type, yes) => {
    expect(fits(looksLike, type)).toBe(yes);
  });
});

describe('demand', () => {
  const column = { name: 'a', type: 'text', nullable: false };
  it.each([
    [{ ...column, primaryKey: true }, 'key'],
    [column, 'required'],
    [{ ...column, nullable: true }, ''],
    [{ ...column, hasDefault: true }, 'has a default'],
    [{ ...column, generated: true, primaryKey: true }, 'made by the database'],
  ])('of %o', (c, word) => {
    expect(demand(c)).toBe(word);
  });
});
