import {
  Component,
  DestroyRef,
  ElementRef,
  afterRenderEffect,
  computed,
  effect,
  inject,
  input,
  linkedSignal,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { MatButton } from '@angular/material/button';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { ArrowDownToLine, Search } from 'lucide';
import type { Reject, RejectCount } from '../backend/model';
import { Program } from '../backend/program';
import type { Run } from '../backend/run';
import { count, dayAndTime, nothing, oneLine, timeOfDay } from '../format/format';
import { reason } from '../format/words';
import { named } from '../notice/settings';
import { Rows } from '../grid/rows';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { Shortcuts, claimKeys } from '../keys/shortcuts';
import { RejectDetail } from './reject-detail';
import { RejectLog, everything, type LogFilter } from '../rejects/reject-log';
import { throttle } from './throttle';

/** The log is searched after this many milliseconds without typing. */
const typingPause = 200;

/** The log of a run's rejects: it grows as they come, and opening a row shows the record. */
@Component({
  selector: 'lf-log',
  imports: [ErrorNotice, Icon, MatButton, MatOption, MatSelect, MatTooltip, RejectDetail, Rows],
  templateUrl: './log.html',
  styleUrl: './log.scss',
})
export class Log {
  private readonly program = inject(Program);
  protected readonly keys = inject(Shortcuts);
  readonly run = input.required<Run>();
  /** The number of rejects by reason and column. */
  readonly counts = input.required<readonly RejectCount[]>();

  protected readonly icons = { ArrowDownToLine, Search };
  protected readonly count = count;
  protected readonly nothing = nothing;
  protected readonly oneLine = oneLine;
  protected readonly timeOfDay = timeOfDay;
  protected readonly when = dayAndTime;
  protected readonly why = reason;
  protected readonly named = named;

  private readonly find = viewChild.required<ElementRef<HTMLInputElement>>('find');
  private readonly rows = viewChild.required(Rows);

  protected readonly filter = linkedSignal<Run, LogFilter>({
    source: this.run,
    computation: () => everything,
  });
  /** What is typed into the field; it counts after a pause in typing. */
  protected readonly typed = linkedSignal(() => this.filter().find);
  protected readonly filtered = computed(() => {
    const { code, column, find } = this.filter();
    return code !== '' || column !== '' || find !== '';
  });
  protected readonly log = computed(
    () => new RejectLog(this.run().id, (query) => this.program.rejects(query)),
  );
  protected readonly codes = computed(() => [...new Set(this.counts().map((c) => c.code))]);
  protected readonly columns = computed(() =>
    [...new Set(this.counts().map((c) => c.column))].filter((column) => column !== '').sort(),
  );

  protected readonly active = signal(-1);
  /** A run that ended before it was opened is shown from the start of its log. */
  protected readonly following = linkedSignal<Run, boolean>({
    source: this.run,
    computation: (run) => untracked(run.active),
  });
  /** The length of the log when it stopped following, or was filtered; undefined while it can't grow. */
  private readonly heldAt = computed(() =>
    this.following() || this.log().looking() || !untracked(this.run().active)
      ? undefined
      : untracked(this.log().total),
  );
  protected readonly fresh = computed(() => {
    const held = this.heldAt();
    return held === undefined ? 0 : this.log().total() - held;
  });

  protected readonly detail = signal(false);
  /** The reject that is open; it stays open when the log drops its row. */
  protected readonly opened = linkedSignal<
    { log: RejectLog; row: number; reject: Reject | undefined },
    Reject | undefined
  >({
    source: () => {
      const [log, row] = [this.log(), this.detail() ? this.active() : -1];
      return { log, row, reject: log.at(row) };
    },
    computation: ({ log, row, reject }, before) =>
      reject ??
      (before?.source.log === log && before.source.row === row ? before.value : undefined),
  });

  constructor() {
    claimKeys([
      {
        label: 'Find in the log',
        key: '/',
        run: () => {
          this.find().nativeElement.focus();
        },
      },
      {
        label: 'Find in the log',
        key: 'Mod+f',
        run: () => {
          this.find().nativeElement.select();
        },
      },
      {
        label: 'Follow the end of the log',
        key: 'f',
        run: () => {
          this.toEnd();
        },
      },
    ]);

    const growth = throttle(200, () => this.log().refresh());
    inject(DestroyRef).onDestroy(() => {
      growth.stop();
    });
    effect(() => {
      const [log, filter] = [this.log(), this.filter()];
      untracked(() => {
        this.active.set(-1);
        void log.narrow(filter);
      });
    });
    effect((onCleanup) => {
      const find = this.typed();
      const timer = setTimeout(() => {
        if (find !== untracked(this.filter).find) {
          this.narrow({ find });
        }
      }, typingPause);
      onCleanup(() => {
        clearTimeout(timer);
      });
    });
    effect(() => {
      this.run().logVersion();
      untracked(() => {
        growth.call();
      });
    });
    afterRenderEffect({
      read: () => {
        const { start, end } = this.rows().inView();
        const log = this.log();
        log.total();
        untracked(() => void log.show(start, end));
      },
    });
  }

  /** Filters the log by a reason and its column. */
  only({ code, column }: RejectCount): void {
    this.narrow({ code, column });
  }

  protected narrow(change: Partial<LogFilter>): void {
    this.filter.update((filter) => ({ ...filter, ...change }));
  }

  protected toEnd(): void {
    this.rows().toEnd();
  }

  protected open(): void {
    this.detail.set(true);
  }

  protected everything(): void {
    this.filter.set(everything);
  }
}
