import { asDialect, decisions, valuesFor } from './decisions';

const decision = (what: string) => {
  const found = decisions.find((d) => d.what === what);
  if (!found) {
    throw new Error(`no decision about ${what}`);
  }
  return found;
};

describe('decisions', () => {
  it('offers what was found, then what was likely, then the others, each once', () => {
    const values = valuesFor(decision('delimiter'), '||', {
      ...{ what: 'delimiter', value: '||', confidence: 0.9, reason: '' },
      alternatives: [{ value: '|', confidence: 0.1 }],
    });
    expect(values.slice(0, 3)).toEqual(['||', '|', ',']);
    expect(new Set(values).size).toBe(values.length);
  });

  it.each([
    ['headerRows', '2', { headerRows: 2 }],
    ['skipLines', '-3', { skipLines: 0 }],
    ['skipLines', 'x', { skipLines: 0 }],
    ['delimiter', '\t', { delimiter: '\t' }],
  ])('%s %j as a dialect', (what, value, dialect) => {
    expect(asDialect(decision(what), value)).toEqual(dialect);
  });

  it('names characters and encodings for people', () => {
    expect(decision('delimiter').show('\t')).toBe('tab');
    expect(decision('escape').show('"')).toBe('doubled quote');
    expect(decision('encoding').show('utf-16le')).toBe('UTF-16 LE');
  });
});
