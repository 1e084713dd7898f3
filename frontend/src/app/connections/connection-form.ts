import {
  Component,
  ElementRef,
  Injector,
  afterNextRender,
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
import type { Connection, ConnectionDraft, ConnectionReport } from '../backend/model';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { ChoiceBar } from '../field/choice-bar';
import { PasswordField } from '../field/password-field';
import { fileName, messageOf } from '../format/format';
import { toConnection } from '../format/target';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { ErrorNotice } from '../notice/error-notice';
import { Editor } from './editor';
import { Steps } from './steps';
import { TextRow } from './text-row';
import { modes, unsafe } from './tls';

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
    PasswordField,
    Steps,
    TextRow,
  ],
  templateUrl: './connection-form.html',
  styleUrl: './connection-form.scss',
})
export class ConnectionForm {
  private readonly program = inject(Program);
  private readonly connections = inject(Connections);
  private readonly router = inject(Router);
  private readonly injector = inject(Injector);
  protected readonly draft = inject(Draft);
  protected readonly keys = inject(Shortcuts);
  private readonly nameRow = viewChild.required<TextRow>('nameRow');
  private readonly password = viewChild.required(PasswordField);
  private readonly keepButton = viewChild<unknown, ElementRef<HTMLElement>>('keep', {
    read: ElementRef,
  });
  private readonly removeButton = viewChild<unknown, ElementRef<HTMLElement>>('remove', {
    read: ElementRef,
  });

  /** The connection as it is saved; undefined for a new one. */
  readonly saved = input.required<Connection | undefined>();
  /** The URL that a new one begins with. */
  readonly url = input('');
  /** It was saved, by this name. */
  readonly stored = output<string>();
  /** It is to be removed: the question has been answered. */
  readonly unwanted = output();

  protected readonly icons = { ShieldAlert };
  protected readonly fileName = fileName;
  protected readonly modes = modes;
  protected readonly kinds = [
    { value: 'postgres', label: 'PostgreSQL' },
    { value: 'mysql', label: 'MySQL or MariaDB' },
  ] as const;

  protected readonly editor = new Editor();
  protected readonly form = this.editor.form;
  /** What the form begins with. It stays the same when the list of connections is read again. */
  private readonly opened = computed(
    () => ({ name: this.saved()?.name ?? '', url: this.saved()?.url ?? this.url() }),
    { equal: (a, b) => a.name === b.name && a.url === b.url },
  );

  protected readonly session = signal(false);
  /** The password that is kept is forgotten when the connection is saved. */
  protected readonly forgets = signal(false);
  protected readonly hasPassword = computed(() => this.password().filled());
  /** Counts the passwords that were typed, for what was tested to be compared with what is there. */
  private readonly passwords = signal(0);
  protected readonly failure = signal('');
  protected readonly removing = signal(false);
  private readonly saving = signal(false);

  protected readonly tableName = signal('');
  protected readonly testing = signal(false);
  private readonly tested = signal<{ of: string; report: ConnectionReport } | undefined>(undefined);
  protected readonly report = computed(() => this.tested()?.report);
  /** What the test depends on. */
  private readonly tests = computed(() =>
    JSON.stringify([this.editor.url(), this.tableName(), this.passwords()]),
  );
  /** What was done, or why it was not, until anything changes. */
  protected readonly says = linkedSignal<unknown, string>({
    source: () => [this.editor.name(), this.form(), this.forgets(), this.tests()],
    computation: () => '',
  });
  /** Something has changed since the test. */
  protected readonly outdated = computed(
    () => this.tested() !== undefined && this.tested()?.of !== this.tests(),
  );

