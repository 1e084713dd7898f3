import type { Preview } from '../backend/model';
import { asDialect, decided, decisions } from './decisions';

const preview: Preview = {
  dialect: { encoding: 'utf-8', delimiter: '||', quote: '"', headerRows: 1 },
  findings: [
    {
      ...{ what: 'delimiter', value: '||', confidence: 0.97, reason: '60 of 61 records' },
      alternatives: [{ value: '|', confidence: 0.1 }],
    },
    { what: 'quote', value: '"', confidence: 0.6, reason: 'none was seen' },
  ],
  warnings: [],
  fields: [],
  rows: [],
  size: 0,
  records: 0,
  complete: true,
  guesses: [],
};
const encodings = [
  { name: 'utf-8', label: 'UTF-8' },
  { name: 'windows-1252', label: 'Windows-1252 (Western)' },
];

const of = (what: string, asked = {}) =>
  decided(preview, asked, encodings).find((d) => d.decision.what === what);

describe('decided', () => {
  it('offers what was found, then what was likely, then the others, each once', () => {
    const options = of('delimiter')?.options ?? [];
    expect(options.slice(0, 3).map((o) => [o.value, o.label])).toEqual([
      ['||', '||'],
      ['|', 'pipe'],
      [',', 'comma'],
    ]);
    expect(new Set(options.map((o) => o.value)).size).toBe(options.length);
  });

  it('says how sure the program is, and why', () => {
    expect(of('delimiter')).toMatchObject({
      ...{ value: '||', given: false, sure: '97 %', unsure: false, reason: '60 of 61 records' },
    });
    expect(of('quote')?.unsure).toBe(true);
  });

  it('says what was given, for which the program needs no reason', () => {
    expect(of('delimiter', { delimiter: ';' })).toMatchObject({
      ...{ value: ';', given: true, sure: '', reason: '' },
    });
    expect(of('headerRows', { headerRows: 0 })).toMatchObject({ value: '0', given: true });
  });

  it('offers every encoding that the program knows, by its name for people', () => {
    expect(of('encoding')?.options.map((o) => o.label)).toEqual([
      'UTF-8',
      'Windows-1252 (Western)',
    ]);
  });

  it('asks for the file in an archive where there is an archive', () => {
    expect(of('member')).toBeUndefined();
    const zip = { ...preview, dialect: { ...preview.dialect, member: 'a.csv' } };
    const found = decided(zip, {}, encodings).find((d) => d.decision.what === 'member');
    expect(found?.value).toBe('a.csv');
  });
});

describe('asDialect', () => {
  it.each([
    ['headerRows', '2', { headerRows: 2 }],
    ['skipLines', '-3', { skipLines: 0 }],
    ['skipLines', 'x', { skipLines: 0 }],
    ['delimiter', '\t', { delimiter: '\t' }],
  ])('%s %j', (what, value, dialect) => {
    const decision = decisions.find((d) => d.what === what);
    expect(decision && asDialect(decision, value)).toEqual(dialect);
  });
});
