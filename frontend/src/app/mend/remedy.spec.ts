import type { RejectGroup } from '../backend/model';
import { remedy } from './guess';
import { kindsFor, missing, rulesOf, says } from './remedy';

const price: RejectGroup = { code: 'not_a_number', column: 'price', count: 3 };
const state: RejectGroup = { code: 'check_failed', column: 'state', count: 3 };

describe('remedy', () => {
  it('is for what the column refuses, or for the values that were chosen', () => {
    expect(rulesOf(remedy('null'), price, [], true)).toEqual([
      { column: 'price', op: 'set', null: true, refused: 'not_a_number' },
    ]);
    expect(rulesOf(remedy('set', { text: '0' }), price, ['N/A', ''], false)).toEqual([
      { column: 'price', op: 'replace', from: 'N/A', value: '0' },
      { column: 'price', op: 'replace', from: '', value: '0' },
    ]);
  });

  it('names the values that only the database refuses', () => {
    expect(rulesOf(remedy('set', { text: 'new' }), state, ['nw'], true)).toEqual([
      { column: 'state', op: 'replace', from: 'nw', value: 'new' },
    ]);
    expect(missing(remedy('set', { text: 'new' }), state, [], true)).toMatch(/choose some/);
  });

  it('keeps the column’s own format beside a new one', () => {
    expect(rulesOf(remedy('format', { text: '1.234,56' }), price, [], true)).toEqual([
      { column: 'price', op: 'format', value: '1.234,56', refused: 'not_a_number' },
    ]);
  });

  it('says what is missing', () => {
    expect(missing(remedy('set'), price, [], true)).toBe('Type a value');
    expect(missing(remedy('map'), price, [], true)).toBe('Type what a word becomes');
    expect(missing(remedy('trim'), price, [], true)).toBe('');
  });

  it('says what it does', () => {
    expect(says(remedy('null'), price, ['N/A', 'n.a.', '', '–'], false)).toBe(
      'N/A, n.a., empty and 1 more → NULL',
    );
    expect(says(remedy('null'), price, [], true)).toBe('not a number → NULL');
    expect(says(remedy('cut', { length: 5 }), price, [], true)).toBe('cut to 5 characters');
  });

  it('offers only what fits', () => {
    expect(kindsFor(price)[0]).toBe('null');
    expect(kindsFor({ ...price, code: 'unclosed_quote', column: '' })).toEqual([]);
    expect(kindsFor({ ...price, code: 'duplicate_key', column: '' })).toEqual(['conflict']);
  });
});
