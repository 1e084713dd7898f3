import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Live } from '../backend/live';
import { Program } from '../backend/program';
import { column, database, fakeProgram, preview, settled } from '../backend/program.fake';
import { Draft } from '../draft/draft';
import { Mapping } from '../mapping/mapping';
import { Review } from '../review/review';
import { Target } from '../target/target';

const answer = settled({
  create: false,
  fields: ['id', 'x'],
  columns: [column('id', 'integer')],
  mapping: [
    { field: 'id', column: 'id' },
    { field: 'x', column: '' },
  ],
  warnings: [{ code: 'unmapped_field', field: 'x', message: 'the field "x" goes to no column' }],
});

describe('Warnings', () => {
  it.each([Target, Mapping, Review])('of the plan are told before the start', async (page) => {
    TestBed.configureTestingModule({
      providers: [
        provideRouter([]),
        { provide: Live, useValue: { listen: () => () => undefined, source: signal('') } },
        {
          provide: Program,
          useValue: fakeProgram({
            preview: () => Promise.resolve(preview(['id', 'x'])),
            database: () => Promise.resolve(database([{ name: 'a', rows: 1 }])),
            settle: () => Promise.resolve(answer),
          }),
        },
      ],
    });
    TestBed.inject(Draft).open('/data/a.csv');
    const fixture = TestBed.createComponent<unknown>(page);
    await vi.waitFor(() => {
      fixture.detectChanges();
      const told = (fixture.nativeElement as HTMLElement).querySelectorAll('[data-testid=warning]');
      expect([...told].map((w) => w.textContent.trim())).toEqual([
        'The field "x" goes to no column.',
      ]);
    });
  });
});
