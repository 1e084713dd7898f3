import { alone, amountOf, goes, inUnit, inWords, unitsOf, valueOf } from './amount';

describe('The value of a setting', () => {
  it.each([
    ['90d', { number: '90', unit: 'd' }, '90 days'],
    ['1y', { number: '1', unit: 'y' }, '1 year'],
    ['forever', { number: '', unit: 'forever' }, 'for ever'],
  ])('%s is an age', (value, amount, words) => {
    expect(amountOf(value)).toEqual(amount);
    expect(valueOf(amount)).toBe(value);
    expect(inWords(value, unitsOf('30d'))).toBe(words);
  });

  it.each([
    ['1GB', { number: '1', unit: 'GB' }, '1 GB'],
    ['1500MB', { number: '1500', unit: 'MB' }, '1,500 MB'],
    ['unlimited', { number: '', unit: 'unlimited' }, 'no limit'],
  ])('%s is a size', (value, amount, words) => {
    expect(amountOf(value)).toEqual(amount);
    expect(valueOf(amount)).toBe(value);
    expect(inWords(value, unitsOf('1GB'))).toBe(words);
  });

  it('is a number alone where the default is one', () => {
    expect(unitsOf('2')).toEqual([]);
    expect(amountOf('16')).toEqual({ number: '16', unit: '' });
    expect(inWords('16', [])).toBe('16');
  });

  it('has no number where its unit stands alone', () => {
    expect(valueOf({ number: '90', unit: 'forever' })).toBe('forever');
    expect([alone('unlimited'), alone('d')]).toEqual([true, false]);
  });

  it.each([
    ['1y', 'd', '365d'],
    ['30d', 'w', '5w'],
    ['2w', 'forever', 'forever'],
    ['forever', 'w', '13w'],
    ['', 'w', '0w'],
  ])('%s in the unit %s is %s: not less', (value, unit, other) => {
    expect(valueOf(inUnit(amountOf(value), unit, '90d'))).toBe(other);
  });

  it('is of the same size in another unit', () => {
    expect(valueOf(inUnit(amountOf('1GB'), 'MB', '1GB'))).toBe('1000MB');
    expect(valueOf(inUnit(amountOf('unlimited'), 'TB', '1GB'))).toBe('1TB');
  });

  it('that is no number is left to the program to refuse', () => {
    expect(valueOf({ number: ' x ', unit: 'd' })).toBe('xd');
  });

  it('says what it removes', () => {
    expect(goes({ jobs: 0, rejects: 0, bytes: 0 })).toBe('');
    expect(goes({ jobs: 8, rejects: 1204, bytes: 2_500_000 })).toBe(
      '8 imports with 1,204 rejected records, about 2.50 MB',
    );
    expect(goes({ jobs: 1, rejects: 0, bytes: 400 })).toBe('1 import');
    expect(goes({ jobs: 0, rejects: 1, bytes: 5000 })).toBe('1 rejected record, about 5.00 kB');
  });
});