  protected readonly postgres = computed(() => this.form().kind !== 'mysql');
  protected readonly usualPort = computed(() => (this.postgres() ? '5432' : '3306'));
  protected readonly asksAuthority = computed(() => ['', 'verify', 'ca'].includes(this.form().tls));
  protected readonly mode = computed(
    () => modes.find((m) => m.value === this.form().tls)?.label ?? '',
  );
  protected readonly lowered = computed(() => unsafe(this.form()));
  /** Whether anything is not saved. */
  readonly changed = computed(() => this.editor.changed() || this.hasPassword() || this.forgets());
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
    return this.editor.error() || (this.editor.url() ? '' : 'Fill in a URL or a server first');
  });
  /** Why it can't be saved; "" when it can. */
  readonly unsavable = computed(() =>
    this.untestable()
      ? this.untestable()
      : this.editor.name().trim()
        ? this.saved() && !this.changed()
          ? 'Nothing has changed'
          : ''
        : 'Give it a name first',
  );

  constructor() {
    effect(() => {
      const { name, url } = this.opened();
      untracked(() => {
        if (!this.saved()) {
          this.nameRow().focus();
        }
        if (!this.editor.beganWith(name, url)) {
          this.begin();
        }
      });
    });
    claimKeys([
      { label: 'Save the connection', key: 'Mod+s', run: () => void this.submit() },
      { label: 'Test the connection', key: 'Mod+Enter', run: () => void this.test() },
      {
        label: 'Keep the connection',
        key: 'Escape',
        enabled: () => this.removing(),
        run: () => {
          this.keepIt();
        },
      },
    ]);
  }

  /** Forgets what is not saved. */
  begin(): void {
    const { name, url } = this.opened();
    this.editor.begin(name, url);
    this.password().fill('');
    this.session.set(this.saved()?.password === 'session');
    this.forgets.set(false);
    this.tableName.set('');
    this.tested.set(undefined);
    this.failure.set('');
    this.says.set('');
    this.removing.set(false);
  }

  /** Takes a URL that was typed or pasted apart; its password goes into its field. */
  protected takeURL(): void {
    const password = this.editor.takeURL();
    if (password) {
      this.password().fill(password);
      this.typed();
    }
  }

  protected typed(): void {
    this.passwords.update((n) => n + 1);
  }

  /** Has the password removed when the connection is saved. */
  protected forget(): void {
    this.password().fill('');
    this.forgets.set(true);
  }

  protected async test(): Promise<void> {
    await this.settled();
    if (this.untestable()) {
      this.says.set(this.untestable());
      return;
    }
    const [opened, of] = [this.opened(), this.tests()];
    this.testing.set(true);
    this.failure.set('');
    this.says.set('');
    try {
      const [table = '', schema = ''] = this.tableName()
        .trim()
        .split(/\.(.*)/s, 2)
        .reverse();
      const report = await this.program.testConnection(this.content(), schema, table);
      if (opened === this.opened()) {
        this.tested.set({ of, report });
      }
    } catch (reason) {
      this.failure.set(messageOf(reason));
    } finally {
      this.testing.set(false);
    }
  }

  protected async submit(event?: Event): Promise<void> {
    event?.preventDefault();
    if (await this.save()) {
      this.stored.emit(this.editor.name());
    }
  }

  /** Saves it, or says why it can't be. */
  async save(): Promise<boolean> {
    await this.settled();
    if (this.unsavable()) {
      this.says.set(this.unsavable());
      return false;
    }
    this.saving.set(true);
    this.failure.set('');
    const inKeychain = this.hasPassword() && !this.session();
    const outdated = this.outdated();
    try {
      const { name, url, password, reason } = await this.connections.save(this.content());
      this.editor.goOn(name, url);
      this.password().fill('');
      this.forgets.set(false);
      this.tested.update((tested) => tested && { ...tested, of: outdated ? '' : this.tests() });
      this.says.set(
        inKeychain && password === 'session'
          ? `Saved. The password is kept only until Linefeed ends: ${reason ?? 'there is no keychain here'}.`
          : 'Saved.',
      );
      return true;
    } catch (reason) {
      this.failure.set(messageOf(reason));
      return false;
    } finally {
      this.saving.set(false);
    }
  }

  /** Keeps the connection after all. */
  protected keepIt(): void {
    this.removing.set(false);
    this.focusNext(this.removeButton);
  }

  protected askToRemove(): void {
    this.removing.set(true);
    this.focusNext(this.keepButton);
  }

  /** Imports into it. */
  protected use(): void {
    this.draft.choices.setTarget(toConnection(this.opened().name));
    void this.router.navigateByUrl('/new/target');
  }

  private async settled(): Promise<void> {
    this.takeURL();
    await this.editor.settled();
  }

  private content(): ConnectionDraft {
    const password = this.password().value;
    return {
      name: this.editor.name().trim(),
      url: this.editor.url(),
      ...(this.saved() ? { was: this.opened().name } : {}),
      ...(password || this.forgets() ? { password } : {}),
      ...(this.session() ? { session: true } : {}),
    };
  }

  private focusNext(element: () => ElementRef<HTMLElement> | undefined): void {
    afterNextRender({ write: () => element()?.nativeElement.focus() }, { injector: this.injector });
  }
}
