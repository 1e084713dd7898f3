import { Component, computed, inject, input, signal, viewChild } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { Database, Plus, ShieldAlert } from 'lucide';
import { Connections as Saved } from '../backend/connections';
import { messageOf } from '../format/format';
import { targetName } from '../format/target';
import { product } from '../format/words';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { ErrorNotice } from '../notice/error-notice';
import { Question } from '../notice/question';
import { ConnectionForm } from './connection-form';

/** The saved connections; one of them, or a new one, is open. */
@Component({
  selector: 'lf-connections',
  imports: [ConnectionForm, ErrorNotice, Icon, MatButton, MatTooltip, Question, RouterLink],
  templateUrl: './connections.html',
  styleUrl: './connections.scss',
})
export class Connections {
  private readonly router = inject(Router);
  protected readonly connections = inject(Saved);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { Database, Plus, ShieldAlert };
  protected readonly called = targetName;
  private readonly form = viewChild(ConnectionForm);
  protected readonly product = product;

  // From the address of the page.
  /** The name of the connection that is open. */
  readonly name = input<string>();
  /** Present for a new one. */
  readonly new = input<string>();
  /** The URL of a new one. */
  readonly url = input<string>();

  /** The connection that is open: the first one if none was chosen; "" for a new one. */
  protected readonly was = computed(() => {
    const fresh = this.new() !== undefined || this.url() !== undefined;
    return this.name() ?? (fresh ? '' : (this.connections.list()[0]?.name ?? ''));
  });
  protected readonly saved = computed(() => this.connections.get(this.was()));
  protected readonly missing = computed(
    () => this.saved() === undefined && (this.was() !== '' || this.connections.loading()),
  );

  /** Why one could not be removed. */
  protected readonly failure = signal('');
  /** Answers whether what is not saved may be left; undefined while nobody is asked. */
  protected readonly leaving = signal<((leave: boolean) => void) | undefined>(undefined);
  protected readonly question = computed(() => {
    const name = this.saved()?.name;
    return `${name ? `The changes to ${name} are` : 'The new connection is'} not saved.`;
  });
  /** Why the open one can't be saved; "" when it can. */
  protected readonly unsavable = computed(() => this.form()?.unsavable() ?? '');

  constructor() {
    this.connections.reload();
    claimKeys([
      {
        label: 'Add a connection',
        key: 'Mod+d',
        run: () => void this.router.navigate(['/connections'], { queryParams: { new: '' } }),
      },
    ]);
  }

  /** Whether the open connection may be left: where it is not saved, a person is asked. */
  mayLeave(): boolean | Promise<boolean> {
    return this.form()?.changed()
      ? new Promise((answer) => {
          this.leaving.set(answer);
        })
      : true;
  }

  protected answer(leave: boolean): void {
    this.leaving()?.(leave);
    this.leaving.set(undefined);
  }

  protected async saveAndLeave(): Promise<void> {
    this.answer((await this.form()?.save()) ?? false);
  }

  protected discardAndLeave(): void {
    this.form()?.begin();
    this.answer(true);
  }

  /** Opens a connection that was saved, or the first one. */
  protected show(name?: string): void {
    this.leaving.set(undefined); // another way is gone
    void this.router.navigate(['/connections'], { queryParams: name ? { name } : {} });
  }

  protected async remove(): Promise<void> {
    this.failure.set('');
    try {
      await this.connections.remove(this.was());
      this.form()?.begin(); // what is not saved is not asked for
      this.show();
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
