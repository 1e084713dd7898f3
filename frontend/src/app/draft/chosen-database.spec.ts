import { database, postgres } from '../backend/program.fake';
import { server, setUp, tables, until } from './draft.fake';

describe('ChosenDatabase', () => {
  it('offers the sample’s database where a person finds it', async () => {
    const { draft } = setUp({
      folders: () =>
        Promise.resolve({ own: '/home/ada/.linefeed', documents: '/home/ada/Documents' }),
    });
    draft.open('/home/ada/.linefeed/articles.csv');
    await until(() => {
      expect(draft.database.target()).toBe('/home/ada/Documents/linefeed-sample.db');
    });
    draft.open('/home/ada/articles.csv');
    expect(draft.database.target()).toBe('/home/ada/articles.db');
  });

  it('takes an emptied database or table for the one that is offered', () => {
    const { draft } = setUp();
    draft.open('/data/a.csv');
    draft.choices.setTarget('/data/all.db');
    draft.choices.setTable('mine');
    draft.choices.setTarget('');
    draft.choices.setTable('');
    expect([draft.database.target(), draft.table.name()]).toEqual(['/data/a.db', 'a']);
  });

  it('says why it can’t be reached, and goes on once it has the password', async () => {
    let given = '';
    const failure = {
      ...{ kind: 'no_password', step: 'login', hint: 'give it' },
      message: 'db:5432 asks for the password of "ada", and there is none',
    };
    const { draft } = server({
      database: () =>
        Promise.resolve(given ? database(tables, postgres) : { ...database(), failure }),
      givePassword: (target, password) => {
        given = `${target} ${password}`;
        return Promise.resolve();
      },
    });
    await until(() => {
      expect(draft.database.failure()?.kind).toBe('no_password');
    });
    expect(draft.database.error()).toBe(
      'db:5432 asks for the password of "ada", and there is none.', // it is given right there
    );
    expect(draft.blocked()).toBe('The database can’t be used: see Target');
    expect(draft.request()).toBeUndefined();
    await draft.database.givePassword('secret');
    await until(() => {
      expect(draft.blocked()).toBe('');
    });
    expect(given).toBe('connection:Shop secret');
  });

  it('says what to do about what keeps it from being used', async () => {
    const failure = {
      kind: 'closed_port',
      step: 'port',
      message: 'nothing listens',
      hint: 'start it',
    };
    const { draft } = server({ database: () => Promise.resolve({ ...database(), failure }) });
    await until(() => {
      expect(draft.database.error()).toBe('Nothing listens. Start it.');
    });
    expect(draft.database.wantsPassword()).toBe(false);
  });

  it('keeps no password of a URL that was typed', async () => {
    const given: string[] = [];
    const { draft } = server({
      givePassword: (target, password) => {
        given.push(target, password);
        return Promise.resolve();
      },
    });
    await draft.database.take('postgres://ada:s%40e@db/shop', 'file');
    expect(given).toEqual(['postgres://ada@db/shop', 's@e']);
    expect([draft.database.kind(), draft.database.target()]).toEqual([
      'url',
      'postgres://ada@db/shop',
    ]);
  });

  it('takes nothing but a URL for one', async () => {
    const { draft } = server();
    await draft.database.take('db.example/shop', 'url');
    await until(() => {
      expect(draft.database.error()).toBe(
        'The URL of a server begins with postgres:// or mysql://',
      );
    });
    expect([draft.database.kind(), draft.request()]).toEqual(['url', undefined]);
    expect(draft.blocked()).toBe('The database can’t be used: see Target');
    await draft.database.take('', 'url');
    expect([draft.database.kind(), draft.database.target(), draft.database.error()]).toEqual([
      'url',
      '',
      '',
    ]);
  });

  it('keeps what was chosen of each kind', () => {
    const { draft } = server();
    draft.choices.setKind('url');
    expect([draft.database.target(), draft.blocked()]).toEqual([
      '',
      'Choose a database first: see Target',
    ]);
    draft.choices.setKind('file');
    expect(draft.database.target()).toBe('/data/a.db');
    draft.choices.setKind('connection');
    expect(draft.database.target()).toBe('connection:Shop');
  });

  it('tries again with the password of a URL that it has already', async () => {
    let [given, looks] = ['', 0];
    const { draft } = server({
      database: () => {
        looks++;
        return Promise.resolve(database(given === 'right' ? tables : [], postgres));
      },
      givePassword: (_, password) => {
        given = password;
        return Promise.resolve();
      },
    });
    await draft.database.take('postgres://ada:wrong@db/shop', 'url');
    await until(() => {
      expect(draft.database.usable()).toBe(true);
    });
    const before = looks;
    await draft.database.take('postgres://ada:right@db/shop', 'url');
    await until(() => {
      expect(draft.database.tables()).toEqual(tables);
    });
    expect(looks).toBe(before + 1);
  });
});
