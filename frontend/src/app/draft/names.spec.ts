import { databaseBeside, stem, tableName } from './names';

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
    ['/data/Articles 2026 (final).csv', 'articles_2026_final'],
    ['/data/2026.csv', 't_2026'],
    ['/data/größe-é.csv', 'große_e'],
    ['/data/---.csv', 'table_1'],
  ])('table for %s', (path, table) => {
    expect(tableName(path)).toBe(table);
  });
});
