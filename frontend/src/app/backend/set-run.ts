import { computed, signal } from '@angular/core';
import type { SetEvent } from './events';
import {
  isActive,
  type Counts,
  type FileSet,
  type SetFiles,
  type SetProgress,
  type SetSnapshot,
} from './model';

/** A set of files as the window knows it: a snapshot, brought up to date by the events after it. */
export class SetRun {
  readonly id: string;
  private readonly current;
  private readonly latest = signal<SetProgress | undefined>(undefined);
  private seq = 0;

  /** Its jobs are left out. */
  readonly set;
  readonly progress = this.latest.asReadonly();
  /** The IDs of the jobs of its files, in their order; none before it was opened. */
  private readonly ids = signal<readonly string[]>([]);
  readonly jobs = this.ids.asReadonly();

  readonly state = computed(() => this.set().state);
  readonly active = computed(() => isActive(this.state()));
  readonly counts = computed(
    (): Counts => (this.active() ? this.latest() : undefined) ?? this.set().summary,
  );
  /** How many of its files are in which state. */
  readonly files = computed(
    (): SetFiles => (this.active() ? this.latest()?.files : undefined) ?? this.set().summary.files,
  );
  /** 0 to 100 over the bytes of all files; undefined if it is not known. */
  readonly percent = computed(() =>
    this.state() === 'done' ? 100 : (this.latest()?.percent ?? undefined),
  );

  constructor(set: FileSet) {
    this.id = set.id;
    this.current = signal(set);
    this.set = this.current.asReadonly();
  }

  /** Takes what is newer in a snapshot than what is known. */
  takeSnapshot({ set, progress, seq }: SetSnapshot): void {
    this.ids.set((set.jobs ?? []).map((job) => job.id));
    if (seq < this.seq) {
      return;
    }
    this.seq = seq;
    this.current.set({ ...set, jobs: undefined });
    if (progress) {
      this.latest.set(progress);
    }
  }

  /** Takes an event of this set; one that is old or repeated changes nothing. */
  takeEvent({ kind, data }: SetEvent): void {
    if (data.seq <= this.seq) {
      return;
    }
    this.seq = data.seq;
    if (kind === 'progress') {
      this.latest.set(data);
      return;
    }
    if (!this.active() && isActive(data.state)) {
      this.latest.set(undefined); // it is taken up
    }
    this.current.update((set) => ({
      ...set,
      state: data.state,
      summary: data.summary ?? set.summary,
      ...(isActive(data.state) ? { resumable: undefined } : {}),
    }));
  }
}
