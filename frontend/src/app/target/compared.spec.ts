import { column, preview, settled } from '../backend/program.fake';
import { compared } from './compared';

describe('compared', () => {
  const file = {
    ...preview(['Price', 'sku', 'note']),
    rows: [
      { number: 1, line: 2, endLine: 2, values: ['9.99', 'a', 'x'], quoted: [] },
      {
        ...{ number: 2, line: 3, endLine: 3, values: [], quoted: [] },
        problem: { code: 'missing_field', column: '', value: '', message: '', hint: '' },
      },
      { number: 3, line: 4, endLine: 4, values: ['', 'b', 'y'], quoted: [] },
    ],
  };
  const plan = settled({
    columns: [column('sku'), column('price', 'decimal'), column('stock', 'integer')],
    mapping: [
      { field: 'Price', column: 'price' },
      { field: 'sku', column: 'sku' },
      { field: 'note', column: '' },
    ],
  });

  it('has rows and records under the columns of the table', () => {
    const head = { columns: ['stock', 'sku', 'price'], rows: [['3', 'z', null]] };
    const view = compared(plan, file, head, 8);
    expect(view.columns.map((c) => [c.name, c.numeric])).toEqual([
      ['sku', false],
      ['price', true],
      ['stock', true],
    ]);
    expect(view.there).toEqual([['z', null, '3']]);
    expect(view.coming).toEqual([
      { line: 2, values: ['a', '9.99', undefined] },
      { line: 4, values: ['b', '', undefined] },
    ]);
  });

  it('does not take what was not read for NULL', () => {
    const head = { columns: ['sku'], rows: [['z']] };
    expect(compared(plan, file, head, 8).there).toEqual([['z', undefined, undefined]]);
  });

  it('has no rows of a table that is not there, and few of many', () => {
    expect(compared(plan, file, undefined, 1)).toMatchObject({
      there: undefined,
      coming: [{ line: 2 }],
    });
    const wide = settled({ columns: Array.from({ length: 130 }, (_, i) => column(`c${i}`)) });
    expect(compared(wide, file, undefined, 1)).toMatchObject({ hidden: 30 });
  });
});
