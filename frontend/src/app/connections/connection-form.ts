import {
  Component,
  ElementRef,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatOption, MatSelect, MatSelectTrigger } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { Router } from '@angular/router';
import { ShieldAlert } from 'lucide';
import { Connections } from '../backend/connections';
import type {
  Connection,
  ConnectionDraft,
  ConnectionForm as Form,
  ConnectionReport,
} from '../backend/model';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { ChoiceBar } from '../field/choice-bar';
import { fileName, messageOf } from '../format/format';
import { passwordIn, toConnection, withoutPassword } from '../format/target';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { ErrorNotice } from '../notice/error-notice';
import { Steps } from './steps';
import { modes, unsafe } from './tls';

const empty: Form = {
  ...{ kind: 'postgres', hosts: '', port: '', database: '', user: '', password: false },
  ...{ tls: '', ca: '', rest: '' },
};

/**
 * A connection, new or saved, by its URL or its fields, and its test. A password
 * is in its field alone, until it is saved or the form is left.
 */
@Component({
  selector: 'lf-connection-form',
  imports: [
    ChoiceBar,
    ErrorNotice,
    Icon,
    MatButton,
    MatOption,
    MatSelect,
    MatSelectTrigger,
    MatTooltip,
    Steps,
  ],
  templateUrl: './connection-form.html',
  styleUrl: './connection-form.scss',
})
export class ConnectionForm {
  private readonly program = inject(Program);
  private readonly connections = inject(Connections);
  private readonly router = inject(Router);
  protected readonly draft = inject(Draft);
  protected readonly keys = inject(Shortcuts);
  private readonly nameField = viewChild.required<ElementRef<HTMLInputElement>>('nameField');
  private readonly password = viewChild.required<ElementRef<HTMLInputElement>>('password');

  /** The connection as it is saved; undefined for a new one. */
  readonly saved = input.required<Connection | undefined>();
  /** The URL that a new one begins with. */
  readonly url = input('');
  /** What was done before the form was opened. */
  readonly afterwards = input('');
  readonly stored = output<{ connection: Connection; says: string }>();
  readonly removed = output();

  protected readonly icons = { ShieldAlert };
  protected readonly fileName = fileName;
  protected readonly modes = modes;
  protected readonly kinds = [
    { value: 'postgres', label: 'PostgreSQL' },
    { value: 'mysql', label: 'MySQL or MariaDB' },
  ] as const;

  /** What the form begins with. */
  private readonly opened = computed(() => ({
    name: this.saved()?.name ?? '',
    url: this.saved()?.url ?? this.url(),
  }));
  protected readonly name = this.fromStart(() => this.opened().name);
  protected readonly address = this.fromStart(() => this.opened().url);
  protected readonly form = this.fromStart(() => empty);
  protected readonly tableName = this.fromStart(() => '');
  protected readonly report = this.fromStart(() =>
    this.tested.name === this.opened().name ? this.tested.report : undefined,
  );
  /** The last test of what was saved by this name. */
  private tested: { name: string; report: ConnectionReport | undefined } = {
    name: '',
    report: undefined,
  };
  protected readonly session = this.fromStart(() => this.saved()?.password === 'session');
  protected readonly forgets = this.fromStart(() => false);
  protected readonly hasPassword = this.fromStart(() => false);
  protected readonly wrongURL = this.fromStart(() => '');
  protected readonly failure = this.fromStart(() => '');
  protected readonly done = this.fromStart(() => this.afterwards());
  protected readonly removing = this.fromStart(() => false);
  protected readonly testing = signal(false);
  private readonly saving = signal(false);
  private readonly edited = this.fromStart(() => false);

  protected readonly postgres = computed(() => this.form().kind !== 'mysql');
  protected readonly usualPort = computed(() => (this.postgres() ? '5432' : '3306'));
  protected readonly asksAuthority = computed(() => ['', 'verify', 'ca'].includes(this.form().tls));
  protected readonly mode = computed(
    () => modes.find((m) => m.value === this.form().tls)?.label ?? '',
  );
  protected readonly lowered = computed(() => unsafe(this.form()));
  protected readonly changed = computed(
    () =>
      this.edited() || this.hasPassword() || this.forgets() || this.name() !== this.opened().name,
  );
  /** Where the password is. */
  protected readonly kept = computed(() => {
    const kept = this.forgets() ? '' : this.saved()?.password;
    return kept === 'keychain'
      ? 'Kept in the keychain'
      : kept === 'session'
        ? 'Kept until Linefeed ends'
        : 'None';
  });
  /** Why it can't be tested; "" when it can. */
  protected readonly untestable = computed(() => {
    if (this.testing() || this.saving()) {
      return 'Wait a moment …';
    }
    return this.wrongURL() || (this.address() ? '' : 'Fill in a URL or a server first');
  });
  /** Why it can't be saved; "" when it can. */
  protected readonly unsaved = computed(() =>
    this.untestable()
      ? this.untestable()
      : this.name().trim()
        ? this.saved() && !this.changed()
          ? 'Nothing has changed'
          : ''
        : 'Give it a name first',
  );

