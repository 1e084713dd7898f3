import { TestBed } from '@angular/core/testing';
import type { ConnectionForm } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { Editor } from './editor';

const fields: ConnectionForm = {
  ...{ kind: 'postgres', hosts: 'db', port: '', database: 'shop', user: 'ada', password: false },
  ...{ tls: '', ca: '', rest: '' },
};

function setUp(answers: Partial<Program>) {
  TestBed.configureTestingModule({
    providers: [{ provide: Program, useValue: fakeProgram(answers) }],
  });
  return TestBed.runInInjectionContext(() => new Editor());
}

describe('Editor', () => {
  const made = ({ hosts, database }: ConnectionForm) => `postgres://ada@${hosts}/${database}`;

  it('has URL and fields follow each other, and knows what has changed', async () => {
    const editor = setUp({
      connectionForm: (url) => Promise.resolve({ ...fields, hosts: new URL(url).hostname }),
      connectionURL: (form) => Promise.resolve(made(form)),
    });
    editor.begin('Shop', 'postgres://ada@db/shop');
    await editor.settled();
    expect([editor.form(), editor.changed()]).toEqual([fields, false]);
    editor.change({ hosts: 'db2' });
    await editor.settled();
    expect([editor.url(), editor.changed()]).toEqual(['postgres://ada@db2/shop', true]);
    editor.change({ hosts: 'db' });
    await editor.settled();
    expect(editor.changed()).toBe(false);
    editor.url.set(' postgres://ada:s%20e@db3/shop ');
    expect([editor.takeURL(), editor.takeURL()]).toEqual(['s e', '']);
    await editor.settled();
    expect([editor.url(), editor.form().hosts]).toEqual(['postgres://ada@db3/shop', 'db3']);
    editor.url.set('');
    editor.takeURL();
    await editor.settled();
    expect([editor.form().hosts, editor.error()]).toEqual(['', '']);
  });

  it('takes the answer to the last of quick changes, in whatever order they come', async () => {
    const answers: (() => void)[] = [];
    const editor = setUp({
      connectionURL: (form) =>
        new Promise((resolve) =>
          answers.push(() => {
            resolve(made(form));
          }),
        ),
    });
    editor.change({ hosts: 'first' });
    editor.change({ hosts: 'last' });
    answers[1]?.();
    await editor.settled();
    answers[0]?.();
    await Promise.resolve();
    expect(editor.url()).toBe('postgres://ada@last/');
  });

  it('says what is wrong with the fields until they are right', async () => {
    const editor = setUp({
      connectionURL: ({ port }) =>
        port ? Promise.reject(new Error('no such port')) : Promise.resolve('postgres://db'),
    });
    editor.change({ port: 'x' });
    await editor.settled();
    expect([editor.error(), editor.changed()]).toEqual(['no such port', true]);
    editor.change({ port: '' });
    await editor.settled();
    expect(editor.error()).toBe('');
  });
});
