import {
  bytes,
  clock,
  count,
  counted,
  dayAndTime,
  duration,
  fileName,
  folderOf,
  oneLine,
  percent,
  roughly,
  sentence,
  sentenceOf,
  timeOfDay,
} from './format';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [48112, '48,112'],
    [1_000_000, '1,000,000'],
    [412_000.7, '412,001'],
  ])('count %d', (n, text) => {
    expect(count(n)).toBe(text);
  });

  it('counts one, and several', () => {
    expect(counted(1, 'import')).toBe('1 import');
    expect(counted(1204, 'row')).toBe('1,204 rows');
  });

  it.each([
    [0, '0 bytes'],
    [999, '999 bytes'],
    [1000, '1.00 kB'],
    [9_995_000, '10.0 MB'],
    [158_113_100, '158 MB'],
    [999_600, '1.00 MB'],
    [5_000_000_000_000, '5.00 TB'],
  ])('bytes %d', (n, text) => {
    expect(bytes(n)).toBe(text);
  });

  it.each([
    [0, 0],
    [7, 7],
    [98, 98],
    [3241, 3200],
    [2_004_418, 2_000_000],
  ])('%d is roughly %d', (n, about) => {
    expect(roughly(n)).toBe(about);
  });

  it.each([
    [0, '0.0'],
    [62.44, '62.4'],
    [62.49, '62.4'],
    [99.99, '99.9'],
    [100, '100.0'],
  ])('percent %d is cut, never rounded up', (n, text) => {
    expect(percent(n)).toBe(text);
  });
});

describe('times', () => {
  it.each([
    [0, '0:00'],
    [2_100, '0:03'],
    [59_999, '1:00'],
    [3_760_000, '1:02:40'],
  ])('clock %d', (ms, text) => {
    expect(clock(ms)).toBe(text);
  });

  it.each([
    [0.42, '0.42 s'],
    [2.44, '2.4 s'],
    [48.2, '48 s'],
    [200, '3:20 min'],
    [3760, '1:02:40 h'],
  ])('duration %d', (s, text) => {
    expect(duration(s)).toBe(text);
  });

  it('writes a time of day in the time of the place', () => {
    const local = new Date(2026, 2, 1, 9, 4, 7, 302).toISOString();
    expect(timeOfDay(local)).toBe('09:04:07');
    expect(timeOfDay(local, true)).toBe('09:04:07.302');
    expect(timeOfDay('')).toBe('—');
  });

  it('names today and yesterday', () => {
    const now = new Date(2026, 2, 1, 12);
    const at = (day: number, month = 2) => new Date(2026, month, day, 9, 5).toISOString();
    expect(dayAndTime(at(1), now)).toBe('today 09:05');
    expect(dayAndTime(at(28, 1), now)).toBe('yesterday 09:05');
    expect(dayAndTime(at(27, 1), now)).toBe('2026-02-27 09:05');
  });
});

describe('names and values', () => {
  it.each([
    ['/home/a/articles.csv', 'articles.csv', '/home/a'],
    ['C:\\data\\a.csv', 'a.csv', 'C:\\data'],
    ['a.csv', 'a.csv', ''],
  ])('parts of %s', (path, name, folder) => {
    expect(fileName(path)).toBe(name);
    expect(folderOf(path)).toBe(folder);
  });

  it('puts a value on one line', () => {
    expect(oneLine('a\r\nb\nc\td\0')).toBe('a⏎b⏎c⇥d␀');
  });

  it.each([
    ['"n/a" stands for no value', '"n/a" stands for no value.'],
    ['n/a is NULL; look?', 'N/a is NULL; look?'],
    ['db.example:5432 does not answer', 'db.example:5432 does not answer.'],
    ['line 7: look', 'Line 7: look.'],
    ['map it (--map FIELD=COLUMN), or leave it out (--map FIELD=)', 'Map it, or leave it out.'],
    ["name them (--null TEXT; --null '' for none)", 'Name them.'],
    ['look (Windows-1252)', 'Look (Windows-1252).'],
    ['', ''],
  ])('says %s as a sentence', (text, said) => {
    expect(sentence(text)).toBe(said);
  });

  it('leaves the path out of what is said about a file beside its name', () => {
    const path = '/in/a.csv';
    expect(sentenceOf(path, 'open /in/a.csv: it is empty')).toBe('It is empty.');
    expect(sentenceOf(path, '/in/a.csv lacks b')).toBe('a.csv lacks b.');
  });
});
