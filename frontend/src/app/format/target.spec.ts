import {
  passwordIn,
  tableOf,
  targetInFull,
  targetKind,
  targetName,
  whereIs,
  withoutPassword,
} from './target';

describe('targets', () => {
  it('are files, saved connections, or servers', () => {
    for (const path of ['/data/a.db', 'C:\\data\\a.db', 'a.db', 'sqlite:a.db', 'sqlite:///a.db']) {
      expect([path, targetKind(path), targetName(path)]).toEqual([path, 'file', 'a.db']);
    }
    expect(targetName('sqlite:/data/a.db?wait=30s')).toBe('a.db');
    expect(targetKind('./connection:a')).toBe('file');
    expect(targetKind('connection:Ware: house')).toBe('connection');
    expect(targetName('connection:Ware: house')).toBe('Ware: house');
    expect(targetKind('mariadb://a/b')).toBe('url');
  });

  it.each([
    ['postgres://ada:***@db.example.com:5432/shop?sslmode=require', 'shop on db.example.com'],
    ['postgres://db.example.com:6432', 'db.example.com:6432'],
    ['mysql://a:3306,b:3307,c/shop', 'shop on a and 2 more'],
    ['postgres://ada@[::1]:5432/my%20shop', 'my shop on [::1]'],
    ['postgres:///shop?host=/run/postgresql', 'shop on this machine'],
    ['postgres://%2Frun%2Fpg/100%', '100% on /run/pg'],
  ])('%s is called %s', (url, name) => {
    expect(targetName(url)).toBe(name);
  });

  it('are shown without a password', () => {
    expect(targetInFull('mysql://ada:s:e/c@ret@db/shop')).toBe('mysql://ada@db/shop');
    expect(targetInFull('connection:Warehouse')).toBe('Warehouse');
    expect(targetInFull('/data/a:b@c.db')).toBe('/data/a:b@c.db');
    expect(withoutPassword('postgres://db/shop?password=a&sslmode=require')).toBe(
      'postgres://db/shop?sslmode=require',
    );
    expect(withoutPassword('postgres://db/shop?password=a')).toBe('postgres://db/shop');
    expect(passwordIn('postgres://ada:a%20b@db/shop')).toBe('a b');
    expect(passwordIn('postgres://db/shop?user=ada&password=a%26b')).toBe('a&b');
    expect(passwordIn('postgres://ada@db/shop')).toBe('');
    for (const url of [
      'postgres://db:5432/shop?application_name=a@b',
      'mysql://[::1]:3306,db2/shop?user=ada@corp&x=1',
    ]) {
      expect([withoutPassword(url), passwordIn(url)]).toEqual([url, '']);
    }
    expect(withoutPassword('mysql://ada:a?b=c@db/shop')).toBe('mysql://ada@db/shop');
    expect(withoutPassword('mysql://db:1/x?user=a@b&password=c@d')).toBe('mysql://db:1/x?user=a@b');
  });

  it('have places and tables', () => {
    expect(tableOf({ table: 'a' })).toBe('a');
    expect(tableOf({ schema: 's', table: 'a' })).toBe('s.a');
    const place = { kind: 'postgres', product: 'PostgreSQL 15.18', marks: true };
    expect(whereIs({ ...place, server: 'db:5432', database: 'shop' })).toBe('shop on db:5432');
    expect(whereIs({ kind: 'sqlite', product: 'SQLite', marks: true, file: '/a.db' })).toBe(
      '/a.db',
    );
  });
});
