import type { Undoing } from '../backend/model';
import { undone, undoQuestion } from './undoing';

const undoing = (rest: Partial<Undoing>): Undoing => ({
  ...{ removed: 0, restored: 0, changed: 0, gone: 0, referred: 0, refused: 0 },
  ...rest,
});

describe('what undoing does', () => {
  it('asks with what would be done, and what stays and why', () => {
    expect(undoQuestion(undoing({ removed: 19_794 }), 'articles')).toBe(
      'Undo the import into articles: remove 19,794 rows?',
    );
    expect(undoQuestion(undoing({ removed: 1, dropped: true }), 't')).toBe(
      'Undo the import into t: remove 1 row and the table?',
    );
    expect(
      undoQuestion(undoing({ removed: 2, restored: 1, changed: 3, referred: 1, gone: 4 }), 't'),
    ).toBe(
      'Undo the import into t: remove 2 rows, put 1 row back as before? ' +
        'What stays: 3 rows changed since, 1 row to which others refer. 4 rows gone already.',
    );
    expect(undoQuestion(undoing({ changed: 1 }), 't')).toBe(
      'Nothing is left to undo in t. What stays: 1 row changed since.',
    );
    const warnings = [{ code: 'undo', message: 'the table "t" has triggers' }];
    expect(undoQuestion(undoing({ removed: 1, warnings }), 't')).toContain(
      'The table "t" has triggers.',
    );
  });

  it('tells who undid it, and what the database refused', () => {
    const told = undone({
      ...undoing({ removed: 3, restored: 2, refused: 1 }),
      ...{ time: '2020-03-01T12:00:00Z', who: 'ann' },
    });
    expect(told).toMatch(/^Undone 2020-03-01 \d\d:\d\d by ann: 3 rows removed, 2 rows put back\./);
    expect(told).toContain('1 row for which the database refuses it');
  });
});
