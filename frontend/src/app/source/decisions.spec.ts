import type { Preview } from '../backend/model';
import { asAsked, decided, decisions } from './decisions';

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
      ...{
        value: '||',
        given: false,
        confidence: '97 %',
        unsure: false,
        reason: '60 of 61 records',
      },
    });
    expect(of('quote')?.unsure).toBe(true);
  });

  it('says what was given, for which the program needs no reason', () => {
    expect(of('delimiter', { delimiter: ';' })).toMatchObject({
      ...{ value: ';', given: true, confidence: '', reason: 'set by you' },
    });
    expect(of('headerRows', { headerRows: 0 })).toMatchObject({ value: '0', given: true });
  });

  it('offers every encoding that the program knows, by its name for people', () => {
    expect(of('encoding')?.options.map((o) => o.label)).toEqual([
      'UTF-8',
      'Windows-1252 (Western)',
    ]);
  });

  it('writes an encoding short where there is little room', () => {
    expect(of('encoding', { encoding: 'windows-1252' })?.short).toBe('Windows-1252');
  });

  it('asks for the file in an archive where there is an archive', () => {
    expect(of('member')).toBeUndefined();
    const zip = { ...preview, dialect: { ...preview.dialect, member: 'a.csv' } };
    const found = decided(zip, {}, encodings).find((d) => d.decision.what === 'member');
    expect(found?.value).toBe('a.csv');
  });
});

describe('an archive of several', () => {
  const zip = (confidence: number): Preview => ({
    ...preview,
    dialect: { ...preview.dialect, compression: 'zip', member: 'a.csv' },
    findings: [
      ...preview.findings,
      {
        what: 'member',
        value: 'a.csv',
        confidence,
        reason: '',
        alternatives: [{ value: 'b.csv', confidence: 0 }],
      },
    ],
  });
  const first = (confidence: number, asked = {}) => decided(zip(confidence), asked, encodings);

  it('has to be asked which file is meant, the shown one too', () => {
    const member = first(0.5).find((d) => d.decision.what === 'member');
    expect(member).toMatchObject({ value: '', unsure: true });
    expect(member?.options.map((o) => o.value)).toEqual(['a.csv', 'b.csv']);
  });

  it('has the answer where one was given, or is clear', () => {
    expect(first(0.9)[0]?.value).toBe('zip');
    expect(first(0.9)[1]?.value).toBe('a.csv');
    expect(first(0.5, { member: 'b.csv' })[1]?.value).toBe('b.csv');
  });
});

describe('a rule', () => {
  it('says that it is the default, until it is set', () => {
    expect(of('ragged')).toMatchObject({ value: 'reject', given: false, confidence: '' });
    expect(of('ragged')?.reason).toMatch(/default/);
    expect(of('invalidBytes')?.reason).toMatch(/default/);
    expect(of('ragged', { ragged: 'pad' })).toMatchObject({ value: 'pad', given: true });
  });
});

describe('asAsked', () => {
  it.each([
    ['headerRows', '2', { headerRows: 2 }],
    ['skipLines', '-3', { skipLines: 0 }],
    ['skipLines', 'x', { skipLines: 0 }],
    ['delimiter', '\t', { delimiter: '\t' }],
  ])('%s %j', (what, value, dialect) => {
    const decision = decisions.find((d) => d.what === what);
    expect(decision && asAsked(decision, value)).toEqual(dialect);
  });
});
