import {
  Component,
  ElementRef,
  afterNextRender,
  computed,
  inject,
  output,
  signal,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatMenu, MatMenuItem, MatMenuTrigger } from '@angular/material/menu';
import { MatOption, MatSelect } from '@angular/material/select';
import { Connections } from '../backend/connections';
import type { NewToken } from '../backend/model';
import { Program } from '../backend/program';
import { ChoiceBar } from '../field/choice-bar';
import { messageOf, sentence } from '../format/format';
import { toConnection } from '../format/target';
import { anyDatabase, databaseInFull } from './scope';
import { TextList } from './text-list';

/** Makes a token: what it is called, and what its bearer may do. */
@Component({
  selector: 'lf-token-form',
  imports: [
    ChoiceBar,
    MatButton,
    MatMenu,
    MatMenuItem,
    MatMenuTrigger,
    MatOption,
    MatSelect,
    TextList,
  ],
  templateUrl: './token-form.html',
  styleUrl: './token-form.scss',
})
export class TokenForm {
  private readonly program = inject(Program);
  protected readonly connections = inject(Connections);
  /** One was made. */
  readonly made = output<NewToken>();
  /** None is wanted after all. */
  readonly dismissed = output();

  protected readonly any = anyDatabase;
  protected readonly called = databaseInFull;
  protected readonly rights = [
    { value: 'watch', label: 'Watch imports' },
    { value: 'import', label: 'Import' },
  ] as const;
  protected readonly lifetimes = [
    { value: '1d', label: 'a day' },
    { value: '7d', label: '7 days' },
    { value: '30d', label: '30 days' },
    { value: '90d', label: '90 days' },
    { value: '1y', label: 'a year' },
    { value: 'forever', label: 'until it is revoked' },
  ];

  protected readonly name = signal('');
  protected readonly may = signal<'watch' | 'import'>('watch');
  protected readonly targets = signal<readonly string[]>([]);
  protected readonly target = signal('');
  protected readonly folders = signal<readonly string[]>([]);
  protected readonly folder = signal('');
  protected readonly lasts = signal('30d');
  protected readonly failure = signal('');
  protected readonly busy = signal(false);
  /** Saved connections that are not among the databases yet. */
  protected readonly further = computed(() =>
    this.connections.list().filter(({ name }) => !this.targets().includes(toConnection(name))),
  );

  private readonly nameField = viewChild.required<ElementRef<HTMLInputElement>>('nameField');

  constructor() {
    this.connections.reload();
    afterNextRender({
      write: () => {
        this.nameField().nativeElement.focus();
      },
    });
  }

  /** Any database stands for all others. */
  protected addTarget(target: string): void {
    this.targets.update((all) =>
      target === this.any ? [target] : [...without(all, target, this.any), target],
    );
    this.target.set('');
  }

  protected removeTarget(target: string): void {
    this.targets.update((all) => without(all, target));
  }

  protected addConnection(name: string): void {
    this.addTarget(toConnection(name));
  }

  protected addFolder(folder: string): void {
    this.folders.update((all) => [...without(all, folder), folder]);
    this.folder.set('');
  }

  protected removeFolder(folder: string): void {
    this.folders.update((all) => without(all, folder));
  }

  protected async chooseTarget(folder: boolean): Promise<void> {
    await this.choose(
      () => (folder ? this.program.chooseTokenFolder(true) : this.program.chooseDatabase()),
      (path) => {
        this.addTarget(path);
      },
    );
  }

  protected async chooseFolder(): Promise<void> {
    await this.choose(
      () => this.program.chooseTokenFolder(false),
      (path) => {
        this.addFolder(path);
      },
    );
  }

  private async choose(ask: () => Promise<string>, take: (path: string) => void): Promise<void> {
    try {
      const path = await ask();
      if (path) {
        take(path);
      }
    } catch (reason) {
      this.failure.set(sentence(messageOf(reason)));
    }
  }

  /** Makes the token, with what was typed and not added, too. */
  protected async make(event: Event): Promise<void> {
    event.preventDefault();
    if (this.target().trim()) {
      this.addTarget(this.target().trim());
    }
    if (this.folder().trim()) {
      this.addFolder(this.folder().trim());
    }
    this.failure.set('');
    this.busy.set(true);
    const importing = this.may() === 'import';
    try {
      this.made.emit(
        await this.program.makeToken(
          this.name(),
          {
            may: this.may(),
            targets: [...this.targets()],
            ...(importing && this.folders().length ? { folders: [...this.folders()] } : {}),
          },
          this.lasts(),
        ),
      );
    } catch (reason) {
      this.failure.set(sentence(messageOf(reason)));
    } finally {
      this.busy.set(false);
    }
  }
}

function without(all: readonly string[], ...these: readonly string[]): readonly string[] {
  return all.filter((text) => !these.includes(text));
}
