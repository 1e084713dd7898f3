import { Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatOption, MatSelect, MatSelectTrigger } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { RouterLink } from '@angular/router';
import { RotateCw, ShieldAlert } from 'lucide';
import { Connections } from '../backend/connections';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { ChoiceBar } from '../field/choice-bar';
import { PasswordField } from '../field/password-field';
import { PathBar } from '../field/path-bar';
import { messageOf } from '../format/format';
import {
  connectionName,
  targetName,
  toConnection,
  whereIs,
  type TargetKind,
} from '../format/target';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { ErrorNotice } from '../notice/error-notice';

/** Which database: a file, a saved connection, or a server by its URL; and whether it can be used. */
@Component({
  selector: 'lf-database',
  imports: [
    ChoiceBar,
    ErrorNotice,
    Icon,
    MatButton,
    MatOption,
    MatSelect,
    MatSelectTrigger,
    MatTooltip,
    PasswordField,
    PathBar,
    RouterLink,
  ],
  templateUrl: './database.html',
  styleUrl: './database.scss',
})
export class Database {
  private readonly program = inject(Program);
  protected readonly connections = inject(Connections);
  protected readonly draft = inject(Draft);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { RotateCw, ShieldAlert };
  protected readonly toConnection = toConnection;
  protected readonly called = targetName;
  protected readonly whereIs = whereIs;
  protected readonly failure = signal('');

  protected readonly kinds: readonly { value: TargetKind; label: string }[] = [
    { value: 'file', label: 'SQLite file' },
    { value: 'connection', label: 'Connection' },
    { value: 'url', label: 'URL' },
  ];
  /** The name of the saved connection; "" for another target. */
  protected readonly name = computed(() => connectionName(this.draft.database.target()));

  constructor() {
    this.connections.reload();
    const file = () => this.draft.database.kind() === 'file';
    claimKeys([
      { label: 'Open a database', key: 'Mod+o', enabled: file, run: () => void this.open() },
      { label: 'Create a database', key: 'Mod+s', enabled: file, run: () => void this.create() },
      {
        label: 'Reload',
        key: 'F5',
        enabled: () =>
          this.draft.database.kind() === 'connection' && this.draft.database.target() !== '',
        run: () => {
          this.draft.database.reload();
        },
      },
    ]);
  }

  protected open(): Promise<void> {
    return this.take(() => this.program.chooseDatabase());
  }

  protected create(): Promise<void> {
    return this.take(() => this.program.createDatabase(this.draft.database.target()));
  }

  protected async answer(event: Event, field: PasswordField): Promise<void> {
    event.preventDefault();
    const password = field.take();
    await this.try(() => this.draft.database.givePassword(password));
  }

  private take(dialog: () => Promise<string>): Promise<void> {
    return this.try(async () => {
      const path = await dialog();
      if (path) {
        this.draft.choices.setTarget(path);
      }
    });
  }

  private async try(what: () => Promise<void>): Promise<void> {
    this.failure.set('');
    try {
      await what();
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
