import { computed, inject, signal } from '@angular/core';
import type { ConnectionForm } from '../backend/model';
import { Program } from '../backend/program';
import { messageOf } from '../format/format';
import { passwordIn, withoutPassword } from '../format/target';

const empty: ConnectionForm = {
  ...{ kind: 'postgres', hosts: '', port: '', database: '', user: '', password: false },
  ...{ tls: '', ca: '', rest: '' },
};

/**
 * A connection that is filled in by its URL or by its fields: each follows the
 * other. It holds no password. Created in an injection context.
 */
export class Editor {
  private readonly program = inject(Program);
  private readonly fields = signal(empty, { equal: same });
  private readonly begun = signal({ name: '', url: '', fields: empty });
  private readonly wrong = signal('');
  /** The URL that the fields stand for. */
  private taken = '';
  private asked = 0;
  private answered: Promise<void> = Promise.resolve();

  readonly name = signal('');
  /** As it stands in its field; the fields follow it with takeURL. */
  readonly url = signal('');
  readonly form = this.fields.asReadonly();
  /** Why the URL can't be understood, or the fields make none; "" for nothing. */
  readonly error = this.wrong.asReadonly();
  /** Whether anything is other than it was at the beginning. */
  readonly changed = computed(() => {
    const { name, url, fields } = this.begun();
    return this.name() !== name || this.url() !== url || !same(this.fields(), fields);
  });

  /** Begins with what is saved by that name, or with a new one. */
  begin(name: string, url: string): void {
    this.name.set(name);
    this.begun.set({ name, url, fields: empty });
    this.fields.set(empty);
    this.setURL(url, (fields) => {
      this.begun.set({ name, url, fields });
    });
  }

  /** Goes on with what is saved now, as it was saved. */
  goOn(name: string, url: string): void {
    this.name.set(name);
    this.begun.set({ name, url, fields: this.fields() });
    if (url !== this.taken) {
      this.setURL(url, (fields) => {
        this.begun.set({ name, url, fields });
      });
    }
  }

  /** Whether it began with these. */
  beganWith(name: string, url: string): boolean {
    return this.begun().name === name && this.begun().url === url;
  }

  /** Has the fields follow the URL. Returns the password that was in it, and is no longer. */
  takeURL(): string {
    const typed = this.url().trim();
    const url = withoutPassword(typed);
    if (url === this.taken) {
      this.url.set(url);
    } else {
      this.setURL(url);
    }
    return passwordIn(typed);
  }

  /** Changes fields, and the URL with them. */
  change(fields: Partial<ConnectionForm>): void {
    this.fields.update((form) => ({ ...form, ...fields }));
    this.follow(this.program.connectionURL(this.fields()), (url) => {
      this.taken = url;
      this.url.set(url);
    });
  }

  /** Waits until URL and fields say the same. */
  async settled(): Promise<void> {
    for (let last; last !== this.answered;) {
      last = this.answered;
      await last;
    }
  }

  private setURL(url: string, then?: (fields: ConnectionForm) => void): void {
    this.taken = url;
    this.url.set(url);
    const fields = url === '' ? Promise.resolve(empty) : this.program.connectionForm(url);
    this.follow(fields, (form) => {
      this.fields.set(form);
      then?.(form);
    });
  }

  /** Takes an answer, unless something else was asked meanwhile. */
  private follow<T>(answer: Promise<T>, take: (answer: T) => void): void {
    const asked = ++this.asked;
    const isLast = () => asked === this.asked;
    this.answered = answer.then(
      (value) => {
        if (isLast()) {
          this.wrong.set('');
          take(value);
        }
      },
      (reason: unknown) => {
        if (isLast()) {
          this.wrong.set(messageOf(reason));
        }
      },
    );
  }
}

function same(a: ConnectionForm, b: ConnectionForm): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
