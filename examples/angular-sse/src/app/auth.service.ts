import { Service, inject, signal } from '@angular/core';
import { ErrorResponse, type User, UserManager } from 'oidc-client-ts';

import { CONFIG } from './config';

/** There is nobody signed in, or no longer. */
export class SignedOutError extends Error {
  constructor() {
    super('You are signed out.');
    this.name = 'SignedOutError';
  }
}

/** The provider gives no answer; it may later. */
export class UnreachableError extends Error {
  constructor(cause: unknown) {
    super('The sign-in server gives no answer.', { cause });
    this.name = 'UnreachableError';
  }
}

/**
 * Who uses this page, by OpenID Connect: the authorization code flow with PKCE. The tokens are in the tab's
 * session storage, where oidc-client-ts keeps them, so that a reload does not sign out.
 */
@Service()
export class AuthService {
  readonly #manager: UserManager;
  readonly #user = signal<User | null>(null);
  #renewal: Promise<User> | null = null;

  readonly user = this.#user.asReadonly();

  constructor() {
    const config = inject(CONFIG);
    const home = new URL('/', location.origin).href;
    this.#manager = new UserManager({
      authority: config.issuer,
      client_id: config.clientId,
      redirect_uri: home,
      post_logout_redirect_uri: home,
      scope: config.scope,
      automaticSilentRenew: false, // by token(), when one is needed
    });
  }

  /** Finds out who is signed in: from the provider's answer, if the browser comes from there, or from before a reload. */
  async restore(): Promise<void> {
    const query = new URLSearchParams(location.search);
    try {
      if (query.has('code') || query.has('error')) await this.#manager.signinCallback();
      else if (query.has('state')) await this.#manager.signoutCallback();
    } finally {
      history.replaceState(null, '', location.pathname); // a code is good once
      this.#user.set(await this.#manager.getUser());
    }
  }

  /** Leaves for the provider's page. */
  async signIn(): Promise<void> {
    await this.#manager.signinRedirect();
  }

  /** Ends the session at the provider too, and comes back. */
  async signOut(): Promise<void> {
    this.#user.set(null);
    await this.#manager.signoutRedirect();
  }

  /**
   * An access token that is good for some seconds more, and not the one that was refused; renewed where need be.
   * Throws a SignedOutError where the provider gives none any more, and an UnreachableError where it gives no answer.
   */
  async token(refused?: string): Promise<string> {
    const user = this.#user();
    if (!user) throw new SignedOutError();
    if ((user.expires_in ?? 0) > 5 && user.access_token !== refused) return user.access_token;
    // All who need one share one request: a refresh token is good once.
    this.#renewal ??= this.#renew(user).finally(() => {
      this.#renewal = null;
    });
    return (await this.#renewal).access_token;
  }

  async #renew(user: User): Promise<User> {
    try {
      const renewed = user.refresh_token ? await this.#manager.signinSilent() : null;
      if (!renewed) throw new SignedOutError();
      this.#user.set(renewed);
      return renewed;
    } catch (error) {
      if (!(error instanceof ErrorResponse || error instanceof SignedOutError)) {
        throw new UnreachableError(error);
      }
      await this.#manager.removeUser();
      this.#user.set(null);
      throw new SignedOutError();
    }
  }
}
