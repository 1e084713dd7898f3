import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { Live } from '../backend/live';
import type { Connection, ConnectionDraft, ConnectionForm as Form } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { ConnectionForm } from './connection-form';

const shop: Connection = {
  ...{ name: 'Shop', url: 'postgres://ada@db/shop', kind: 'postgres', password: 'keychain' },
};
const fields: Form = {
  ...{ kind: 'postgres', hosts: 'db', port: '', database: 'shop', user: 'ada', password: false },
  ...{ tls: '', ca: '', rest: '' },
};

function setUp(saved: Connection | undefined, answers: Partial<Program> = {}) {
  const drafts: ConnectionDraft[] = [];
  TestBed.configureTestingModule({
    providers: [
      provideRouter([]),
      { provide: Live, useValue: { listen: () => () => undefined } },
      {
        provide: Program,
        useValue: fakeProgram({
          connections: () => Promise.resolve(saved ? [saved] : []),
          connectionForm: (url) => Promise.resolve({ ...fields, hosts: new URL(url).hostname }),
          connectionURL: (form) =>
            Promise.resolve(`postgres://${form.user}@${form.hosts}/${form.database}`),
          saveConnection: (draft) => {
            drafts.push(draft);
            const password = draft.password ? 'session' : '';
            const { name, url } = draft;
            return Promise.resolve({ ...shop, name, url, password, reason: 'no keychain' });
          },
          testConnection: (draft, schema, table) => {
            drafts.push(draft);
            const step = { name: 'table', state: 'ok', message: `${schema} and ${table}` };
            return Promise.resolve({ ok: true, steps: [step] });
          },
          ...answers,
        }),
      },
    ],
  });
  const fixture = TestBed.createComponent(ConnectionForm);
  fixture.componentRef.setInput('saved', saved);
  const stored: string[] = [];
  fixture.componentInstance.stored.subscribe((name) => stored.push(name));
  const page = fixture.nativeElement as HTMLElement;
  const part = (name: string) => {
    const found = page.querySelector<HTMLInputElement>(`[data-testid=${name}]`);
    if (!found) {
      throw new Error(`no ${name}`);
    }
    return found;
  };
  const fill = async (name: string, value: string) => {
    part(name).value = value;
    part(name).dispatchEvent(new Event('input'));
    part(name).dispatchEvent(new Event('change'));
    await fixture.whenStable();
  };
  const click = async (name: string) => {
    part(name).click();
    await fixture.whenStable();
  };
  return { fixture, page, part, fill, click, drafts, stored };
}

