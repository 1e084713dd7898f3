import type { Preview, ProfileFit } from '../backend/model';
import { column, database, preview } from '../backend/program.fake';
import { setUp, until } from './draft.fake';

const fit = (rest: Partial<ProfileFit['match']> = {}, map = {}): ProfileFit => ({
  profile: {
    ...{ linefeedProfile: 1, fields: ['Nr', 'Preis'], target: '/data/shop.db' },
    dialect: { delimiter: ';' },
    plan: {
      ...{ table: 'prices', onConflict: 'update', key: ['sku'], create: true },
      columns: [
        column('sku', 'text', { primaryKey: true, nullable: false }),
        column('price', 'decimal'),
      ],
      map: { Nr: 'sku', Preis: 'price' },
      formats: { price: '1.234,56' },
    },
    limits: {},
  },
  match: { name: 'Prices', match: 1, ...rest },
  map: { Nr: 'sku', Preis: 'price', ...map },
});

function draftWith(fields: readonly string[], answer: ProfileFit, exists: boolean) {
  const seen: Preview = { ...preview(fields), profiles: [answer.match] };
  const found = setUp({
    preview: () => Promise.resolve(seen),
    fitProfile: () => Promise.resolve(answer),
    database: () => Promise.resolve(database(exists ? [{ name: 'prices', rows: 1 }] : [])),
  });
  found.draft.open('/data/may.csv');
  return found;
}

describe('ChosenProfile', () => {
  it('is offered, and settles dialect, target, table, rules, map and formats', async () => {
    const { draft, asked } = draftWith(['Nr', 'Preis'], fit(), true);
    await until(() => {
      expect(draft.profile.offers().map((o) => o.name)).toEqual(['Prices']);
    });
    await draft.profile.use('Prices');
    await until(() => {
      expect(asked.at(-1)).toMatchObject({
        target: '/data/shop.db',
        dialect: { delimiter: ';' },
        plan: {
          ...{ table: 'prices', onConflict: 'update', key: ['sku'] },
          map: { Nr: 'sku', Preis: 'price' },
          formats: { price: '1.234,56' },
        },
      });
    });
    expect(draft.profile.offers()).toEqual([]);
    draft.choices.map('Preis', '');
    await until(() => {
      expect(asked.at(-1)?.plan.map).toEqual({ Nr: 'sku', Preis: '' });
    });
  });

  it('makes the columns of a table that is not there, which can be changed', async () => {
    const { draft, asked } = draftWith(['Nr', 'Preis'], fit(), false);
    await until(() => {
      expect(draft.preview()).toBeDefined();
    });
    await draft.profile.use('Prices');
    draft.choices.edit('Preis', { type: 'text', format: '' });
    await until(() => {
      expect(asked.at(-1)?.plan).toMatchObject({
        ...{ create: true, map: { Nr: 'sku', Preis: 'price' } },
        columns: [
          { name: 'sku', type: 'text', primaryKey: true, nullable: false },
          { name: 'price', type: 'text', nullable: true },
        ],
      });
    });
  });

  it('asks about a field that may be one that is gone', async () => {
    const { draft, asked } = draftWith(
      ['Nr', 'Preiss'],
      fit(
        { gone: ['Preis'], added: ['Preiss'], likely: [{ was: 'Preis', is: 'Preiss' }] },
        { Preis: undefined },
      ),
      true,
    );
    await until(() => {
      expect(draft.preview()).toBeDefined();
    });
    await draft.profile.use('Prices');
    await until(() => {
      expect(draft.profile.questions()).toEqual([{ was: 'Preis', is: 'Preiss', column: 'price' }]);
    });
    draft.profile.answer('Preiss', 'Preis', true);
    expect(draft.profile.questions()).toEqual([]);
    await until(() => {
      expect(asked.at(-1)?.plan.map).toMatchObject({ Nr: 'sku', Preiss: 'price' });
    });
    draft.profile.answer('Preiss', 'Preis', false);
    await until(() => {
      expect(asked.at(-1)?.plan.map).not.toHaveProperty('Preiss');
    });
  });

  it('holds for its table alone', async () => {
    const { draft, asked } = draftWith(['Nr', 'Preis'], fit(), true);
    await until(() => {
      expect(draft.preview()).toBeDefined();
    });
    await draft.profile.use('Prices');
    draft.choices.setTable('others');
    await until(() => {
      expect(asked.at(-1)?.plan).toMatchObject({ table: 'others' });
    });
    expect(draft.formats()).toEqual({});
  });
});
