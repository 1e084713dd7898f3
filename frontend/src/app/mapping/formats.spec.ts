import type { Guess } from '../backend/model';
import { choicesFor, readings } from './formats';

const guess: Guess = {
  field: 'on',
  column: { name: 'on', type: 'text', nullable: true },
  ambiguous: [
    { type: 'date', format: 'DD/MM/YYYY', example: '03/04/2026 is 2026-04-03' },
    { type: 'date', format: 'MM/DD/YYYY', example: '03/04/2026 is 2026-03-04' },
  ],
  evidence: '',
  confidence: 0.5,
  values: 1,
  empty: 0,
  exceptions: 0,
  maxLength: 10,
};

describe('readings', () => {
  it('offers what the values allow first, then every type once', () => {
    const labels = readings(guess.column, guess).map((r) => r.label);
    expect(labels.slice(0, 3)).toEqual(['date DD/MM/YYYY', 'date MM/DD/YYYY', 'text']);
    expect(new Set(labels).size).toBe(labels.length);
    expect(labels).toContain('date');
  });

  it('keeps the format of the column, though nothing in the file asks for it', () => {
    const column = { ...guess.column, type: 'decimal', format: '1.234,56' };
    expect(readings(column, guess).map((r) => r.label)).toContain('decimal 1.234,56');
  });
});

describe('choicesFor', () => {
  it('offers the ways that make a value of the column’s type', () => {
    const formats = (type: string) =>
      choicesFor({ ...guess.column, type }, guess).map((c) => c.format);
    expect(formats('date')).toEqual(['DD/MM/YYYY', 'MM/DD/YYYY']);
    expect(formats('integer')).toEqual([]);
    expect(choicesFor(guess.column, undefined)).toEqual([]);
  });
});
