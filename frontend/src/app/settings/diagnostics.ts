import { Component, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Desktop } from '../backend/desktop';
import { Program } from '../backend/program';
import { messageOf } from '../format/format';
import { ErrorNotice } from '../notice/error-notice';

/** What to send with the report of a fault: copied, and shown, so that it can be read before. */
@Component({
  selector: 'lf-diagnostics',
  imports: [ErrorNotice, MatButton],
  template: `
    <p class="line">
      <button matButton="outlined" type="button" data-testid="diagnostics" (click)="copy()">
        Copy diagnostics
      </button>
      <span class="muted" role="status">{{
        text() ? 'Copied. Read it before you send it.' : 'What to send with the report of a fault.'
      }}</span>
    </p>
    <lf-error-notice [message]="failure()" />
    @if (text()) {
      <pre class="data selectable" tabindex="0" data-testid="diagnostics-text">{{ text() }}</pre>
    }
  `,
  styles: `
    .line {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: 12px;
      margin: 12px 0;
    }

    pre {
      max-height: 320px;
      overflow: auto;
      margin: 0;
      padding: 8px 12px;
      border: var(--lf-line);
      border-radius: 4px;
    }
  `,
})
export class Diagnostics {
  private readonly program = inject(Program);
  private readonly desktop = inject(Desktop);

  protected readonly text = signal('');
  protected readonly failure = signal('');

  protected async copy(): Promise<void> {
    this.failure.set('');
    try {
      const text = await this.program.diagnostics();
      await this.desktop.copy(text);
      this.text.set(text);
    } catch (error) {
      this.failure.set(messageOf(error));
    }
  }
}
