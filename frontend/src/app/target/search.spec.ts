import { bySchema, search } from './search';

const table = (name: string, schema?: string) => ({ name, schema, rows: -1 });

describe('tables', () => {
  const tables = [table('Orders', 'public'), table('order_lines', 'sales'), table('people', 'hr')];

  it('are found by parts of their names and schemas', () => {
    const found = (words: string) => search(tables, words).map((t) => t.name);
    expect(found('')).toEqual(['Orders', 'order_lines', 'people']);
    expect(found(' ORDER ')).toEqual(['Orders', 'order_lines']);
    expect(found('lines sales')).toEqual(['order_lines']);
    expect(found('sales.order')).toEqual(['order_lines']);
    expect(found('people sales')).toEqual([]);
  });

  it('are listed by their schemas', () => {
    expect(bySchema(tables).map((g) => g.schema)).toEqual(['public', 'sales', 'hr']);
    expect(bySchema([table('a'), table('b')])).toEqual([
      { schema: '', tables: [table('a'), table('b')] },
    ]);
  });
});
