import { column, database, postgres } from '../backend/program.fake';
import { server, setUp, tables, until } from './draft.fake';

describe('ChosenTable', () => {
  it('adds to a table that is there, whatever its case', async () => {
    const { draft } = setUp({
      database: () => Promise.resolve(database([{ name: 'Articles', rows: 3 }])),
    });
    draft.open('/data/articles.csv');
    draft.choices.map('sku', 'id');
    await until(() => {
      expect(draft.request()?.plan).toEqual({ table: 'articles', formats: {}, map: { sku: 'id' } });
    });
    expect(draft.table.creates()).toBe(false);
  });

  it('makes a new table by a name that is free', async () => {
    const tables = ['a', 'A_2'].map((name) => ({ name, rows: 1 }));
    const { draft } = setUp({ database: () => Promise.resolve(database(tables)) });
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.table.creates()).toBe(false);
    });
    draft.table.create('');
    expect(draft.table.name()).toBe('a_3');
    expect(draft.table.creates()).toBe(true);
  });

  it('takes the ready-made table that is made for just these fields', async () => {
    const preset = {
      name: 'prices',
      title: 'Prices',
      table: 'price_list',
      columns: [column('sku', 'text', { primaryKey: true }), column('price', 'decimal')],
    };
    const { draft } = setUp({ presets: () => Promise.resolve([preset]) });
    draft.open('/data/x.csv');
    await until(() => {
      expect(draft.request()?.plan).toMatchObject({
        table: 'price_list',
        columns: [
          { name: 'sku', primaryKey: true },
          { name: 'price', type: 'decimal' },
        ],
      });
    });
    draft.table.create('');
    await until(() => {
      expect(draft.request()?.plan).toMatchObject({ table: 'x', columns: [{}, { type: 'text' }] });
    });
  });

  it('takes a table of a schema, by its exact name', async () => {
    const { draft } = server();
    await until(() => {
      expect(draft.request()?.plan).toMatchObject({ schema: 'public', table: 'a' });
    });
    expect(draft.request()?.target).toBe('connection:Shop');
    expect(draft.table.schemas()).toEqual(['public', 'empty', 'sales']);
    expect(draft.table.existing()).toBe(tables[0]);
    draft.choices.setSchema('sales');
    expect(draft.table.creates()).toBe(true);
    draft.table.use({ schema: 'sales', name: 'A', rows: 1 });
    expect([draft.table.existing(), draft.table.schema()]).toEqual([tables[1], 'sales']);
    expect(draft.request()?.plan).toMatchObject({ schema: 'sales', table: 'A' });
  });

  it('makes a table in a schema, under a name that is free there', async () => {
    const { draft } = server();
    await until(() => {
      expect(draft.table.existing()).toBeDefined();
    });
    draft.table.create('');
    expect([draft.table.schema(), draft.table.name()]).toEqual(['public', 'a_2']);
    draft.choices.setTable('A');
    draft.table.createIn('sales');
    expect([draft.table.schema(), draft.table.name(), draft.table.creates()]).toEqual([
      'sales',
      'A_2',
      true,
    ]);
    draft.choices.setTarget('connection:Other');
    expect(draft.choices.schema()).toBeUndefined();
  });

  it('wants a schema where there is no default one', async () => {
    const { draft } = server({
      database: () => Promise.resolve(database(tables, { ...postgres, schema: undefined })),
    });
    await until(() => {
      expect(draft.blocked()).toBe('Choose where the table is, or goes: see Target');
    });
    expect(draft.request()).toBeUndefined();
    draft.choices.setSchema('sales');
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
  });

  it('takes the usual name again in a schema where that is free', async () => {
    const { draft } = server();
    await until(() => {
      expect(draft.table.existing()).toBeDefined();
    });
    draft.table.create('');
    expect(draft.table.name()).toBe('a_2');
    draft.table.createIn('empty');
    expect([draft.table.schema(), draft.table.name()]).toEqual(['empty', 'a']);
  });
});
