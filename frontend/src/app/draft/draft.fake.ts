import { TestBed } from '@angular/core/testing';
import { Live } from '../backend/live';
import type { Request } from '../backend/model';
import { Program } from '../backend/program';
import { database, fakeProgram, postgres, preview, settled } from '../backend/program.fake';
import { Draft } from './draft';

/** A draft whose program gives these answers; and what it asked to be settled. */
export function setUp(answers: Partial<Program> = {}) {
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
export const until = (check: () => void) =>
  vi.waitFor(() => {
    TestBed.tick();
    check();
  });

/** The tables of server. */
export const tables = [
  { schema: 'public', name: 'a', rows: 1 },
  { schema: 'sales', name: 'A', rows: 1 },
];

/** A draft for a saved connection, with the schemas of its tables and an empty one. */
export function server(answers: Partial<Program> = {}) {
  const found = setUp({
    database: () => Promise.resolve(database(tables, postgres, ['empty', 'public', 'sales'])),
    ...answers,
  });
  found.draft.open('/data/a.csv');
  found.draft.choices.setTarget('connection:Shop');
  return found;
}
