import { InjectionToken } from '@angular/core';

/** What public/config.json says: where this page is at home. */
export interface Config {
  /** The OpenID Connect provider, as its tokens name it; of Keycloak `https://HOST/realms/REALM`. */
  readonly issuer: string;
  /** This page's client there: a public one, with PKCE. */
  readonly clientId: string;
  /** What is asked for; providers other than Keycloak may want `offline_access` too, to give a refresh token. */
  readonly scope: string;
  /** Where Linefeed listens, until the user says otherwise. */
  readonly api: string;
  /** Where the articles go, until the user says otherwise: a connection that is saved in Linefeed, or a file of SQLite. */
  readonly target: string;
  /** A table that Linefeed knows. */
  readonly preset: string;
}

export const CONFIG = new InjectionToken<Config>('config.json');

export async function loadConfig(): Promise<Config> {
  const response = await fetch('config.json');
  if (!response.ok) throw new Error(`config.json: ${response.status} ${response.statusText}`);
  return (await response.json()) as Config;
}