  constructor() {
    effect(() => {
      const { url } = this.opened();
      untracked(() => {
        this.password().nativeElement.value = '';
        if (!this.saved()) {
          this.nameField().nativeElement.focus();
        }
        if (url) {
          void this.parse(url);
        }
      });
    });
    claimKeys([
      { label: 'Save the connection', key: 'Mod+s', run: () => void this.save() },
      { label: 'Test the connection', key: 'Mod+Enter', run: () => void this.test() },
    ]);
  }

  /** Takes a URL that was typed or pasted apart; its password goes into its field. */
  protected async take(field: HTMLInputElement): Promise<void> {
    const typed = field.value.trim();
    const [url, password] = [withoutPassword(typed), passwordIn(typed)];
    field.value = url;
    if (password) {
      this.password().nativeElement.value = password;
      this.typed();
    }
    if (url !== this.address()) {
      this.edit();
      this.address.set(url);
      await this.parse(url);
    }
  }

  /** A pasted URL is complete. */
  protected pasted(field: HTMLInputElement): void {
    setTimeout(() => void this.take(field));
  }

  /** Changes fields, and the URL with them. */
  protected async change(fields: Partial<Form>): Promise<void> {
    this.edit();
    this.form.update((form) => ({ ...form, ...fields }));
    try {
      this.address.set(await this.program.connectionURL(this.form()));
      this.wrongURL.set('');
    } catch (reason) {
      this.wrongURL.set(messageOf(reason));
    }
  }

  protected typed(): void {
    this.edit();
    this.hasPassword.set(this.password().nativeElement.value !== '');
  }

  /** Has the password removed when the connection is saved. */
  protected forget(): void {
    this.password().nativeElement.value = '';
    this.hasPassword.set(false);
    this.forgets.set(true);
    this.edit();
  }

  protected async test(): Promise<void> {
    if (this.untestable()) {
      return;
    }
    const opened = this.opened();
    this.testing.set(true);
    this.failure.set('');
    this.done.set('');
    try {
      const [table = '', schema = ''] = this.tableName()
        .split(/\.(.*)/s, 2)
        .reverse();
      const report = await this.program.testConnection(this.content(), schema, table);
      if (opened === this.opened()) {
        this.report.set(report);
      }
    } catch (reason) {
      this.failure.set(messageOf(reason));
    } finally {
      this.testing.set(false);
    }
  }

  protected submit(event: Event): void {
    event.preventDefault();
    void this.save();
  }

  protected async save(): Promise<void> {
    if (this.unsaved()) {
      return;
    }
    this.saving.set(true);
    this.failure.set('');
    const inKeychain = this.hasPassword() && !this.session();
    try {
      const connection = await this.connections.save(this.content());
      this.password().nativeElement.value = '';
      this.tested = { name: connection.name, report: this.report() };
      const says =
        inKeychain && connection.password === 'session'
          ? `Saved. The password is kept only until Linefeed ends: ${connection.reason ?? 'there is no keychain here'}.`
          : 'Saved.';
      this.stored.emit({ connection, says });
    } catch (reason) {
      this.failure.set(messageOf(reason));
    } finally {
      this.saving.set(false);
    }
  }

  protected async remove(): Promise<void> {
    try {
      await this.connections.remove(this.opened().name);
      this.removed.emit();
    } catch (reason) {
      this.failure.set(messageOf(reason));
      this.removing.set(false);
    }
  }

  /** Imports into it. */
  protected use(): void {
    this.draft.choices.setTarget(toConnection(this.opened().name));
    void this.router.navigateByUrl('/new/target');
  }

  private content(): ConnectionDraft {
    const password = this.password().nativeElement.value;
    return {
      name: this.name().trim(),
      url: this.address(),
      ...(this.saved() ? { was: this.opened().name } : {}),
      ...(password || this.forgets() ? { password } : {}),
      ...(this.session() ? { session: true } : {}),
    };
  }

  private async parse(url: string): Promise<void> {
    try {
      const form = await this.program.connectionForm(url);
      if (url === this.address()) {
        this.form.set(form);
        this.wrongURL.set('');
      }
    } catch (reason) {
      if (url === this.address()) {
        this.wrongURL.set(messageOf(reason));
      }
    }
  }

  private edit(): void {
    this.edited.set(true);
    this.done.set('');
  }

  /** A signal that begins anew with each connection that is opened. */
  private fromStart<T>(initial: () => T) {
    return linkedSignal<unknown, T>({
      source: () => this.opened(),
      computation: () => untracked(initial),
    });
  }
}
