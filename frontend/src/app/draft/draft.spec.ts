import { TestBed } from '@angular/core/testing';
import type { Job, Preview, Request, Settled, Snapshot, Table } from '../backend/model';
import { column, database, preview, settled } from '../backend/program.fake';
import { setUp, until, server } from './draft.fake';

describe('Draft', () => {
  it('offers a database beside the file, and a table by its name', async () => {
    const { draft } = setUp();
    expect(draft.blocked()).toBe('Choose a file first');
    draft.open('/data/Price List.csv');
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(draft.database.target()).toBe('/data/Price List.db');
    expect(draft.table.name()).toBe('price_list');
    expect(draft.request()).toMatchObject({
      file: '/data/Price List.csv',
      target: '/data/Price List.db',
      plan: {
        table: 'price_list',
        create: true,
        columns: [{ name: 'sku' }, { name: 'price' }],
        map: { sku: 'sku', price: 'price' },
      },
    });
  });

  it('forgets all that was chosen for a file with it', async () => {
    const { draft } = setUp();
    draft.open('/data/a.csv');
    draft.choices.setTarget('/data/all.db');
    draft.choices.setTable('mine');
    draft.choices.setDialect({ delimiter: ';' });
    draft.choices.edit('sku', { name: 'id' });
    draft.choices.setRules({ onConflict: 'update', atomic: true });
    draft.open('/data/b.csv');
    await until(() => {
      expect(draft.request()?.plan.table).toBe('b');
    });
    expect(draft.database.target()).toBe('/data/b.db');
    expect(draft.choices.dialect()).toEqual({});
    expect(draft.rules()).toEqual({});
    expect(draft.request()?.plan.columns?.[0]?.name).toBe('sku');
  });

  it('begins afresh with the same file too, but not when it looks at it again', async () => {
    const { draft, asked } = setUp();
    const choose = async () => {
      draft.choices.setRules({ onConflict: 'update', atomic: true });
      draft.choices.setDialect({ delimiter: ';' });
      await until(() => {
        expect(asked.at(-1)?.plan.onConflict).toBe('update');
      });
      asked.length = 0;
    };
    draft.open('/data/a.csv');
    await choose();
    draft.reload();
    expect(draft.rules()).toEqual({ onConflict: 'update', atomic: true });

    draft.clear();
    TestBed.tick();
    draft.open('/data/a.csv');
    await until(() => {
      expect(asked.at(-1)?.plan).toMatchObject({ table: 'a' });
    });
    expect(asked.at(-1)).toMatchObject({ dialect: {} });
    expect(asked.at(-1)?.plan).not.toHaveProperty('onConflict');
    expect(draft.rules()).toEqual({});

    await choose();
    draft.open('/data/a.csv');
    expect([draft.rules(), draft.choices.dialect()]).toEqual([{}, {}]);
  });

  it('sends rejected lines to where their file went, unless they are imported like any other', async () => {
    const request = {
      file: '/data/articles.csv',
      target: '/data/shop.db',
      dialect: {},
      limits: {},
      plan: { table: 'goods', onConflict: 'update', atomic: true },
    };
    const summary = { rejected: 3 } as Job['summary'];
    const { draft } = setUp({
      jobs: () =>
        Promise.resolve<Job[]>([{ id: 'one', state: 'done', created: '1', request, summary }]),
    });
    draft.open('/data/articles.rejected.csv');
    await until(() => {
      expect(draft.request()).toMatchObject({
        target: '/data/shop.db',
        like: 'one',
        plan: { table: 'goods', onConflict: 'update' },
      });
    });
    // The rules that apply are shown; limits are not inherited.
    expect(draft.rules()).toEqual({ onConflict: 'update' });
    draft.choices.ignoreOrigin();
    await until(() => {
      expect(draft.request()).toMatchObject({
        target: '/data/articles.rejected.db',
        plan: { table: 'articles_rejected' },
      });
    });
    expect(draft.request()?.like).toBeUndefined();
    expect(draft.rules()).toEqual({});
  });

  it('asks for what was added to the file alone, and for all of the next one', async () => {
    const { draft, asked } = setUp();
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.settled()).toBeDefined();
    });
    expect(asked.at(-1)?.added).toBeUndefined();
    draft.choices.setOnlyAdded(true);
    await until(() => {
      expect(asked.at(-1)?.added).toBe(true);
    });
    draft.open('/data/b.csv');
    await until(() => {
      expect(asked.at(-1)).toMatchObject({ file: '/data/b.csv' });
    });
    expect(asked.at(-1)?.added).toBeUndefined();
  });

  it('keeps the last preview in view while the next one is under way', async () => {
    let next = Promise.resolve(preview(['a']));
    const { draft } = setUp({ preview: () => next });
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.preview()?.fields).toEqual(['a']);
    });
    let answer: (p: Preview) => void = () => undefined;
    next = new Promise((resolve) => {
      answer = resolve;
    });
    draft.choices.setDialect({ delimiter: ';' });
    TestBed.tick();
    expect(draft.preview()?.fields).toEqual(['a']);
    expect(draft.previewing()).toBe(true);
    answer(preview(['b', 'c']));
    await until(() => {
      expect(draft.preview()?.fields).toEqual(['b', 'c']);
    });
  });

  it('has the preview follow a rule about how records are read', async () => {
    const asked: string[] = [];
    const { draft } = setUp({
      preview: (_file, _dialect, ragged) => {
        asked.push(ragged ?? '');
        return Promise.resolve(preview(['a']));
      },
    });
    draft.open('/data/a.csv');
    await until(() => {
      expect(asked).toEqual(['']);
    });
    draft.choices.setRules({ ragged: 'pad' });
    await until(() => {
      expect(asked).toEqual(['', 'pad']);
    });
    draft.choices.setRules({ onConflict: 'skip' });
    await until(() => {
      expect(draft.request()?.plan.onConflict).toBe('skip');
    });
    expect(asked).toHaveLength(2);
  });

  it('shows the answer to the last of quick questions, in whatever order they come', async () => {
    const answers: ((p: Preview) => void)[] = [];
    const { draft } = setUp({
      preview: () => new Promise<Preview>((resolve) => answers.push(resolve)),
    });
    draft.open('/data/a.csv');
    for (const delimiter of ['', ';', '\t']) {
      draft.choices.setDialect({ delimiter: delimiter || undefined });
      TestBed.tick();
    }
    answers.at(-1)?.(preview(['last']));
    answers[0]?.(preview(['first']));
    await until(() => {
      expect(draft.preview()?.fields).toEqual(['last']);
    });
    expect(answers.length).toBeGreaterThan(1);
    expect(draft.previewing()).toBe(false);
  });

  it('asks for the file of an archive, even if the one that is shown is meant', async () => {
    const finding = { what: 'member', value: 'a.csv', confidence: 0.5, reason: 'the first of 2' };
    const { draft, asked } = setUp({
      preview: (_file, { member }) =>
        Promise.resolve({
          ...preview(['a']),
          findings: [member ? { ...finding, confidence: 1, given: true } : finding],
        }),
    });
    draft.open('/data/several.zip');
    await until(() => {
      expect(draft.blocked()).toMatch(/^Choose a file of the archive/);
    });
    expect(asked).toEqual([]);
    draft.choices.setDialect({ member: 'a.csv' });
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(draft.request()?.dialect.member).toBe('a.csv');
  });

  it('knows its check, until it is imported, and whether it still holds', async () => {
    const { draft } = setUp({
      start: (request) =>
        Promise.resolve({ id: request.check ? 'c1' : 'i1', state: 'done', created: '', request }),
    });
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(draft.checked()).toBeUndefined();
    await draft.start(true);
    expect(draft.checked()?.id).toBe('c1');
    expect(draft.changed()).toBe(false);
    draft.choices.setRules({ atomic: true });
    expect(draft.changed()).toBe(true);
    await draft.start();
    expect(draft.checked()).toBeUndefined();
  });

  it('says why the file can’t be read', async () => {
    const { draft } = setUp({ preview: () => Promise.reject(new Error('it is a folder')) });
    draft.open('/data');
    await until(() => {
      expect(draft.previewError()).toBe('it is a folder');
    });
    expect(draft.preview()).toBeUndefined();
    expect(draft.blocked()).toBe('The file can’t be read: see Source');
  });

  it('sees the table that a run of it made', async () => {
    let tables: Table[] = [];
    const request = { file: '', target: '', dialect: {}, limits: {}, plan: { table: '' } };
    const { draft } = setUp({
      database: () => Promise.resolve(database(tables)),
      start: () => Promise.resolve({ id: 'j1', state: 'running', created: '', request }),
      snapshot: () =>
        Promise.resolve<Snapshot>({
          job: { id: 'j1', state: 'done', created: '', request },
          seq: 9,
        }),
    });
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(draft.table.creates()).toBe(true);
    tables = [{ name: 'a', rows: 3 }];
    await draft.start();
    await until(() => {
      expect(draft.table.creates()).toBe(false);
    });
  });

  it('creates the columns as a person changed them, without those left out', async () => {
    const { draft } = setUp();
    draft.open('/data/a.csv');
    draft.choices.edit('sku', { name: 'id', type: 'integer', primaryKey: true });
    draft.choices.edit('price', { leftOut: true });
    await until(() => {
      expect(draft.request()?.plan).toMatchObject({
        columns: [{ name: 'id', type: 'integer', primaryKey: true, nullable: false }],
        map: { sku: 'id', price: '' },
      });
    });
  });

  it('asks for writers of a server alone', async () => {
    const { draft } = server();
    draft.choices.setRules({ writers: 4 });
    await until(() => {
      expect(draft.request()?.plan.writers).toBe(4);
    });
  });

  it('leaves schema and writers out of a plan for a file', async () => {
    const { draft } = setUp();
    draft.open('/data/a.csv');
    draft.choices.setRules({ writers: 4 });
    await until(() => {
      expect(draft.request()).toBeDefined();
    });
    expect(draft.request()?.plan).not.toHaveProperty('writers');
    expect(draft.request()?.plan).not.toHaveProperty('schema');
  });

  it('is blocked by problems, and says which', async () => {
    const problems = [{ column: 'id', message: 'the column "id" needs a value' }];
    const { draft } = setUp({ settle: () => Promise.resolve(settled({ problems })) });
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.blocked()).toBe('the column "id" needs a value');
    });
  });

  it('offers texts that seem to stand for no value until they are read so', async () => {
    const guess = { ...preview(['a']).guesses[0], nulls: ['N/A', '-'] } as Settled['guesses'][0];
    const { draft } = setUp({ settle: () => Promise.resolve(settled({ guesses: [guess] })) });
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.likelyNulls()).toEqual(['N/A', '-']);
    });
    draft.choices.setRules({ null: ['N/A'] });
    await until(() => {
      expect(draft.likelyNulls()).toEqual(['-']);
      expect(draft.request()?.plan.null).toEqual(['N/A']);
    });
  });

  it('starts what it asked to be settled', async () => {
    const started: Request[] = [];
    const { draft, asked } = setUp({
      start: (request) => {
        started.push(request);
        return Promise.resolve({ id: 'j1', state: 'queued', created: '', request });
      },
    });
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(await draft.start()).toBe('j1');
    expect(draft.job()).toBe('j1');
    expect(started).toEqual([asked.at(-1)]);
    draft.choices.edit('price', { type: 'decimal' });
    await draft.start(true);
    expect(started[1]).toMatchObject({ check: true, infer: ['sku'] });
  });

  it('takes the types that a check found in all records, but not for what a person chose', async () => {
    const guesses = ['sku', 'price'].map((field) => ({
      ...preview([field]).guesses[0],
      column: column(field, 'date', { format: 'DD.MM.YYYY' }),
      evidence: 'because of line 48,112',
    })) as Settled['guesses'];
    const request = { file: '', target: '', dialect: {}, limits: {}, plan: { table: '' } };
    const summary = {
      ...{ job: 'j1', file: '', table: '', state: 'done', bytes: 1, seconds: 1, balanced: true },
      ...{ read: 1, inserted: 1, updated: 0, skipped: 0, rejected: 0, check: true, guesses },
    };
    let jobs = 0;
    const { draft } = setUp({
      start: () => Promise.resolve({ id: `j${++jobs}`, state: 'running', created: '', request }),
      snapshot: (id) =>
        Promise.resolve<Snapshot>({
          job: { id, state: 'done', created: '', request, ...(id === 'j1' && { summary }) },
          seq: 9,
        }),
    });
    draft.open('/data/a.csv');
    draft.choices.edit('price', { type: 'text' });
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    await draft.start(true);
    await until(() => {
      expect(draft.newColumns()).toMatchObject([
        {
          ...{ field: 'sku', before: 'text', column: { type: 'date', format: 'DD.MM.YYYY' } },
          guess: { evidence: 'because of line 48,112' },
        },
        { field: 'price', before: '', column: { type: 'text' } },
      ]);
    });
    expect(draft.request()?.plan.columns?.[0]?.type).toBe('date');
    expect(draft.changed()).toBe(false);
    draft.choices.setRules({ atomic: true });
    expect(draft.changed()).toBe(true);
    await draft.start();
    await until(() => {
      expect(draft.newColumns()[0]?.column.type).toBe('date');
    });
    draft.open('/data/a.csv'); // once more: the file may have been corrected
    await until(() => {
      expect(draft.newColumns()[0]).toMatchObject({ before: '', column: { type: 'text' } });
    });
    expect(draft.changed()).toBe(true);
  });
});
