import type { Summary } from '../backend/model';
import { notes } from './notes';

const summary = (more: Partial<Summary>): Summary => ({
  job: 'a',
  file: '/a.csv',
  table: 'a',
  state: 'done',
  read: 3,
  inserted: 3,
  updated: 0,
  skipped: 0,
  rejected: 0,
  bytes: 10,
  seconds: 1,
  balanced: true,
  ...more,
});

describe('notes', () => {
  it('are empty for a run that left out nothing', () => {
    expect(notes(summary({}))).toEqual([]);
  });

  it('list what was guessed, read as NULL, and passed over, each once', () => {
    expect(
      notes(
        summary({
          warnings: [
            { code: 'preamble', message: '2 lines above the records, not loaded' },
            { code: 'unsure', line: 3, message: 'it is not certain', hint: 'look' },
            { code: 'unmapped_field', message: 'the field "x" goes nowhere' },
          ],
          nulls: [{ column: 'rain', text: 'NA', count: 1 }],
          passedOver: [
            { kind: 'preamble', lines: 2, ranges: [{ from: 1, to: 2 }] },
            { kind: 'blank', lines: 9, ranges: [{ from: 5, to: 5 }] },
          ],
        }),
      ).map((n) => n.says),
    ).toEqual([
      'Line 3: it is not certain.',
      'The field "x" goes nowhere.',
      '“NA” in rain was read as NULL in 1 record.',
      '2 lines above the header, not loaded: 1–2.',
      '9 blank lines, not loaded: 5 and more.',
    ]);
  });
});
