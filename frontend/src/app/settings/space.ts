import { Component, computed, inject, input, output, resource, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatOption, MatSelect } from '@angular/material/select';
import type { Damaged, Usage } from '../backend/model';
import { Notices } from '../backend/notices';
import { Program } from '../backend/program';
import { bytes, counted, dayAndTime, messageOf, sentence } from '../format/format';
import { ErrorNotice } from '../notice/error-notice';
import { goes } from './amount';

/** What the program keeps, how to forget some of it, and what was set aside as damaged. */
@Component({
  selector: 'lf-space',
  imports: [ErrorNotice, MatButton, MatOption, MatSelect],
  templateUrl: './space.html',
  styleUrl: './space.scss',
})
export class Space {
  private readonly program = inject(Program);
  private readonly notices = inject(Notices);
  readonly usage = input.required<Usage>();
  /** Something was removed. */
  readonly changed = output();

  protected readonly bytes = bytes;
  protected readonly counted = counted;
  protected readonly when = dayAndTime;
  protected readonly ages = [
    { value: '7d', label: 'more than 7 days ago' },
    { value: '30d', label: 'more than 30 days ago' },
    { value: '90d', label: 'more than 90 days ago' },
    { value: '1y', label: 'more than a year ago' },
    { value: '', label: 'at any time' },
  ];
  protected readonly age = signal('30d');

  private readonly looking = resource({
    params: () => ({ age: this.age(), usage: this.usage() }),
    loader: ({ params }) => this.program.goingOlder(params.age),
  });
  /** What forgetting removes; "" for nothing, undefined while that is not known. */
  protected readonly goes = computed(() =>
    this.looking.hasValue() ? goes(this.looking.value()) : undefined,
  );
  protected readonly contents = computed(() => {
    const { jobs, rejects, received } = this.usage();
    return [
      counted(jobs, 'import'),
      counted(rejects, 'rejected record'),
      received ? `and ${bytes(received)} of received files beside it` : '',
    ]
      .filter(Boolean)
      .join(', ');
  });

  /** What is asked for before it is done: to forget, or to remove a damaged file. */
  protected readonly asking = signal<'' | 'forget' | Damaged>('');
  protected readonly says = signal('');
  protected readonly failure = signal('');
  protected readonly busy = signal(false);

  protected damagedAsked(path: string): boolean {
    const asked = this.asking();
    return typeof asked === 'object' && asked.path === path;
  }

  protected ask(what: 'forget' | Damaged): void {
    this.says.set('');
    this.failure.set('');
    this.asking.set(what);
  }

  protected forget(): Promise<void> {
    return this.attempt(async () => {
      const { jobs, freed, left } = await this.program.forgetOlder(this.age());
      this.says.set(
        [
          `${counted(jobs, 'import')} forgotten${freed ? `, ${bytes(freed)} freed` : ''}.`,
          ...(left ?? []).map((note) => sentence(note.message)),
        ].join(' '),
      );
    });
  }

  protected remove(damaged: Damaged): Promise<void> {
    return this.attempt(async () => {
      await this.program.removeDamaged(damaged.path);
      await this.notices.fetch();
      this.says.set(`${bytes(damaged.size)} freed.`);
    });
  }

  private async attempt(deed: () => Promise<void>): Promise<void> {
    this.asking.set('');
    this.busy.set(true);
    try {
      await deed();
    } catch (reason) {
      this.failure.set(messageOf(reason));
    } finally {
      this.busy.set(false);
      this.changed.emit();
    }
  }
}
