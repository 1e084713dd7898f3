import { TestBed } from '@angular/core/testing';
import type { SetFile, SetRequest, Settled } from '../backend/model';
import type { Program } from '../backend/program';
import { database, settled } from '../backend/program.fake';
import { Sets } from '../backend/sets';
import { fileSet } from '../backend/sets.fake';
import { setUp, until } from './draft.fake';

const paths = ['/in/sales-01.csv', '/in/sales-02.csv', '/in/sales-03.csv'];

/** A draft for the files of a folder, about which this is known. */
async function folder(
  about: Readonly<Record<string, Partial<SetFile>>> = {},
  answers: Partial<Program> = {},
) {
  const settling: SetRequest[] = [];
  const found = setUp({
    findFiles: () => Promise.resolve({ paths: [...paths] }),
    lookAtSet: ({ files, import: { plan } }) =>
      Promise.resolve(
        (files ?? []).map((file) => ({
          ...{ file, size: 100, table: plan.table.replace('{name}', file.slice(4, -4)) },
          ...about[file],
        })),
      ),
    settleSet: (request): Promise<Settled> => {
      settling.push(request);
      return Promise.resolve(settled());
    },
    ...answers,
  });
  await found.draft.openAll(['/in']);
  return { ...found, settling };
}

const differs = { message: '/in/sales-02.csv has other fields than sales-01.csv: it lacks price' };

describe('several files', () => {
  it('are those of a folder, and one set that goes into one table', async () => {
    const { draft, settling } = await folder();
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect([draft.file(), draft.table.name(), draft.database.target()]).toEqual([
      '/in/sales-01.csv',
      'sales',
      '/in/sales.db',
    ]);
    expect(draft.files.size()).toBe(300);
    expect(draft.setRequest()).toMatchObject({
      files: paths,
      import: { file: '', target: '/in/sales.db', plan: { table: 'sales', create: true } },
    });
    expect(draft.setRequest()?.import.infer).toEqual(['sku', 'price']);
    expect(settling.at(-1)).toEqual(draft.setRequest());
  });

  it('are an ordinary import when one is left', async () => {
    const { draft } = await folder();
    draft.choices.look('/in/sales-02.csv');
    draft.choices.leave('/in/sales-02.csv', true);
    expect([draft.file(), draft.choices.several()]).toEqual(['/in/sales-01.csv', true]);
    draft.choices.leave('/in/sales-03.csv', true);
    draft.choices.leave('/in/sales-01.csv', true); // the last one stays
    expect(draft.choices.importing()).toEqual(['/in/sales-01.csv']);
    expect(draft.setRequest()).toBeUndefined();
    draft.choices.leave('/in/sales-03.csv', false);
    expect(draft.choices.importing()).toEqual(['/in/sales-01.csv', '/in/sales-03.csv']);
  });

  it('keep what was chosen when another one is looked at', async () => {
    const { draft } = await folder();
    draft.choices.setTable('mine');
    draft.choices.look('/in/sales-03.csv');
    expect([draft.file(), draft.table.name()]).toEqual(['/in/sales-03.csv', 'mine']);
  });

  it('with other fields start nothing, unless they are taken or have tables of their own', async () => {
    const { draft } = await folder({ '/in/sales-02.csv': { differs } });
    const says = 'sales-02.csv has other fields than sales-01.csv: see Check';
    await until(() => {
      expect(draft.blocked()).toBe(says);
    });
    draft.choices.setMixed(true);
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(draft.setRequest()).toMatchObject({ mixedHeaders: true });
    draft.choices.setMixed(false);
    expect(draft.blocked()).toBe(says);
    draft.choices.setEach(true);
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
  });

  it('go each into a table of its name, with columns of its own', async () => {
    const { draft } = await folder();
    draft.choices.setEach(true);
    draft.choices.setPattern('in_');
    await until(() => {
      expect(draft.files.list().map((f) => f.table)).toEqual([
        ...['in_sales-01', 'in_sales-02', 'in_sales-03'],
      ]);
      expect(draft.blocked()).toBe('');
    });
    expect(draft.setRequest()?.import.plan).toEqual({ table: 'in_{name}', create: true });
  });

  it('are added to their tables if all are there, and to none if some are', async () => {
    const tables = [{ name: 'sales-01', rows: 1 }];
    const { draft } = await folder({}, { database: () => Promise.resolve(database(tables)) });
    draft.choices.setEach(true);
    await until(() => {
      expect(draft.blocked()).toBe(
        '1 of the 3 tables exist already (sales-01): name them otherwise, under Target',
      );
    });
    tables.push({ name: 'sales-02', rows: 1 }, { name: 'sales-03', rows: 1 });
    draft.database.reload();
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(draft.setRequest()?.import.plan).toMatchObject({ create: false });
  });

  it('are shown by one that can be read, and not held up by one that can’t', async () => {
    const { draft } = await folder({ '/in/sales-01.csv': { error: 'it is empty' } });
    await until(() => {
      expect(draft.file()).toBe('/in/sales-02.csv');
      expect(draft.blocked()).toBe('');
    });
    expect(draft.setRequest()?.files).toEqual(paths);
    draft.choices.look('/in/sales-01.csv'); // which shows why
    TestBed.tick();
    expect(draft.file()).toBe('/in/sales-01.csv');
  });

  it('start as one set', async () => {
    const started: SetRequest[] = [];
    const { draft } = await folder(
      {},
      {
        startSet: (request) => {
          started.push(request);
          return Promise.resolve(fileSet('set-a', 'queued', { total: 3 }));
        },
        setSnapshot: (id) =>
          Promise.resolve({
            set: fileSet(id, 'queued', { total: 3 }, {}, { request: started.at(-1) }),
            seq: 1,
          }),
      },
    );
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(await draft.start(true)).toBe('set-a');
    expect(started[0]?.import.check).toBe(true);
    expect([draft.checkedSet()?.id, draft.imported()]).toEqual(['set-a', '']);
    await draft.start();
    expect(started[1]).toEqual(draft.setRequest());
    expect(TestBed.inject(Sets).get('set-a')?.files().total).toBe(3);
  });

  it('are looked for in subfolders when a folder holds none, and told when there are none', async () => {
    const asked: boolean[] = [];
    const { draft } = await folder(
      {},
      {
        findFiles: (_, recursive = false) => {
          asked.push(recursive);
          return Promise.reject(new Error('no files of records in /in'));
        },
      },
    );
    expect(asked).toEqual([false, true]);
    expect([draft.file(), draft.files.findError()]).toEqual(['', 'no files of records in /in']);
    draft.open('/in/one.csv');
    expect(draft.files.findError()).toBe('');
  });

  it('give way to another import that is begun while they are looked for', async () => {
    let found: (() => void) | undefined;
    const { draft } = setUp({
      findFiles: () =>
        new Promise((resolve) => {
          found = () => {
            resolve({ paths: [...paths] });
          };
        }),
    });
    const finding = draft.openAll(['/in']);
    draft.open('/data/other.csv');
    found?.();
    await finding;
    expect(draft.choices.files()).toEqual(['/data/other.csv']);
  });
});
