import { TestBed } from '@angular/core/testing';
import { Desktop } from '../backend/desktop';
import type { AccessScope, AccessToken, Setting } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { OtherPrograms } from './other-programs';

const allowed: Setting = {
  ...{ name: 'allowed-origins', value: 'https://a.example', default: '', message: 'which' },
};

/** The section, in a program that remembers what it is told. */
async function setUp(setting: Setting = allowed, kept: readonly AccessToken[] = []) {
  const made: unknown[] = [];
  const copied: string[] = [];
  let tokens = [...kept];
  let origins = setting.value.split(' ');
  TestBed.configureTestingModule({
    providers: [
      {
        provide: Desktop,
        useValue: { copy: (text: string) => Promise.resolve(copied.push(text)) },
      },
      {
        provide: Program,
        useValue: fakeProgram({
          live: () => Promise.resolve({ url: 'http://127.0.0.1:38415', token: 'own' }),
          connections: () =>
            Promise.resolve([
              { name: 'Warehouse', url: 'postgres://x/y', kind: 'postgres', password: '' },
            ]),
          tokens: () => Promise.resolve(tokens),
          makeToken: (name: string, scope: AccessScope, lasts: string) => {
            if (!name) {
              return Promise.reject(
                new Error('"" can\'t be the name of a token: it has up to 100'),
              );
            }
            made.push([name, scope, lasts]);
            const token = { name, ...scope, created: '2026-03-01T12:00:00Z' };
            tokens = [...tokens, token];
            return Promise.resolve({ ...token, token: 'the-secret' });
          },
          revokeToken: (name: string) => {
            tokens = tokens.filter((t) => t.name !== name);
            return Promise.resolve();
          },
          allowOrigin: (origin: string) => {
            if (origin.endsWith('/')) {
              return Promise.reject(
                new Error(`"${origin}" has more: write ${origin.slice(0, -1)}`),
              );
            }
            origins = [...origins, origin];
            return Promise.resolve(origins);
          },
          disallowOrigin: (origin: string) => {
            origins = origins.filter((o) => o !== origin);
            return Promise.resolve(origins);
          },
        }),
      },
    ],
  });
  const fixture = TestBed.createComponent(OtherPrograms);
  fixture.componentRef.setInput('origins', setting);
  fixture.componentInstance.changed.subscribe((changed) => {
    fixture.componentRef.setInput('origins', changed);
  });
  const page = fixture.nativeElement as HTMLElement;
  const all = (name: string) => [...page.querySelectorAll<HTMLElement>(`[data-testid=${name}]`)];
  const part = (name: string) => all(name)[0];
  const until = (check: () => void) => vi.waitFor(check);
  const type = (name: string, text: string) => {
    const field = part(name) as HTMLInputElement;
    field.value = text;
    field.dispatchEvent(new Event('input'));
    return fixture.whenStable();
  };
  const click = (name: string, which = 0) => {
    all(name)[which]?.click();
    return fixture.whenStable();
  };
  await until(() => {
    expect(part('api-address')?.textContent).toBe('http://127.0.0.1:38415');
  });
  await fixture.whenStable();
  const texts = (name: string) => all(name).map((e) => e.textContent.trim());
  return { made, copied, all, part, texts, until, type, click };
}

describe('OtherPrograms', () => {
  it('allows an origin, and says of one that is none how it is written', async () => {
    const { part, texts, type, click, until } = await setUp();
    await type('origin-field', 'https://b.example/');
    await click('origin-add');
    await until(() => {
      expect(part('origin-error')?.textContent).toContain('write https://b.example');
    });
    expect((part('origin-field') as HTMLInputElement).value).toBe('https://b.example/');
    await type('origin-field', ' https://b.example ');
    await click('origin-add');
    await until(() => {
      expect(texts('origin-item')).toEqual(['https://a.example', 'https://b.example']);
    });
    expect((part('origin-field') as HTMLInputElement).value).toBe('');
    expect(part('origin-error')).toBeUndefined();
    await click('origin-remove');
    await until(() => {
      expect(texts('origin-item')).toEqual(['https://b.example']);
    });
  });

  it('lets nobody change origins that a policy sets, and names its file', async () => {
    const { part, all, texts } = await setUp({ ...allowed, pinned: '/etc/linefeed/policy.json' });
    expect(texts('origin-item')).toEqual(['https://a.example']);
    expect([part('origin-field'), part('origin-remove')]).toEqual([undefined, undefined]);
    expect(all('origin-item')[0]?.closest('dd')?.textContent).toContain(
      '/etc/linefeed/policy.json',
    );
  });

  it('makes a token of what was chosen, and of what was only typed, and tells it once', async () => {
    const { made, copied, part, texts, type, click, until } = await setUp();
    await click('token-new');
    await click('token-make');
    await until(() => {
      expect(part('token-error')?.textContent).toContain("can't be the name of a token");
    });
    await type('token-name', 'shop');
    await click('token-may-import');
    await type('token-target-field', '/data/shop.db');
    await click('token-target-add');
    await type('token-target-field', '/data/more');
    await type('token-folder-field', '/inbox');
    await click('token-make');
    await until(() => {
      expect(part('token-secret')?.textContent).toBe('the-secret');
    });
    const scope = { may: 'import', targets: ['/data/shop.db', '/data/more'], folders: ['/inbox'] };
    expect(made).toEqual([['shop', scope, '30d']]);
    await click('token-copy');
    await until(() => {
      expect(part('token-copy')?.textContent.trim()).toBe('Copied');
    });
    expect(copied).toEqual(['the-secret']);
    await click('token-done');
    expect(part('token-secret')).toBeUndefined();
    expect(texts('token')).toHaveLength(1);
  });

  it('has any database stand for all, and a watching token name no folders', async () => {
    const { made, texts, type, click, until } = await setUp();
    await click('token-new');
    await type('token-name', 'board');
    await type('token-target-field', '/data/shop.db');
    await click('token-target-add');
    await click('token-may-import');
    await type('token-folder-field', '/inbox');
    await click('token-folder-add');
    await click('token-may-watch');
    await type('token-target-field', 'any');
    await click('token-target-add');
    expect(texts('token-target-item')).toEqual(['any database']);
    await click('token-make');
    await until(() => {
      expect(made).toEqual([['board', { may: 'watch', targets: ['any'] }, '30d']]);
    });
  });

  it('lists what each may do, and asks before one is revoked', async () => {
    const { part, all, texts, click, until } = await setUp(allowed, [
      {
        ...{ name: 'shop', may: 'import', targets: ['connection:Warehouse', '/data/shop.db'] },
        ...{ folders: ['/data/inbox'], created: '2026-03-01T12:00:00Z' },
        expires: '2026-03-02T12:00:00Z',
      },
      { name: 'board', may: 'watch', targets: ['any'], created: '2026-03-01T12:00:00Z' },
    ]);
    await until(() => {
      expect(all('token')).toHaveLength(2);
    });
    const cells = all('token').map((row) =>
      [...row.querySelectorAll('[role=cell]')].map((cell) => cell.textContent.trim()),
    );
    expect(cells).toEqual([
      ['shop', 'import', 'Warehouse, shop.db', 'inbox', 'expired', 'never', 'Revoke'],
      ['board', 'watch', 'any', 'none', 'never', 'never', 'Revoke'],
    ]);
    await click('token-revoke', 1);
    expect(part('token-question')?.textContent).toContain('Revoke board?');
    expect(texts('token')).toHaveLength(2);
    await click('token-revoke-confirm');
    await until(() => {
      expect(all('token').map((row) => row.dataset['name'])).toEqual(['shop']);
    });
  });
});
