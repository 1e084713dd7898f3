import { columnRule, passedOver, phase } from './words';

describe('columnRule', () => {
  const column = { name: 'a', type: 'text', nullable: false };
  it.each([
    [{ ...column, primaryKey: true }, 'key'],
    [column, 'required'],
    [{ ...column, unique: true }, 'required, unique'],
    [{ ...column, primaryKey: true, unique: true }, 'key'],
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

describe('phase', () => {
  it('waits for other programs at a file, and for the server elsewhere', () => {
    expect(phase('waiting', '/a.db')).toBe('waiting: another program has locked the database');
    const server = 'waiting for the server: a lock, or no answer';
    expect(phase('waiting', 'connection:Shop')).toBe(server);
    expect(phase('waiting', 'postgres://db/shop')).toBe(server);
    expect(phase('committing', 'postgres://db/shop')).toBe('committing');
  });
});
