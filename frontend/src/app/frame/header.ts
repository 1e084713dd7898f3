import { Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatTooltip } from '@angular/material/tooltip';
import { Router, RouterLink } from '@angular/router';
import { ArrowRight, ChevronRight } from 'lucide';
import { Account } from '../backend/account';
import { Draft } from '../draft/draft';
import { pageOf, steps } from '../draft/steps';
import { bytes, counted, fileName, messageOf } from '../format/format';
import { tableOf, targetInFull, targetName } from '../format/target';
import { character, encoding } from '../format/words';
import { Icon } from '../icon/icon';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { Place } from './place';

/** The file and its target, the steps, and the buttons that go on. */
@Component({
  selector: 'lf-header',
  imports: [Icon, MatButton, MatTooltip, RouterLink],
  templateUrl: './header.html',
  styleUrl: './header.scss',
})
export class Header {
  private readonly router = inject(Router);
  protected readonly draft = inject(Draft);
  private readonly account = inject(Account);
  protected readonly place = inject(Place);
  protected readonly keys = inject(Shortcuts);
  protected readonly icons = { ArrowRight, ChevronRight };
  protected readonly steps = steps;
  protected readonly pageOf = pageOf;

  private readonly starting = signal(false);
  protected readonly failure = signal('');

  /** What is imported, how it is read, and where it goes. */
  protected readonly from = computed(() => {
    const run = this.place.run();
    if (run && !this.place.ownRun()) {
      const { file, plan, target } = run.job().request;
      return {
        file: fileName(file),
        path: file,
        facts: [],
        to: `${targetName(target)} / ${tableOf(plan)}`,
        target: targetInFull(target),
        how: '',
      };
    }
    const set = this.place.set();
    if (set && !this.place.ownRun()) {
      const { first = '', request } = set.set();
      return {
        file: counted(set.files().total, 'file'),
        path: first,
        facts: [],
        to: `${targetName(request.import.target)} / ${tableOf(request.import.plan)}`,
        target: targetInFull(request.import.target),
        how: '',
      };
    }
    const [file, several] = [this.draft.file(), this.draft.choices.several()];
    const preview = this.draft.preview();
    const [target, schema, table] = [
      this.draft.database.target(),
      this.draft.table.schema(),
      this.draft.table.name(),
    ];
    const facts = preview
      ? [
          bytes(several ? this.draft.files.size() : preview.size),
          encoding(preview.dialect.encoding ?? ''),
          character(preview.dialect.delimiter ?? ''),
          (preview.dialect.headerRows ?? 0) > 0 ? 'header' : 'no header',
        ]
      : [];
    return {
      file: several ? counted(this.draft.choices.importing().length, 'file') : fileName(file),
      path: several ? this.draft.choices.importing().map(fileName).join('\n') : file,
      facts,
      to: preview && target ? `${targetName(target)} / ${tableOf({ schema, table })}` : '',
      target: targetInFull(target),
      how: this.place.ownRun() ? '' : this.how(),
    };
  });

  protected readonly current = computed(() =>
    this.place.ownRun()
      ? this.draft.imported()
        ? 'run'
        : 'check'
      : steps.find((s) => s.path === this.place.path())?.name,
  );
  private readonly position = computed(() => steps.findIndex((s) => s.name === this.current()));
  protected readonly next = computed(() =>
    this.position() < 0 ? undefined : steps[this.position() + 1],
  );
  private readonly previous = computed(() =>
    this.place.ownRun() ? steps.at(-1) : steps[this.position() - 1],
  );

  /** Why the next step can't be taken; "" when it can. */
  protected readonly stuck = computed(() => {
    if (!this.draft.file()) {
      return 'Choose a file first';
    }
    if (this.draft.previewError()) {
      return this.draft.choices.several()
        ? `${fileName(this.draft.file())} can’t be read: look at another file`
        : 'The file can’t be read';
    }
    return this.draft.memberOpen() ? 'Choose a file of the archive first' : '';
  });
  protected readonly blocked = computed(() =>
    this.starting() ? 'Starting …' : this.account.blocked() || this.draft.blocked(),
  );

  constructor() {
    claimKeys([
      {
        label: 'Next step',
        key: 'Alt+ArrowRight',
        enabled: () => this.next() !== undefined && !this.stuck(),
        run: () => {
          this.goNext();
        },
      },
      {
        label: 'Step back',
        key: 'Alt+ArrowLeft',
        enabled: () => this.previous() !== undefined,
        run: () => void this.router.navigateByUrl(this.previous()?.path ?? ''),
      },
      {
        label: 'Import',
        key: 'Mod+Enter',
        enabled: () => this.current() !== undefined && !this.place.ownRun() && !this.blocked(),
        run: () => void this.start(),
      },
    ]);
  }

  /** What becomes of the table, or of those of several files. */
  private how(): string {
    const { choices, table } = this.draft;
    if (!table.creates()) {
      return 'adds rows';
    }
    return choices.each() ? 'new tables' : 'new table';
  }

  protected goNext(): void {
    const next = this.next();
    if (next && !this.stuck()) {
      void this.router.navigateByUrl(next.path);
    }
  }

  protected async start(): Promise<void> {
    if (this.blocked()) {
      return;
    }
    this.starting.set(true);
    this.failure.set('');
    try {
      await this.router.navigate([...pageOf(await this.draft.start())]);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    } finally {
      this.starting.set(false);
    }
  }
}
