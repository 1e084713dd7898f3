import { told } from './told';

const says = (warnings: Parameters<typeof told>[0]) => told(warnings).map((t) => t.says);

describe('told', () => {
  it('puts fields that go nowhere together', () => {
    const unmapped = (field: string) => ({
      ...{ code: 'unmapped_field', field, message: `the field "${field}" goes to no column` },
      hint: 'map it to a column',
      settings: [{ name: 'map' }],
    });
    expect(told([unmapped('a'), { code: 'unsure', message: 'look' }, unmapped('b')])).toEqual([
      {
        code: 'unmapped_field',
        says: '2 fields go to no column and are not loaded: a, b.',
        hint: 'Map each to a column, or leave it out.',
      },
      { code: 'unsure', says: 'Look.', hint: '' },
    ]);
    expect(told([unmapped('a')])).toEqual([
      {
        code: 'unmapped_field',
        says: 'The field "a" goes to no column.',
        hint: 'Map it to a column (under Mapping).',
      },
    ]);
  });

  it('says once what the first look and the whole reading both found', () => {
    const again = (message: string) => ({ code: 'repeated_header', line: 404, message });
    expect(says([again('it comes again'), again('it comes again: 1 line')])).toEqual([
      'It comes again: 1 line.',
    ]);
    const same = { code: 'unsure', message: 'look' };
    expect(says([same, same])).toEqual(['Look.']);
  });

  it('names the line where the message does not tell of lines itself', () => {
    expect(says([{ code: 'preamble', line: 1, message: '2 lines above the records' }])).toEqual([
      '2 lines above the records.',
    ]);
    expect(says([{ code: 'unsure', line: 1204, message: 'look' }])).toEqual(['Line 1,204: look.']);
  });
});