describe('ConnectionForm', () => {
  it('takes a URL apart, and hides its password', async () => {
    const { fixture, part, fill, click, drafts, stored } = setUp(undefined);
    await fixture.whenStable();
    await fill('connection-name', ' Shop ');
    await fill('connection-url', 'postgres://ada:s%20e@db.example/shop');
    expect(part('connection-url').value).toBe('postgres://ada@db.example/shop');
    expect(part('connection-hosts').value).toBe('db.example');
    expect(part('connection-password').type).toBe('password');
    expect(part('connection-password').value).toBe('s e');
    await click('save-connection');
    expect(drafts).toEqual([
      { name: 'Shop', url: 'postgres://ada@db.example/shop', password: 's e' },
    ]);
    expect(part('connection-password').value).toBe('');
    expect(stored).toEqual(['Shop']);
    expect(part('connection-done').textContent).toBe(
      'Saved. The password is kept only until Linefeed ends: no keychain.',
    );
  });

  it('leaves the password of a saved connection alone, or has it forgotten', async () => {
    const { fixture, part, fill, click, drafts } = setUp(shop);
    await fixture.whenStable();
    expect(part('connection-password').placeholder).toBe('Kept in the keychain');
    expect(part('save-connection').getAttribute('aria-disabled')).toBe('true');
    await fill('connection-database', 'other');
    expect(part('connection-url').value).toBe('postgres://ada@db/other');
    await click('save-connection');
    const changed = { name: 'Shop', url: 'postgres://ada@db/other', was: 'Shop' };
    expect(drafts).toEqual([changed]);
    await click('forget-password');
    await click('save-connection');
    expect(drafts.at(-1)).toEqual({ ...changed, password: '' });
  });

  it('tests what is filled in, with a table of a schema', async () => {
    const { fixture, page, fill, click, drafts } = setUp(shop);
    await fixture.whenStable();
    await fill('connection-password', 'new');
    await fill('test-table', 'sales.a.b');
    await click('test-connection');
    expect(drafts).toEqual([{ name: 'Shop', url: shop.url, was: 'Shop', password: 'new' }]);
    expect(page.querySelector('[data-step=table]')?.textContent).toContain('Sales and a.b');
    await fill('test-table', 'a');
    await click('test-connection');
    expect(page.querySelector('[data-step=table]')?.textContent).toContain('And a');
  });

  it('saves what was typed last, at Enter too, and says why it can’t', async () => {
    const { fixture, part, drafts } = setUp(shop);
    await fixture.whenStable();
    const submit = async () => {
      part('connection-name').form?.dispatchEvent(new Event('submit'));
      await fixture.whenStable();
    };
    const type = (name: string, value: string) => {
      part(name).value = value;
      part(name).dispatchEvent(new Event('input'));
    };
    type('connection-database', 'other');
    await submit();
    expect(drafts.at(-1)?.url).toBe('postgres://ada@db/other');
    type('connection-url', 'postgres://ada@db.example/last');
    await submit();
    expect(drafts.at(-1)?.url).toBe('postgres://ada@db.example/last');
    type('connection-name', ' ');
    await submit();
    expect(part('connection-done').textContent).toBe('Give it a name first');
    expect(drafts).toHaveLength(2);
  });

  it('keeps what is filled in while the list is read again, until another one is opened', async () => {
    const { fixture, part, fill } = setUp(shop);
    await fixture.whenStable();
    await fill('connection-database', 'other');
    await fill('connection-password', 'new');
    fixture.componentRef.setInput('saved', { ...shop });
    await fixture.whenStable();
    expect([part('connection-database').value, part('connection-password').value]).toEqual([
      ...['other', 'new'],
    ]);
    fixture.componentRef.setInput('saved', { ...shop, name: 'Lab' });
    await fixture.whenStable();
    expect([part('connection-name').value, part('connection-password').value]).toEqual(['Lab', '']);
    expect(fixture.componentInstance.changed()).toBe(false);
  });

  it('says that a test is outdated once something has changed', async () => {
    const { fixture, page, fill, click } = setUp(shop);
    await fixture.whenStable();
    const outdated = () => page.querySelector('[data-testid=test-outdated]') !== null;
    await click('test-connection');
    expect(outdated()).toBe(false);
    await fill('connection-password', 'new');
    expect(outdated()).toBe(true);
    await click('test-connection');
    expect(outdated()).toBe(false);
    await click('save-connection');
    expect(outdated()).toBe(false);
    await fill('connection-hosts', 'db2');
    expect(outdated()).toBe(true);
  });

  it('asks before it removes a connection, and keeps it at first', async () => {
    const { fixture, page, click } = setUp(shop);
    document.body.append(page); // what is not in the document has no focus
    let unwanted = 0;
    fixture.componentInstance.unwanted.subscribe(() => unwanted++);
    await fixture.whenStable();
    await click('remove-connection');
    expect(unwanted).toBe(0);
    expect(document.activeElement?.textContent.trim()).toBe('Keep');
    (document.activeElement as HTMLElement).click();
    await fixture.whenStable();
    expect(document.activeElement?.textContent.trim()).toBe('Remove…');
    await click('remove-connection');
    await click('remove-confirm');
    expect(unwanted).toBe(1);
    page.remove();
  });

  it('warns of TLS that is lowered, and says what is wrong with a URL', async () => {
    const { fixture, page, fill } = setUp(shop, {
      connectionForm: (url) =>
        url.includes('bad')
          ? Promise.reject<Form>(new Error('the address can’t be understood'))
          : Promise.resolve({ ...fields, tls: 'off' }),
    });
    await fixture.whenStable();
    expect(page.querySelector('[data-testid=tls-lowered]')?.textContent).toContain('encrypted');
    await fill('connection-url', 'bad');
    expect(page.querySelector('[data-testid=url-error]')?.textContent).toContain('understood');
  });
});
