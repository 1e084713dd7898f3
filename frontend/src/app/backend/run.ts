import { computed, signal } from '@angular/core';
import type { LiveEvent } from './events';
import { isActive, type Counts, type Job, type Progress, type Snapshot } from './model';
import { addSample, type SpeedSample } from './speed';

const nothing: Counts = { read: 0, inserted: 0, updated: 0, skipped: 0, rejected: 0 };

/** One job as the window knows it: a snapshot, brought up to date by the events after it. */
export class Run {
  readonly id: string;
  private readonly current;
  private readonly latest = signal<Progress | undefined>(undefined);
  private readonly samples = signal<readonly SpeedSample[]>([]);
  private readonly grown = signal(0);
  private readonly away = signal(false);
  private seq = 0;
  /** The event up to which the job and its state are known. */
  private stateSeq = 0;
  private watchedSince: number | undefined;

  readonly job;
  readonly progress = this.latest.asReadonly();
  readonly speed = this.samples.asReadonly();
  /** Another program runs it: that sends no events, but is looked at from time to time. */
  readonly elsewhere = this.away.asReadonly();
  /** Changes whenever the log of rejects may have grown. */
  readonly logVersion = this.grown.asReadonly();

  readonly state = computed(() => this.job().state);
  readonly active = computed(() => isActive(this.state()));
  readonly summary = computed(() => this.job().summary);
  readonly counts = computed((): Counts => this.summary() ?? this.latest() ?? nothing);

  /** 0 to 100, and 100 only when everything is committed; undefined if the total is not known. */
  readonly percent = computed(() =>
    this.state() === 'done' ? 100 : (this.latest()?.percent ?? undefined),
  );

  /** It runs, but waits for the database, or for a connection to it. */
  readonly stalled = computed(
    () =>
      this.state() === 'running' &&
      ['waiting', 'reconnecting'].includes(this.latest()?.phase ?? ''),
  );

  constructor(job: Job) {
    this.id = job.id;
    this.current = signal(job);
    this.job = this.current.asReadonly();
  }

  /**
   * Takes what is newer in a snapshot than what is known. Progress that came in
   * the meantime says nothing about the state, which may be new.
   */
  takeSnapshot(snapshot: Snapshot): void {
    if (snapshot.seq < this.stateSeq) {
      return;
    }
    const [{ state }, rejected] = [this.job(), this.latest()?.rejected];
    this.stateSeq = snapshot.seq;
    this.current.set(snapshot.job);
    this.away.set(snapshot.elsewhere ?? false);
    if (snapshot.seq >= this.seq) {
      this.seq = snapshot.seq;
      if (snapshot.progress) {
        this.latest.set(snapshot.progress);
      }
      if (snapshot.elsewhere && snapshot.progress) {
        this.sample(Date.now(), snapshot.progress.recordsPerSecond);
      }
    }
    if (!snapshot.elsewhere || state !== this.state() || rejected !== this.latest()?.rejected) {
      this.grown.update((n) => n + 1);
    }
  }

  /** Takes an event of this job; one that is old or repeated changes nothing. */
  takeEvent({ kind, data }: LiveEvent): void {
    if (data.seq <= this.seq) {
      return;
    }
    this.seq = data.seq;
    switch (kind) {
      case 'progress': {
        const rejected = this.latest()?.rejected ?? 0;
        this.latest.set(data);
        this.sample(Date.parse(data.time), data.recordsPerSecond);
        if (data.rejected !== rejected) {
          this.grown.update((n) => n + 1);
        }
        break;
      }
      case 'reject':
        this.grown.update((n) => n + 1);
        break;
      case 'state':
        this.stateSeq = data.seq;
        if (!this.active() && isActive(data.state)) {
          this.latest.set(undefined); // it is taken up
        }
        this.current.update((job) => ({
          ...job,
          state: data.state,
          ...(isActive(data.state)
            ? { summary: undefined, finished: undefined, resumable: undefined }
            : { summary: data.summary ?? job.summary, finished: job.finished ?? data.time }),
        }));
        this.grown.update((n) => n + 1);
        break;
    }
  }

  private sample(now: number, recordsPerSecond: number): void {
    this.watchedSince ??= now;
    const at = now - this.watchedSince;
    this.samples.update((samples) => addSample(samples, { at, recordsPerSecond }));
  }
}
