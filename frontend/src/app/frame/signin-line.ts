import { Component, computed, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { UserX } from 'lucide';
import { Account } from '../backend/account';
import { Icon } from '../icon/icon';
import { BrowserWait } from '../notice/browser-wait';
import { Place } from './place';

/** Says that nothing can be imported before somebody signs in, with the way to do it, above every page but the settings. */
@Component({
  selector: 'lf-signin-line',
  imports: [BrowserWait, Icon, MatButton, MatTooltip, RouterLink],
  template: `
    @if (shown(); as why) {
      <section class="attention-line" role="status" data-testid="signin-needed">
        <lf-icon [icon]="icons.UserX" />
        <p class="selectable">
          {{ why }}
          @if (account.error(); as failed) {
            <span class="failure" role="alert" data-testid="signin-failed">{{ failed }}</span>
          }
        </p>
        @if (account.signingIn()) {
          <lf-browser-wait />
        } @else if (account.who()?.signedIn) {
          <button
            matButton="outlined"
            type="button"
            data-testid="signin-leave"
            matTooltip="Then somebody else can sign in"
            (click)="account.signOut()"
          >
            Sign out
          </button>
        } @else if (account.who()?.on) {
          <button
            matButton="filled"
            type="button"
            data-testid="signin-start"
            (click)="account.signIn()"
          >
            Sign in…
          </button>
        } @else {
          <a matButton="outlined" routerLink="/settings" fragment="signin">Settings</a>
        }
      </section>
    }
  `,
  styles: `
    section {
      border-bottom: var(--lf-line);
    }

    .failure {
      color: var(--mat-sys-error);
    }
  `,
})
export class SigninLine {
  private readonly place = inject(Place);
  protected readonly account = inject(Account);
  protected readonly icons = { UserX };
  protected readonly shown = computed(() =>
    this.place.at('Settings') ? '' : this.account.blocked(),
  );
}
