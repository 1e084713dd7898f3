import type { RejectGroup } from '../backend/model';
import { guess } from './guess';

const group = (code: string, column = 'a'): RejectGroup => ({ code, column, count: 1 });
const values = (...texts: [string, number][]): RejectGroup[] =>
  texts.map(([value, count]) => ({ code: '', column: '', value, count }));

describe('guess', () => {
  it('takes NULL for values that say that there is none, and leaves the others', () => {
    const found = guess(
      group('not_a_number'),
      values(['N/A', 9], ['n.a.', 2], ['–', 1], ['12x', 1]),
    );
    expect(found?.remedy.kind).toBe('null');
    expect(found?.values).toEqual(['N/A', 'n.a.', '–']);
  });

  it.each([
    ['not_a_number', '1.234,50', '1.234,56'],
    ['not_a_number', '12,5', '1234,56'],
    ['not_an_integer', "1'200", "1'234.56"],
    ['not_a_date', '24.12.2026', 'DD.MM.YYYY'],
    ['not_a_date', '12/24/2026', 'MM/DD/YYYY'],
    ['not_a_date', '20261224', 'YYYYMMDD'],
    ['not_a_timestamp', '24.12.2026 18:00', 'DD.MM.YYYY HH:mm'],
  ])('reads %s %s as %s', (code, text, pattern) => {
    const found = guess(group(code), values([text, 5], ['-', 2]));
    expect(found?.remedy).toMatchObject({ kind: 'format', text: pattern });
    expect(found?.values).toEqual([]);
  });

  it('knows words for yes and no, and leaves the others to a person', () => {
    const found = guess(group('not_a_boolean'), values(['Ja', 3], ['nein', 2], ['vielleicht', 1]));
    expect(found?.remedy).toMatchObject({ kind: 'map', words: { Ja: 'true', nein: 'false' } });
  });

  it('offers what fits where no value is needed, and nothing where no rule mends', () => {
    expect(guess(group('too_long'), [])?.remedy.kind).toBe('cut');
    expect(guess(group('required'), [])?.remedy.kind).toBe('default');
    expect(guess(group('duplicate_key'), [])?.remedy).toMatchObject({
      kind: 'conflict',
      text: 'update',
    });
    expect(guess(group('missing_field', ''), [])?.remedy.kind).toBe('pad');
    expect(guess(group('stray_quote', ''), [])).toBeUndefined();
  });
});
