import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Account } from '../backend/account';
import { sentence } from '../format/format';
import { BrowserWait } from '../notice/browser-wait';
import { ErrorNotice } from '../notice/error-notice';

/** Who is signed in, and the way in and out. */
@Component({
  selector: 'lf-signed-in',
  imports: [BrowserWait, ErrorNotice, MatButton],
  template: `
    <div class="row" data-testid="signed-in" [attr.data-name]="who()?.name ?? ''">
      <span>Signed in</span>
      <span class="line" role="status">
        @if (account.signingIn()) {
          <lf-browser-wait />
        } @else if (who(); as who) {
          @if (who.signedIn) {
            <span class="selectable">
              <strong>{{ who.name }}</strong>
              @if (who.email && who.email !== who.name) {
                {{ who.email }}
              }
            </span>
            <button
              matButton="outlined"
              type="button"
              data-testid="sign-out"
              (click)="account.signOut()"
            >
              Sign out
            </button>
          } @else if (who.on) {
            <span class="muted">Nobody</span>
            <button
              matButton="filled"
              type="button"
              data-testid="sign-in"
              (click)="account.signIn()"
            >
              Sign in…
            </button>
          } @else {
            <span class="muted">{{
              who.required ? 'Nobody' : 'Sign-in is off, as long as there are no issuer and client'
            }}</span>
          }
        }
      </span>
      @if (notes().length) {
        <p class="about">
          @for (note of notes(); track note) {
            <span data-testid="signed-in-note">{{ note }} </span>
          }
        </p>
      }
    </div>
    <lf-error-notice testId="sign-in-error" [message]="account.error()" />
  `,
  styles: `
    .row {
      display: grid;
      grid-template-columns: 200px minmax(0, 1fr);
      align-items: center;
      gap: 2px 16px;
      padding: 8px 0;
      border-bottom: var(--lf-line);
    }

    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
      min-height: var(--lf-control);
    }

    strong {
      font-weight: 600;
    }

    .about {
      grid-column: 2;
      color: var(--lf-attention);
    }

    @media (max-width: 860px) {
      .row {
        grid-template-columns: 160px minmax(0, 1fr);
      }
    }
  `,
})
export class SignedInRow {
  protected readonly account = inject(Account);
  protected readonly who = this.account.who;
  /** What whoever is signed in should know. */
  protected readonly notes = computed(() => {
    const who = this.who();
    if (!who) {
      return [];
    }
    return [
      ...(who.notice ? [sentence(who.notice.message), sentence(who.notice.hint ?? '')] : []),
      who.signedIn && who.on ? this.account.blocked() : '',
      who.signedIn && !who.kept
        ? 'It ends with Linefeed: the system has no keychain in which it could be kept.'
        : '',
    ].filter(Boolean);
  });
}
