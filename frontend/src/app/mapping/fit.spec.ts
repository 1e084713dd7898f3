import { fits } from './fit';

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
