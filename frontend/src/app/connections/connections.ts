import { Component, computed, inject, input, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { Database, Plus, ShieldAlert } from 'lucide';
import { Connections as Saved } from '../backend/connections';
import type { Connection } from '../backend/model';
import { targetName } from '../format/target';
import { product } from '../format/words';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { ErrorNotice } from '../notice/error-notice';
import { ConnectionForm } from './connection-form';

/** The saved connections; one of them, or a new one, is open. */
@Component({
  selector: 'lf-connections',
  imports: [ConnectionForm, ErrorNotice, Icon, MatButton, MatTooltip, RouterLink],
  templateUrl: './connections.html',
  styleUrl: './connections.scss',
})
export class Connections {
  private readonly router = inject(Router);
  protected readonly connections = inject(Saved);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { Database, Plus, ShieldAlert };
  protected readonly called = targetName;
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

  /** What was done, for the form that opens after it. */
  protected readonly done = signal('');

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

  /** Opens a connection after it was saved, or the first one after another was removed. */
  protected show(saved?: { connection: Connection; says: string }): void {
    this.done.set(saved?.says ?? '');
    const queryParams = saved ? { name: saved.connection.name } : {};
    void this.router.navigate(['/connections'], { queryParams });
  }
}
