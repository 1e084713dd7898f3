import { DestroyRef, Service, computed, inject, signal } from '@angular/core';
import { EventsOn } from '../../../wailsjs/runtime/runtime';
import { capitalized, messageOf, sentence } from '../format/format';
import { Fetching } from './fetching';
import type { SignedIn } from './model';
import { Program } from './program';

/** Who is signed in with the OpenID Connect provider of the settings. */
@Service()
export class Account {
  private readonly program = inject(Program);
  private readonly known = signal<SignedIn | undefined>(undefined);
  private readonly waiting = signal(false);
  private readonly failure = signal('');
  private readonly opened = signal('');
  private stopped = false;
  private readonly fetching = new Fetching(
    async () => {
      this.known.set(await this.program.signedIn());
    },
    (reason) => {
      this.failure.set(messageOf(reason));
    },
  );

  /** What is known; undefined before it is, and where the program can't start. */
  readonly who = this.known.asReadonly();
  /** A browser is open, in which somebody is to sign in. */
  readonly signingIn = this.waiting.asReadonly();
  /** The page that was opened in the browser, for where it did not open; "" while there is none. */
  readonly page = this.opened.asReadonly();
  /** Why nobody could sign in or out; "" for no such reason. */
  readonly error = this.failure.asReadonly();

  /** Why nothing may be imported; "" where it may. */
  readonly blocked = computed(() => {
    const who = this.known();
    if (!who?.required) {
      return '';
    }
    if (!who.on) {
      return sentence(who.notice?.message ?? 'sign-in is required, but not set up');
    }
    if (!who.signedIn) {
      return 'Imports need a user who is signed in.';
    }
    return who.hasRole
      ? ''
      : `${capitalized(who.name ?? '')} has not the role ${who.role ?? ''}, which imports need.`;
  });

  constructor() {
    const offs = [
      EventsOn('signin-changed', () => {
        void this.refresh();
      }),
      EventsOn('signin-page', (url: string) => {
        this.opened.set(this.waiting() ? url : '');
      }),
    ];
    inject(DestroyRef).onDestroy(() => {
      offs.forEach((off) => {
        off();
      });
    });
    void this.refresh();
  }

  /** Looks who is signed in: the settings, or another program, may have changed it. */
  async refresh(): Promise<void> {
    await this.fetching.call('');
  }

  /** Signs somebody in by the system's browser. */
  async signIn(): Promise<void> {
    if (this.waiting()) {
      return;
    }
    this.waiting.set(true);
    this.stopped = false;
    await this.attempt(() => this.program.signIn());
    this.waiting.set(false);
    this.opened.set('');
  }

  /** Ends the sign-in that waits for the browser. */
  async stop(): Promise<void> {
    this.stopped = true;
    await this.program.stopSignIn().catch(() => undefined);
  }

  async signOut(): Promise<void> {
    this.stopped = false;
    await this.attempt(() => this.program.signOut());
  }

  private async attempt(deed: () => Promise<SignedIn>): Promise<void> {
    this.failure.set('');
    try {
      this.known.set(await deed());
    } catch (reason) {
      if (!this.stopped) {
        this.failure.set(messageOf(reason));
      }
    }
  }
}
