import { columnsInView } from './columns-in-view';

describe('columnsInView', () => {
  const widths = [100, 50, 200, 80, 70];

  it.each([
    [0, 500, { start: 0, end: 5, before: 0, after: 0 }],
    [0, 120, { start: 0, end: 2, before: 0, after: 350 }],
    [100, 200, { start: 1, end: 3, before: 100, after: 150 }],
    [149, 151, { start: 1, end: 3, before: 100, after: 150 }],
    [360, 900, { start: 3, end: 5, before: 350, after: 0 }],
    [0, 0, { start: 0, end: 0, before: 0, after: 500 }],
  ])('from %i to %i', (left, right, columns) => {
    expect(columnsInView(widths, left, right)).toEqual(columns);
  });
});
