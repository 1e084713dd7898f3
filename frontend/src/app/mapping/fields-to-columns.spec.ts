import { TestBed } from '@angular/core/testing';
import { Live } from '../backend/live';
import type { Request, Settled } from '../backend/model';
import { Program } from '../backend/program';
import { column, database, fakeProgram, preview, settled } from '../backend/program.fake';
import { Draft } from '../draft/draft';
import { FieldsToColumns } from './fields-to-columns';

const fields = ['id', 'name', 'title'];
const columns = [column('id', 'integer', { nullable: false }), column('title')];

/** Settles as the program does: fields go to the columns that the map says, else to those of the same name. */
function settle({ plan }: Request): Settled {
  const mapping = fields.map((field) => ({
    field,
    column: plan.map?.[field] ?? columns.find((c) => c.name === field)?.name ?? '',
  }));
  const wanting = columns.filter((c) => !c.nullable && !mapping.some((m) => m.column === c.name));
  return settled({
    ...{ create: false, fields, columns, mapping, guesses: preview(fields).guesses },
    problems: wanting.map((c) => ({ column: c.name, message: `${c.name} needs a value` })),
  });
}

async function setUp() {
  TestBed.configureTestingModule({
    providers: [
      {
        provide: Program,
        useValue: fakeProgram({
          preview: () => Promise.resolve(preview(fields)),
          database: () => Promise.resolve(database([{ name: 'a', rows: 1 }])),
          settle: (request) => Promise.resolve(settle(request)),
        }),
      },
      { provide: Live, useValue: { listen: () => () => undefined } },
    ],
  });
  const draft = TestBed.inject(Draft);
  draft.open('/data/a.csv');
  const fixture = TestBed.createComponent(FieldsToColumns);
  fixture.componentRef.setInput('samples', new Map([['name', 'Oak table']]));
  const page = fixture.nativeElement as HTMLElement;
  const shows = (check: () => void) =>
    vi.waitFor(() => {
      fixture.detectChanges();
      check();
    });
  await shows(() => {
    expect(page.querySelectorAll('tbody tr')).toHaveLength(2);
  });
  const row = (name: string) =>
    [...page.querySelectorAll('tbody tr')].find((r) => r.firstElementChild?.textContent === name);
  const choose = async (name: string, field: string) => {
    row(name)?.querySelector<HTMLElement>('.mat-mdc-select-trigger')?.click();
    fixture.detectChanges();
    [...document.querySelectorAll<HTMLElement>('mat-option')]
      .findLast((o) => o.textContent.trim() === field)
      ?.click();
    await fixture.whenStable();
  };
  return { draft, page, row, choose, shows };
}

describe('FieldsToColumns', () => {
  it('shows which field feeds a column, and what looks wrong about it', async () => {
    const { row } = await setUp();
    expect(row('title')?.querySelector('mat-select')?.textContent).toContain('title');
    expect(row('id')?.textContent).toContain('looks like text');
  });

  it('sends another field to a column, in the place of the one before', async () => {
    const { draft, row, choose, shows } = await setUp();
    await choose('title', 'name');
    expect(draft.request()?.plan.map).toEqual({ title: '', name: 'title' });
    await shows(() => {
      expect(row('title')?.textContent).toContain('Oak table');
    });
  });

  it('says of a column that its field was taken for another', async () => {
    const { row, choose, shows } = await setUp();
    await choose('id', 'title');
    await shows(() => {
      expect(row('title')?.querySelector('[data-testid=moved]')?.textContent).toContain(
        'title now goes to id',
      );
    });
    await choose('title', 'name');
    await shows(() => {
      expect(row('title')?.querySelector('[data-testid=moved]')).toBeNull();
    });
  });

  it('flags a required column that no field goes to, with what to do', async () => {
    const { draft, row, choose, shows } = await setUp();
    await choose('id', 'nothing');
    await shows(() => {
      expect(row('id')?.textContent).toContain('Id needs a value. Choose a field for it.');
    });
    expect(row('id')?.classList).toContain('wanting');
    expect(draft.blocked()).toBe('id needs a value');
  });
});
