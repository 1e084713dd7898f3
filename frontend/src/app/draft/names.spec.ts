import {
  databaseBeside,
  databaseFor,
  pathOfAll,
  rejectedFrom,
  stem,
  tableName,
  withoutEnding,
} from './names';

describe('names', () => {
  it.each([
    ['/data/articles.csv', 'articles'],
    ['/data/articles.csv.gz', 'articles'],
    ['/data/2026.03.sales.tsv', '2026.03.sales'],
    ['/data/noending', 'noending'],
    ['/data/.hidden', '.hidden'],
  ])('stem of %s', (path, name) => {
    expect(stem(path)).toBe(name);
  });

  it.each([
    ['/data/articles.csv', '/data/articles.db'],
    ['C:\\data\\articles.csv', 'C:\\data\\articles.db'],
    ['articles.csv', 'articles.db'],
    ['/articles.csv', '/articles.db'],
  ])('database beside %s', (path, database) => {
    expect(databaseBeside(path)).toBe(database);
  });

  it.each([
    [
      '/home/a/.linefeed/articles.csv',
      '/home/a/.linefeed',
      '/home/a',
      '/home/a/linefeed-sample.db',
    ],
    ['/home/a/.linefeed/articles.csv', '', '', '/home/a/.linefeed/articles.db'],
    ['/home/a/articles.csv', '/home/a/.linefeed', '/home/a', '/home/a/articles.db'],
    ['/home/a/.linefeed/x/a.csv', '/home/a/.linefeed', '/home/a', '/home/a/.linefeed/x/a.db'],
    ['C:\\own\\a.csv', 'C:\\own', 'C:\\Documents', 'C:\\Documents\\linefeed-sample.db'],
    ['/own/a.csv', '/own', '/', '/linefeed-sample.db'],
  ])('database for %s, beside the program’s own folder %s', (path, own, documents, database) => {
    expect(databaseFor(path, { own, documents })).toBe(database);
  });

  it.each([
    ['/data/articles.csv', '/data/articles'],
    ['/data/articles.csv.gz', '/data/articles.csv'],
    ['/data.2026/noending', '/data.2026/noending'],
    ['C:\\data.2026\\a.tsv', 'C:\\data.2026\\a'],
    ['C:\\data.2026\\a', 'C:\\data.2026\\a'],
  ])('%s without its ending', (path, without) => {
    expect(withoutEnding(path)).toBe(without);
  });

  it.each([
    ['/data/articles.rejected.csv', '/data/articles'],
    ['C:\\data\\articles.REJECTED.CSV', 'C:\\data\\articles'],
    ['/data/articles.csv.rejected.csv', '/data/articles.csv'],
    ['/data/articles.rejected.rejected.csv', '/data/articles.rejected'],
    ['/data/rejected.csv', ''],
    ['/data/articles.rejected.csv.gz', ''],
    ['/data/articles.csv', ''],
  ])('%s holds what was rejected from %s', (path, file) => {
    expect(rejectedFrom(path)).toBe(file);
  });

  it.each([
    ['/data/Articles 2026 (final).csv', 'articles_2026_final'],
    ['/data/2026.csv', 't_2026'],
    ['/data/größe-é.csv', 'große_e'],
    ['/data/---.csv', 'table_1'],
  ])('table for %s', (path, table) => {
    expect(tableName(path)).toBe(table);
  });

  it.each([
    [['/in/sales-01.csv', '/in/sales-02.csv.gz'], '/in/sales.csv'],
    [['/data/2024/jan.csv', '/data/2024/feb.csv'], '/data/2024/2024.csv'],
    [['C:\\in\\a.csv', 'C:\\in\\b.csv'], 'C:\\in\\in.csv'],
    [['a.csv', 'b.csv'], 'a.csv'],
  ])('%j are named together', (paths, together) => {
    expect(pathOfAll(paths)).toBe(together);
  });
});
