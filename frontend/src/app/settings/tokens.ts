import {
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  linkedSignal,
  resource,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { Check, Copy, Plus } from 'lucide';
import { Desktop } from '../backend/desktop';
import type { AccessToken, NewToken } from '../backend/model';
import { Program } from '../backend/program';
import { dayAndTime, messageOf } from '../format/format';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { Question } from '../notice/question';
import { databaseInFull, databaseName, filesOf } from './scope';
import { TokenForm } from './token-form';

/** The tokens for other programs and pages: they are made, told once, and revoked. */
@Component({
  selector: 'lf-tokens',
  imports: [ErrorNotice, Icon, MatButton, Question, TokenForm],
  templateUrl: './tokens.html',
  styleUrl: './tokens.scss',
})
export class Tokens {
  private readonly program = inject(Program);
  private readonly desktop = inject(Desktop);
  private readonly listing = resource({ loader: () => this.program.tokens() });
  /** The last answer stays in view until the next one comes. */
  private readonly known = linkedSignal<
    readonly AccessToken[] | undefined,
    readonly AccessToken[] | undefined
  >({
    source: () => (this.listing.hasValue() ? this.listing.value() : undefined),
    computation: (tokens, previous) => tokens ?? previous?.value,
  });

  protected readonly icons = { Check, Copy, Plus };
  protected readonly rows = computed(() => this.known()?.map(rowOf));
  protected readonly error = computed(
    () => this.failure() || (this.listing.error()?.message ?? ''),
  );

  protected readonly making = signal(false);
  /** The one that was just made, whose secret is shown. */
  protected readonly fresh = signal<NewToken | undefined>(undefined);
  protected readonly copied = signal(false);
  /** The name of the one to revoke, until that is confirmed. */
  protected readonly asked = signal('');
  private readonly failure = signal('');

  private readonly copyButton = viewChild<unknown, ElementRef<HTMLButtonElement>>('copyButton', {
    read: ElementRef,
  });

  constructor() {
    // The form that had the focus is gone.
    afterRenderEffect({
      write: () => {
        this.copyButton()?.nativeElement.focus();
      },
    });
  }

  protected question(name: string): string {
    return `Revoke ${name}? What uses it is let in no longer. Imports that it has started go on.`;
  }

  protected begin(): void {
    this.fresh.set(undefined);
    this.making.set(true);
  }

  protected take(token: NewToken): void {
    this.making.set(false);
    this.copied.set(false);
    this.fresh.set(token);
    this.listing.reload();
  }

  protected async copy(token: NewToken): Promise<void> {
    this.failure.set('');
    try {
      await this.desktop.copy(token.token);
      this.copied.set(true);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  protected async revoke(name: string): Promise<void> {
    this.asked.set('');
    this.failure.set('');
    try {
      await this.program.revokeToken(name);
      if (this.fresh()?.name === name) {
        this.fresh.set(undefined);
      }
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
    this.listing.reload();
  }
}

/** A token as it is listed, and in full. */
function rowOf(token: AccessToken) {
  const { name, may, targets = [], folders = [], created, expires, used } = token;
  const expired = !!expires && Date.parse(expires) <= Date.now();
  return {
    ...{ name, may, expired },
    made: `Made ${dayAndTime(created)}`,
    targets: targets.map(databaseName).join(', '),
    targetsInFull: targets.map(databaseInFull).join('\n'),
    files: filesOf(token),
    filesInFull: folders.join('\n'),
    expires: expired ? 'expired' : expires ? dayAndTime(expires) : 'never',
    expiresInFull: expires ? dayAndTime(expires) : '',
    used: used ? dayAndTime(used) : 'never',
  };
}
