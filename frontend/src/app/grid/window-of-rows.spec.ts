import { rowsInView, scrollTopOf, tallest, toRows } from './window-of-rows';

const row = 24;
const view = 480;

describe('rowsInView', () => {
  it('renders the rows in view, and a few beyond', () => {
    expect(rowsInView(1000, row, 2400, view)).toEqual({
      height: 24_000,
      start: 92,
      end: 128,
      offset: 92 * row,
    });
  });

  it('begins at the first row and ends at the last', () => {
    expect(rowsInView(3, row, 0, view)).toEqual({ height: 72, start: 0, end: 3, offset: 0 });
    expect(rowsInView(0, row, 0, view)).toMatchObject({ height: 0, start: 0, end: 0 });
  });

  it('is never scrolled past the end', () => {
    expect(rowsInView(100, row, 99_999, view).end).toBe(100);
  });

  it.each([1_000_001, 5_000_000, 100_000_000])('reaches the last of %i rows', (count) => {
    const shown = rowsInView(count, row, tallest - view, view);
    expect(shown.height).toBe(tallest);
    expect(shown.end).toBe(count);
    // The last row's lower edge is the lower edge of what is in view.
    expect(shown.offset + (count - shown.start) * row).toBeCloseTo(tallest, 0);
    expect(rowsInView(count, row, 0, view).start).toBe(0);
  });

  it.each([10, 1000, 5_000_000])('goes to any of %i rows and back', (count) => {
    for (const index of [0, Math.floor(count / 3), Math.floor(count / 2)]) {
      const top = scrollTopOf(index, count, row, view);
      const limit = Math.max(0, count * row - view);
      expect(toRows(count, row, top, view)).toBeCloseTo(Math.min(index * row, limit), 0);
    }
  });
});
