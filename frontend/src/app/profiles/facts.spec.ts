import type { Profile } from '../backend/model';
import { column } from '../backend/program.fake';
import { facts, ways } from './facts';

const profile = (rest: Partial<Profile> = {}): Profile => ({
  ...{ linefeedProfile: 1, fields: ['Nr', 'Preis', 'Notiz'], dialect: {}, limits: {} },
  plan: { table: 'prices' },
  ...rest,
});

describe('What a profile settles', () => {
  it('says where its files go, how they are read, and by which rules', () => {
    const said = facts(
      profile({
        target: 'connection:Shop',
        dialect: { encoding: 'windows-1252', delimiter: ';', headerRows: 1 },
        plan: {
          ...{ table: 'prices', schema: 'sales', create: true, onConflict: 'update' },
          ...{ key: ['sku'], null: ['k.A.', '-'], maxRejects: '5%', atomic: true },
        },
      }),
    );
    expect(said).toEqual([
      {
        what: 'Goes into',
        value: 'Shop / sales.prices',
        note: 'made where it is not there',
      },
      { what: 'Read as', value: 'Windows-1252 · semicolon · header' },
      {
        what: 'Rules',
        value:
          'updates the row of the same key (sku) · NULL for k.A., - · stops after 5% rejects · all rows or none',
      },
    ]);
  });

  it('leaves out what it does not settle', () => {
    expect(facts(profile())).toEqual([
      { what: 'Goes into', value: 'prices', note: 'the database is chosen for each file' },
    ]);
  });

  it('says which fields go to which columns, and which nowhere', () => {
    const plan = {
      ...{ table: 'prices', columns: [column('sku'), column('price', 'decimal')] },
      map: { Preis: 'price', Nr: 'sku', Notiz: '', Alt: 'sku' },
      formats: { price: '1.234,56' },
    };
    expect(ways(profile({ fields: ['Nr', 'Preis', 'Notiz', 'Neu'], plan }))).toEqual([
      { field: 'Nr', column: 'sku', type: 'text', format: '' },
      { field: 'Preis', column: 'price', type: 'decimal', format: '1.234,56' },
      { field: 'Notiz', column: '', type: '', format: '' },
      { field: 'Neu', column: undefined, type: '', format: '' },
      { field: 'Alt', column: 'sku', type: 'text', format: '' },
    ]);
  });
});
