import { TestBed } from '@angular/core/testing';
import { Router, provideRouter, withComponentInputBinding } from '@angular/router';
import { RouterTestingHarness } from '@angular/router/testing';
import { routes } from '../app.routes';
import { Live } from '../backend/live';
import type { Connection } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';

const named = (name: string): Connection => ({
  ...{ name, url: `postgres://${name}/shop`, kind: 'postgres', password: '' },
});

async function setUp(answers: Partial<Program> = {}, start = '/connections?name=Lab') {
  TestBed.configureTestingModule({
    providers: [
      provideRouter(routes, withComponentInputBinding()),
      { provide: Live, useValue: { listen: () => () => undefined } },
      {
        provide: Program,
        useValue: fakeProgram({
          connections: () => Promise.resolve([named('Lab'), named('Shop')]),
          // The page is shown anew before the program answers.
          connectionForm: (url) =>
            new Promise((resolve) => {
              setTimeout(() => {
                resolve({
                  ...{ kind: 'postgres', hosts: new URL(url).hostname, port: '', database: '' },
                  ...{ user: '', password: false, tls: '', ca: '', rest: '' },
                });
              });
            }),
          saveConnection: ({ name, url }) => Promise.resolve({ ...named(name), url }),
          ...answers,
        }),
      },
    ],
  });
  const harness = await RouterTestingHarness.create(start);
  const page = harness.routeNativeElement?.parentElement ?? document.body;
  const part = (name: string) => page.querySelector<HTMLInputElement>(`[data-testid=${name}]`);
  /** Waits for what a navigation that is held by a question never lets settle. */
  const until = (check: () => void) =>
    vi.waitFor(() => {
      harness.detectChanges();
      check();
    });
  const rename = (name: string) => {
    const field = part('connection-name');
    if (field) {
      field.value = name;
      field.dispatchEvent(new Event('input'));
    }
    harness.detectChanges();
  };
  const click = (name: string) => part(name)?.click();
  const open = (name: string) => {
    const entries = [...page.querySelectorAll<HTMLElement>('[data-testid=connection]')];
    entries.find((e) => e.textContent.includes(name))?.click();
  };
  const router = TestBed.inject(Router);
  const at = (url: string, name: string) =>
    until(() => {
      expect([router.url, part('connection-name')?.value]).toEqual([url, name]);
    });
  await at(start, 'Lab');
  return { part, until, rename, click, open, at, router };
}

describe('Connections', () => {
  const [lab, shop] = ['/connections?name=Lab', '/connections?name=Shop'];

  it('asks before what is not saved is left', async () => {
    const { part, until, rename, click, open, at } = await setUp();
    open('Shop');
    await at(shop, 'Shop');
    rename('Store');
    open('Lab');
    await until(() => {
      expect(part('unsaved')?.textContent).toContain('The changes to Shop are not saved.');
    });
    click('unsaved-stay');
    await until(() => {
      expect(part('unsaved')).toBeNull();
    });
    await at(shop, 'Store');

    open('Lab');
    await until(() => {
      expect(part('unsaved')).not.toBeNull();
    });
    click('unsaved-discard');
    await at(lab, 'Lab');
    expect(part('unsaved')).toBeNull();
    open('Shop');
    await at(shop, 'Shop');
  });

  it('asks before another page is opened, and saves first if it should', async () => {
    const saved: string[] = [];
    const { part, until, rename, click, router } = await setUp({
      saveConnection: (draft) => {
        saved.push(draft.name);
        return Promise.resolve(named(draft.name));
      },
    });
    rename('');
    void router.navigateByUrl('/runs');
    await until(() => {
      expect(part('unsaved-save')?.getAttribute('aria-disabled')).toBe('true');
    });
    rename('Store');
    click('unsaved-save');
    await until(() => {
      expect(router.url).toBe('/runs');
    });
    expect(saved).toEqual(['Store']);
  });

  it('says what was saved of that connection alone, and keeps its test', async () => {
    const { part, until, rename, click, open, at } = await setUp({
      testConnection: () => Promise.resolve({ ok: true, steps: [] }),
    });
    click('test-connection');
    await until(() => {
      expect(part('test-result')?.textContent).toContain('It works');
    });
    rename('Store');
    click('save-connection');
    await at('/connections?name=Store', 'Store');
    expect(part('connection-done')?.textContent).toBe('Saved.');
    expect(part('test-result')?.textContent).toContain('It works');
    open('Shop');
    await at(shop, 'Shop');
    expect(part('connection-done')?.textContent).toBe('');
    expect(part('test-result')).toBeNull();
  });

  it('follows the first one to its new name', async () => {
    const { part, rename, click, at } = await setUp({}, '/connections');
    rename('Zoo'); // behind Shop
    click('save-connection');
    await at('/connections?name=Zoo', 'Zoo');
    expect(part('connection-done')?.textContent).toBe('Saved.');
  });

  it('tells that a password stays of a connection that is gone', async () => {
    let all = [named('Lab'), named('Shop')];
    const { part, until, rename, click } = await setUp({
      connections: () => Promise.resolve(all),
      removeConnection: () => {
        all = [named('Shop')];
        return Promise.reject(new Error('the password stays in the keychain'));
      },
    });
    rename('Other');
    click('remove-connection');
    await until(() => {
      expect(part('remove-confirm')).not.toBeNull();
    });
    click('remove-confirm');
    await until(() => {
      expect(part('remove-error')?.textContent).toContain('The password stays in the keychain');
      expect(part('connection')?.textContent).toContain('Shop');
    });
  });

  it('does not ask for the changes to one that is removed', async () => {
    const { part, until, rename, click, at } = await setUp({
      removeConnection: () => Promise.resolve(),
    });
    rename('Other');
    click('remove-connection');
    await until(() => {
      expect(part('remove-confirm')).not.toBeNull();
    });
    click('remove-confirm');
    await at('/connections', 'Shop');
    expect(part('unsaved')).toBeNull();
  });
});
