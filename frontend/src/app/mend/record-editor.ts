import {
  Component,
  computed,
  inject,
  input,
  linkedSignal,
  output,
  resource,
  signal,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import type { Reject, Retry } from '../backend/model';
import { Program } from '../backend/program';
import { count, messageOf } from '../format/format';
import { reason } from '../format/words';
import { named } from '../notice/settings';
import { Deeds } from '../rejects/deeds';
import { Attempts } from './attempt';

/** One rejected record: its fields to edit, whether it would be loaded, and what was done about it. */
@Component({
  selector: 'lf-record-editor',
  imports: [Deeds, MatButton],
  templateUrl: './record-editor.html',
  styleUrl: './record-editor.scss',
})
export class RecordEditor {
  private readonly program = inject(Program);
  readonly job = input.required<string>();
  readonly reject = input.required<Reject>();
  /** The record is to be loaded as it was edited. */
  readonly loaded = output<Retry>();
  /** It was dismissed, or opened again. */
  readonly changed = output();
  readonly closed = output();

  protected readonly count = count;
  protected readonly failure = signal('');
  private readonly which = computed(() => ({ job: this.job(), id: this.reject().id ?? 0 }));
  private readonly asked = computed(() => ({ ...this.which(), state: this.reject().state }));

  private readonly seen = resource({
    params: () => this.asked(),
    loader: ({ params }) => this.program.reject(params.job, params.id),
  });
  protected readonly view = computed(() => (this.seen.hasValue() ? this.seen.value() : undefined));
  protected readonly open = computed(() => this.reject().state === 'open');
  protected readonly why = computed(() => {
    const { latest, message, code, hint, settings } = this.reject();
    return {
      message: latest ? latest.message || reason(latest.code) : message || reason(code),
      hint: latest ? latest.hint : named(hint, settings),
    };
  });

  private readonly read = resource({
    params: () => (this.open() ? this.which() : undefined),
    loader: ({ params }) => this.program.rejectFields(params.job, params.id),
  });
  protected readonly record = computed(() =>
    this.read.hasValue() ? this.read.value() : undefined,
  );
  protected readonly error = computed(
    () => this.failure() || (this.read.error() ?? this.seen.error())?.message,
  );
  protected readonly values = linkedSignal<readonly string[]>(() => this.record()?.values ?? []);
  protected readonly text = linkedSignal(() => this.record()?.text ?? '');

  protected readonly retry = computed((): Retry | undefined => {
    const record = this.record();
    const { job, id } = this.which();
    return record && this.open()
      ? {
          job,
          edits: [
            record.values.length
              ? { id, text: '', fields: [...this.values()] }
              : { id, text: this.text() },
          ],
        }
      : undefined;
  });
  protected readonly attempts = new Attempts(
    () => [this.retry()],
    () => this.which(),
  );
  protected readonly trial = computed(() => this.attempts.trials()[0]);
  protected readonly passes = computed(() => this.trial()?.pass === 1 && !this.attempts.busy());

  protected set(index: number, value: string): void {
    this.values.update((values) => values.map((v, i) => (i === index ? value : v)));
  }

  protected load(): void {
    const retry = this.retry();
    if (retry && this.passes()) {
      this.loaded.emit(retry);
    }
  }

  protected async dismiss(reopen: boolean): Promise<void> {
    const { job, id } = this.which();
    try {
      await this.program.dismiss(job, { ids: [id] }, reopen);
      this.failure.set('');
      this.changed.emit();
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }
}
