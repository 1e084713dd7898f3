import { TestBed } from '@angular/core/testing';
import type { Job, Preview, Request, Settled, Snapshot, Table } from '../backend/model';
import { Live } from '../backend/live';
import { Program } from '../backend/program';
import { column, database, fakeProgram, postgres, preview, settled } from '../backend/program.fake';
import { Draft } from './draft';

function setUp(answers: Partial<Program> = {}) {
  const asked: Request[] = [];
  TestBed.configureTestingModule({
    providers: [
      {
        provide: Program,
        useValue: fakeProgram({
          preview: () => Promise.resolve(preview(['sku', 'price'])),
          settle: (request) => {
            asked.push(request);
            return Promise.resolve(settled());
          },
          ...answers,
        }),
      },
      { provide: Live, useValue: { listen: () => () => undefined } },
    ],
  });
  return { draft: TestBed.inject(Draft), asked };
}

/** Waits until the draft has its answers. */
const until = (check: () => void) =>
  vi.waitFor(() => {
    TestBed.tick();
    check();
  });

describe('Draft', () => {
  it('offers a database beside the file, and a table by its name', async () => {
    const { draft } = setUp();
    expect(draft.blocked()).toBe('Choose a file first');
    draft.open('/data/Price List.csv');
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(draft.target()).toBe('/data/Price List.db');
    expect(draft.table()).toBe('price_list');
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
    expect(draft.target()).toBe('/data/b.db');
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

  it('offers the sample’s database where a person finds it', async () => {
    const { draft } = setUp({
      folders: () =>
        Promise.resolve({ own: '/home/ada/.linefeed', documents: '/home/ada/Documents' }),
    });
    draft.open('/home/ada/.linefeed/articles.csv');
    await until(() => {
      expect(draft.target()).toBe('/home/ada/Documents/linefeed-sample.db');
    });
    draft.open('/home/ada/articles.csv');
    expect(draft.target()).toBe('/home/ada/articles.db');
  });

  it('takes an emptied database or table for the one that is offered', () => {
    const { draft } = setUp();
    draft.open('/data/a.csv');
    draft.choices.setTarget('/data/all.db');
    draft.choices.setTable('mine');
    draft.choices.setTarget('');
    draft.choices.setTable('');
    expect([draft.target(), draft.table()]).toEqual(['/data/a.db', 'a']);
  });

  it('takes the first of several files, and keeps the others waiting', () => {
    const { draft } = setUp();
    draft.openAll(['/data/a.csv', '/data/b.csv', '/data/c.csv']);
    expect(draft.file()).toBe('/data/a.csv');
    expect(draft.choices.waiting()).toEqual(['/data/b.csv', '/data/c.csv']);
    draft.open('/data/c.csv');
    expect(draft.choices.waiting()).toEqual(['/data/b.csv']);
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

  it('adds to a table that is there, whatever its case', async () => {
    const { draft } = setUp({
      database: () => Promise.resolve(database([{ name: 'Articles', rows: 3 }])),
    });
    draft.open('/data/articles.csv');
    draft.choices.map('sku', 'id');
    await until(() => {
      expect(draft.request()?.plan).toEqual({ table: 'articles', formats: {}, map: { sku: 'id' } });
    });
    expect(draft.creates()).toBe(false);
  });

  it('makes a new table by a name that is free', async () => {
    const tables = ['a', 'A_2'].map((name) => ({ name, rows: 1 }));
    const { draft } = setUp({ database: () => Promise.resolve(database(tables)) });
    draft.open('/data/a.csv');
    await until(() => {
      expect(draft.creates()).toBe(false);
    });
    draft.createTable('');
    expect(draft.table()).toBe('a_3');
    expect(draft.creates()).toBe(true);
  });

  describe('of a server', () => {
    const tables = [
      { schema: 'public', name: 'a', rows: 1 },
      { schema: 'sales', name: 'A', rows: 1 },
    ];
    const server = (rest: Partial<Program> = {}) => {
      const found = setUp({
        database: () => Promise.resolve(database(tables, postgres)),
        ...rest,
      });
      found.draft.open('/data/a.csv');
      found.draft.choices.setTarget('connection:Shop');
      return found;
    };

    it('takes a table of a schema, by its exact name', async () => {
      const { draft } = server();
      await until(() => {
        expect(draft.request()?.plan).toMatchObject({ schema: 'public', table: 'a' });
      });
      expect(draft.request()?.target).toBe('connection:Shop');
      expect(draft.schemas()).toEqual(['public', 'sales']);
      expect(draft.existing()).toBe(tables[0]);
      draft.choices.setSchema('sales');
      expect(draft.creates()).toBe(true);
      draft.useTable({ schema: 'sales', name: 'A', rows: 1 });
      expect([draft.existing(), draft.schema()]).toEqual([tables[1], 'sales']);
      expect(draft.request()?.plan).toMatchObject({ schema: 'sales', table: 'A' });
    });

    it('makes a table in a schema, under a name that is free there', async () => {
      const { draft } = server();
      await until(() => {
        expect(draft.existing()).toBeDefined();
      });
      draft.createTable('');
      expect([draft.schema(), draft.table()]).toEqual(['public', 'a_2']);
      draft.choices.setTable('A');
      draft.createIn('sales');
      expect([draft.schema(), draft.table(), draft.creates()]).toEqual(['sales', 'A_2', true]);
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

    it('says why it can’t be reached, and goes on once it has the password', async () => {
      let given = '';
      const failure = {
        ...{ kind: 'no_password', step: 'login', hint: 'give it' },
        message: 'db:5432 asks for the password of "ada", and there is none',
      };
      const { draft } = server({
        database: () =>
          Promise.resolve(given ? database(tables, postgres) : { ...database(), failure }),
        givePassword: (target, password) => {
          given = `${target} ${password}`;
          return Promise.resolve();
        },
      });
      await until(() => {
        expect(draft.failure()?.kind).toBe('no_password');
      });
      expect(draft.targetError()).toBe(
        'db:5432 asks for the password of "ada", and there is none. Give it.',
      );
      expect(draft.blocked()).toBe('The database can’t be used: see Target');
      expect(draft.request()).toBeUndefined();
      await draft.givePassword('secret');
      await until(() => {
        expect(draft.blocked()).toBe('');
      });
      expect(given).toBe('connection:Shop secret');
    });

    it('keeps no password of a URL that was typed', async () => {
      const given: string[] = [];
      const { draft } = server({
        givePassword: (target, password) => {
          given.push(target, password);
          return Promise.resolve();
        },
      });
      await draft.takeTarget('postgres://ada:s%40e@db/shop', 'file');
      expect(given).toEqual(['postgres://ada@db/shop', 's@e']);
      expect([draft.kind(), draft.target()]).toEqual(['url', 'postgres://ada@db/shop']);
    });

    it('takes nothing but a URL for one', async () => {
      const { draft } = server();
      await draft.takeTarget('db.example/shop', 'url');
      await until(() => {
        expect(draft.targetError()).toBe('The URL of a server begins with postgres:// or mysql://');
      });
      expect([draft.kind(), draft.request()]).toEqual(['url', undefined]);
      expect(draft.blocked()).toBe('The database can’t be used: see Target');
      await draft.takeTarget('', 'url');
      expect([draft.kind(), draft.target(), draft.targetError()]).toEqual(['url', '', '']);
    });

    it('keeps what was chosen of each kind', () => {
      const { draft } = server();
      draft.choices.setKind('url');
      expect([draft.target(), draft.blocked()]).toEqual([
        '',
        'Choose a database first: see Target',
      ]);
      draft.choices.setKind('file');
      expect(draft.target()).toBe('/data/a.db');
      draft.choices.setKind('connection');
      expect(draft.target()).toBe('connection:Shop');
    });
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
    expect(draft.creates()).toBe(true);
    tables = [{ name: 'a', rows: 3 }];
    await draft.start();
    await until(() => {
      expect(draft.creates()).toBe(false);
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
    draft.createTable('');
    await until(() => {
      expect(draft.request()?.plan).toMatchObject({ table: 'x', columns: [{}, { type: 'text' }] });
    });
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
