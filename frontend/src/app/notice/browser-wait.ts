import { Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Account } from '../backend/account';
import { Desktop } from '../backend/desktop';
import { messageOf } from '../format/format';

/** A sign-in that waits for the system's browser, which may not have opened. */
@Component({
  selector: 'lf-browser-wait',
  imports: [MatButton],
  template: `
    <span>Waiting for the browser …</span>
    @if (account.page(); as page) {
      <button type="button" class="link" data-testid="signin-copy" (click)="copy(page)">
        {{ failure() || (copied() === page ? 'Copied: open it in a browser' : 'Copy its address') }}
      </button>
    }
    <button matButton="outlined" type="button" data-testid="signin-stop" (click)="account.stop()">
      Cancel
    </button>
  `,
  styles: `
    :host {
      display: inline-flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 4px 12px;
    }
  `,
})
export class BrowserWait {
  private readonly desktop = inject(Desktop);
  protected readonly account = inject(Account);
  /** The page whose address was copied. */
  protected readonly copied = signal('');
  protected readonly failure = signal('');

  protected async copy(page: string): Promise<void> {
    this.failure.set('');
    try {
      await this.desktop.copy(page);
      this.copied.set(page);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
