import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Live } from '../backend/live';
import { Program } from '../backend/program';
import { column, database, fakeProgram, postgres, preview, settled } from '../backend/program.fake';
import { Draft } from '../draft/draft';
import { Target } from './target';

function setUp(answers: Partial<Program>) {
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Live, useValue: { listen: () => () => undefined } },
      {
        provide: Program,
        useValue: fakeProgram({
          preview: () => Promise.resolve(preview(['id', 'x'])),
          settle: () => Promise.resolve(settled()),
          ...answers,
        }),
      },
    ],
  });
  const draft = TestBed.inject(Draft);
  draft.open('/data/a.csv');
  const fixture = TestBed.createComponent(Target);
  const page = fixture.nativeElement as HTMLElement;
  const texts = (selector: string) =>
    [...page.querySelectorAll(selector)].map((e) => e.textContent.replace(/\s+/g, ' ').trim());
  return { fixture, draft, page, texts };
}

describe('Target', () => {
  it('shows a table with its columns and first rows beside those of the file', async () => {
    const asked: unknown[] = [];
    const { fixture, draft, page, texts } = setUp({
      database: () =>
        Promise.resolve(database([{ schema: 'sales', name: 'a', rows: 1_204 }], postgres)),
      preview: () =>
        Promise.resolve({
          ...preview(['id', 'x']),
          rows: [{ number: 1, line: 2, endLine: 2, values: ['7', 'new'], quoted: [] }],
        }),
      settle: () =>
        Promise.resolve(
          settled({
            create: false,
            columns: [
              column('id', 'integer', { declared: 'bigint', primaryKey: true, nullable: false }),
              column('note', 'text', { declared: 'varchar(20)' }),
            ],
            mapping: [
              { field: 'id', column: 'id' },
              { field: 'x', column: 'note' },
            ],
          }),
        ),
      head: (...call) => {
        asked.push(call);
        return Promise.resolve({ columns: ['id', 'note'], rows: [['6', null]] });
      },
    });
    draft.choices.setTarget('postgres://db/shop');
    await fixture.whenStable();
    page.querySelector<HTMLElement>('[data-testid=existing-table]')?.click();
    await fixture.whenStable();
    expect(draft.request()?.plan).toMatchObject({ schema: 'sales', table: 'a' });
    expect(texts('.columns tbody td')).toEqual([
      ...['id', 'bigint', 'no', 'key'],
      ...['note', 'varchar(20)', 'yes', ''],
    ]);
    expect(texts('[data-testid=rows-there] td')).toEqual(['', '6', 'NULL']);
    expect(texts('[data-testid=rows-coming] td')).toEqual(['2', '7', 'new']);
    expect(asked).toEqual([['postgres://db/shop', 'sales', 'a', 5]]);
    expect(texts('[data-testid=place] span')).toEqual([
      'PostgreSQL 15.18',
      'shop on db.example.com:5432',
    ]);
  });

  it('finds one of many tables', async () => {
    const tables = Array.from({ length: 900 }, (_, i) => ({ name: `table_${i}`, rows: -1 }));
    const { fixture, page, texts } = setUp({
      database: () => Promise.resolve(database(tables)),
    });
    await fixture.whenStable();
    expect(texts('[data-testid=existing-table] + .title')).toHaveLength(200);
    expect(texts('.none')).toContain('and 700 more: search for one by its name');
    const field = page.querySelector<HTMLInputElement>('[data-testid=table-search]');
    expect(field).not.toBeNull();
    if (field) {
      field.value = '_899';
      field.dispatchEvent(new Event('input'));
    }
    await fixture.whenStable();
    expect(texts('[data-testid=existing-table] + .title')).toEqual(['table_899']);
  });

  it('asks for a password, and keeps none', async () => {
    let given = '';
    const failure = { kind: 'no_password', step: 'login', message: 'give the password' };
    const { fixture, draft, page, texts } = setUp({
      database: () => Promise.resolve(given ? database([], postgres) : { ...database(), failure }),
      givePassword: (_, password) => {
        given = password;
        return Promise.resolve();
      },
    });
    draft.choices.setTarget('postgres://db/shop');
    await fixture.whenStable();
    const field = page.querySelector<HTMLInputElement>('[data-testid=target-password]');
    expect(field?.type).toBe('password');
    if (field) {
      field.value = 'secret';
    }
    page.querySelector<HTMLElement>('[data-testid=give-password]')?.click();
    await fixture.whenStable();
    expect([given, field?.value]).toEqual(['secret', '']);
    expect(texts('[data-testid=target-password]')).toEqual([]);
    expect(texts('[data-testid=target-error]')).toEqual([]);
  });

  it('offers schemas without tables, and finds them by a part of their name', async () => {
    const schemas = ['archive', 'public', 'sales'];
    const { fixture, draft, page } = setUp({
      database: () => Promise.resolve(database([], postgres, schemas)),
    });
    draft.choices.setTarget('postgres://db/shop');
    await fixture.whenStable();
    const field = page.querySelector<HTMLInputElement>('[data-testid=schema-input]');
    const options = () =>
      [...document.querySelectorAll('mat-option')].map((o) => o.textContent.trim());
    field?.dispatchEvent(new Event('focusin'));
    field?.click();
    await fixture.whenStable();
    expect(options()).toEqual(['public', 'archive', 'sales']);
    if (field) {
      field.value = 'ARC';
      field.dispatchEvent(new Event('input'));
    }
    await fixture.whenStable();
    expect(options()).toEqual(['archive']);
    document.querySelector<HTMLElement>('mat-option')?.click();
    await fixture.whenStable();
    expect([draft.table.schema(), draft.table.name()]).toEqual(['archive', 'a']);
  });

  it('says that the saved connections can’t be listed, not that there are none', async () => {
    const { fixture, draft, texts, page } = setUp({
      connections: () => Promise.reject(new Error('the store is locked')),
    });
    draft.choices.setKind('connection');
    await fixture.whenStable();
    expect(texts('[data-testid=connections-error]')).toEqual(['The store is locked']);
    expect(page.textContent).not.toContain('No connection is saved yet');
  });

  it('warns where the way to the server is not safe', async () => {
    const { fixture, draft, texts } = setUp({
      database: () => Promise.resolve(database([], { ...postgres, insecure: true })),
    });
    draft.choices.setTarget('postgres://db/shop?sslmode=require');
    await fixture.whenStable();
    expect(texts('[data-testid=insecure]')).toHaveLength(1);
  });
});
