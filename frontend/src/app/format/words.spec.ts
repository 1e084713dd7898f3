import { columnRule, passedOver } from './words';

describe('columnRule', () => {
  const column = { name: 'a', type: 'text', nullable: false };
  it.each([
    [{ ...column, primaryKey: true }, 'key'],
    [column, 'required'],
    [{ ...column, nullable: true }, ''],
    [{ ...column, hasDefault: true }, 'has a default'],
    [{ ...column, check: 'price >= 0' }, 'required, price >= 0'],
    [{ ...column, generated: true }, 'computed by the database'],
  ])('of %o', (c, rule) => {
    expect(columnRule(c)).toBe(rule);
  });
});

describe('passedOver', () => {
  it.each([
    ['blank', 1, '1 blank line'],
    ['footer', 1_204, '1,204 lines below the records'],
    ['of_a_new_kind', 2, '2 of a new kind lines'],
  ])('%s, %d', (kind, n, words) => {
    expect(passedOver(kind, n)).toBe(words);
  });
});
