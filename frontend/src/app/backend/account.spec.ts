import { TestBed } from '@angular/core/testing';
import { Account } from './account';
import type { SignedIn } from './model';
import { Program } from './program';
import { fakeProgram } from './program.fake';
import { fakeRuntime } from './runtime.fake';

const nobody: SignedIn = {
  ...{ on: true, required: true, signedIn: false, hasRole: false, kept: false, role: 'importer' },
};
const ada: SignedIn = { ...nobody, signedIn: true, hasRole: true, name: 'ada' };

function setUp(answers: Partial<Program>) {
  const runtime = fakeRuntime();
  TestBed.configureTestingModule({
    providers: [{ provide: Program, useValue: fakeProgram(answers) }],
  });
  return { runtime, account: TestBed.inject(Account) };
}

const until = (check: () => void) => vi.waitFor(check);

describe('Account', () => {
  it.each<[string, Partial<SignedIn>, string]>([
    ['nobody need be', { required: false }, ''],
    ['somebody must be', {}, 'Imports need a user who is signed in.'],
    ['somebody is', ada, ''],
    [
      'somebody without the role is',
      { ...ada, hasRole: false },
      'Ada has not the role importer, which imports need.',
    ],
    [
      'it is required and not set up',
      { on: false, notice: { message: 'sign-in is required, but not set up' } },
      'Sign-in is required, but not set up.',
    ],
  ])('says whether imports are blocked: %s', async (_, who, why) => {
    const { account } = setUp({ signedIn: () => Promise.resolve({ ...nobody, ...who }) });
    await until(() => {
      expect(account.who()).toBeDefined();
    });
    expect(account.blocked()).toBe(why);
  });

  it('blocks nothing while it is not known', () => {
    const { account } = setUp({ signedIn: () => Promise.reject(new Error('the store is locked')) });
    expect(account.blocked()).toBe('');
  });

  it('learns of changes that others make', async () => {
    let who = nobody;
    const { runtime, account } = setUp({ signedIn: () => Promise.resolve(who) });
    await until(() => {
      expect(account.who()?.signedIn).toBe(false);
    });
    who = ada;
    runtime.emit('signin-changed');
    await until(() => {
      expect(account.who()?.name).toBe('ada');
    });
  });

  it('signs in and out', async () => {
    let finish: (who: SignedIn) => void = () => undefined;
    const { runtime, account } = setUp({
      signedIn: () => Promise.resolve(nobody),
      signIn: () =>
        new Promise((resolve) => {
          finish = resolve;
        }),
      signOut: () => Promise.resolve(nobody),
    });
    const done = account.signIn();
    expect(account.signingIn()).toBe(true);
    runtime.emit('signin-page', 'https://id.example/auth?x=1');
    expect(account.page()).toBe('https://id.example/auth?x=1');
    finish(ada);
    await done;
    expect([account.signingIn(), account.who()?.name, account.page()]).toEqual([false, 'ada', '']);
    const leaving = account.signOut();
    runtime.emit('signin-page', 'https://id.example/logout');
    await leaving;
    expect(account.page()).toBe('');
    expect(account.who()?.signedIn).toBe(false);
  });

  it('says why nobody could sign in, and nothing when that was given up', async () => {
    let fail: (reason: Error) => void = () => undefined;
    const { account } = setUp({
      signedIn: () => Promise.resolve(nobody),
      signIn: () =>
        new Promise((_, reject) => {
          fail = reject;
        }),
      stopSignIn: () => {
        fail(new Error('context canceled'));
        return Promise.resolve();
      },
    });
    const failing = account.signIn();
    fail(new Error('the provider can’t be reached'));
    await failing;
    expect(account.error()).toBe('the provider can’t be reached');
    const waiting = account.signIn();
    expect(account.error()).toBe('');
    await account.stop();
    await waiting;
    expect([account.error(), account.signingIn()]).toEqual(['', false]);
  });
});
