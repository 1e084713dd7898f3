import { DOCUMENT, DestroyRef, Service, computed, inject, signal } from '@angular/core';
import { Live } from './live';
import { isSet, type LiveEvent } from './events';
import { Fetching } from './fetching';
import { isActive, type Job, type Request, type Retry, type Unsure } from './model';
import { messageOf } from '../format/format';
import { Program } from './program';
import { Run } from './run';

/** How often jobs of other programs are looked at, in milliseconds: they send no events. */
const lookEvery = 1000;

/** How many runs of no set are known: as many as the program lists, and in the end some more. */
const mostKnown = { afterwards: 1000, before: 1250 };

/** All jobs that the window knows of, kept up to date by the live events. */
@Service()
export class Runs {
  private readonly program = inject(Program);
  private readonly live = inject(Live);
  private readonly known = signal<ReadonlyMap<string, Run>>(new Map());
  private readonly failure = signal('');
  private readonly fetching = new Fetching(
    (id) => this.fetch(id),
    (reason) => {
      this.failure.set(messageOf(reason));
    },
  );

  /** Newest first. */
  readonly list = computed(() =>
    [...this.known().values()].sort((a, b) => b.job().created.localeCompare(a.job().created)),
  );
  readonly active = computed(() => this.list().filter((run) => run.active()));
  /** Those that are of no set of files. */
  readonly alone = computed(() => this.list().filter((run) => !run.job().set));
  /** Those of no set whose program ended while they ran, and that can go on. */
  readonly interrupted = computed(() =>
    this.alone().filter((run) => run.state() === 'interrupted' && run.job().resumable),
  );
  /** Why the jobs are not up to date; "" when they are. */
  readonly error = this.failure.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(
      this.live.listen({
        event: (event) => {
          this.take(event);
        },
        missed: () => {
          void this.refresh();
        },
      }),
    );
    void this.refresh();
    const document = inject(DOCUMENT);
    let looking = false;
    const looks = setInterval(() => {
      if (!looking && document.visibilityState === 'visible') {
        looking = true;
        void this.look().finally(() => (looking = false));
      }
    }, lookEvery);
    inject(DestroyRef).onDestroy(() => {
      clearInterval(looks);
    });
  }

  get(id: string): Run | undefined {
    return this.known().get(id);
  }

  /** Starts an import. */
  async start(request: Request): Promise<Run> {
    const job = await this.program.start(request);
    const run = this.known().get(job.id) ?? this.add(new Run(job));
    void this.fetching.call(job.id);
    return run;
  }

  /** Starts to load rejects of an earlier job. */
  retry(retry: Retry): Promise<Run> {
    return this.start({
      file: '',
      target: '',
      dialect: {},
      plan: { table: '' },
      limits: {},
      retry,
    });
  }

  /** Fetches one job, which need not be known yet. */
  async open(id: string): Promise<Run> {
    const snapshot = await this.program.snapshot(id);
    const run = this.known().get(id) ?? this.add(new Run(snapshot.job));
    run.takeSnapshot(snapshot);
    return run;
  }

  /** Goes on with a run that has not reached its end. */
  async takeUp(run: Run, changed = false, unsure: Unsure = ''): Promise<void> {
    await this.program.takeUp(run.id, changed, unsure);
    await this.open(run.id);
  }

  /** Has an interrupted run no longer offered to be taken up. */
  async leave(run: Run): Promise<void> {
    await this.program.leave(run.id);
    await this.open(run.id);
  }

  /** Removes a run that has ended, with all that is kept of it; returns what is left in its database, "" for nothing. */
  async forget(id: string): Promise<string> {
    const left = await this.program.forget(id);
    this.known.update((known) => new Map([...known].filter(([other]) => other !== id)));
    return left;
  }

  /** Takes the jobs of a set as they were after that many events. */
  adopt(jobs: readonly Job[], seq: number): void {
    const fresh = jobs.filter((job) => !this.known().has(job.id));
    if (fresh.length) {
      this.known.update(
        (known) => new Map([...known, ...fresh.map((job) => [job.id, new Run(job)] as const)]),
      );
    }
    for (const job of jobs) {
      const run = this.get(job.id);
      run?.takeSnapshot({ job, seq, elsewhere: isActive(job.state) && run.elsewhere() });
    }
  }

  /** Knows the jobs of a set that was forgotten no more. */
  drop(set: string): void {
    this.known.update((known) => new Map([...known].filter(([, run]) => run.job().set !== set)));
  }

  /** Drops the runs that the program has forgotten. */
  async prune(): Promise<void> {
    const kept = new Set((await this.program.jobs()).map((job) => job.id));
    this.known.update(
      (known) => new Map([...known].filter(([id, run]) => run.active() || kept.has(id))),
    );
  }

  /** Looks for runs that were started or killed elsewhere. */
  async refresh(): Promise<void> {
    try {
      const jobs = await this.program.jobs();
      for (const job of jobs) {
        if (!this.known().has(job.id)) {
          this.add(new Run(job));
        }
      }
      this.failure.set('');
      await Promise.all(this.active().map((run) => this.fetching.call(run.id)));
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  /** Brings a run up to date. */
  renew(id: string): Promise<void> {
    return this.fetching.call(id);
  }

  /** Brings the jobs of other programs up to date, also those that have ended or were killed. */
  private async look(): Promise<void> {
    try {
      const found = await this.program.elsewhere();
      for (const snapshot of found) {
        const { id, state } = snapshot.job;
        const run = this.known().get(id);
        if (isActive(state)) {
          (run ?? this.add(new Run(snapshot.job))).takeSnapshot(snapshot);
        } else if (run?.active() ?? true) {
          void this.fetching.call(id);
        }
      }
      const there = new Set(found.map(({ job }) => job.id));
      const waits = (run: Run) => run.state() === 'queued' && run.job().set; // not among the found ones
      const gone = this.active().filter((r) => r.elsewhere() && !waits(r) && !there.has(r.id));
      await Promise.all(gone.map((run) => this.fetching.call(run.id)));
      if (this.failure()) {
        await this.refresh();
      }
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  private take(event: LiveEvent): void {
    const { job } = event.data;
    if (isSet(job)) {
      return; // its jobs tell their own
    }
    const run = this.known().get(job);
    run?.takeEvent(event);
    // The snapshot has what the event lacks: a job that was started elsewhere, the times of a change of state.
    if (!run || event.kind === 'state') {
      void this.fetching.call(job);
    }
  }

  private async fetch(id: string): Promise<void> {
    const { request, state } = (await this.open(id)).job();
    if (request.retry && !isActive(state)) {
      void this.fetching.call(request.retry.job); // some of its rejects are closed now
    }
  }

  private add(run: Run): Run {
    this.known.update((known) => forgetOldest(new Map(known).set(run.id, run)));
    return run;
  }
}

/** Drops the oldest runs that have ended, where there are too many: a window can be open for months. */
function forgetOldest(known: Map<string, Run>): Map<string, Run> {
  if (known.size <= mostKnown.before) {
    return known;
  }
  const ended = [...known.values()].filter((run) => !run.active() && !run.job().set);
  if (ended.length > mostKnown.before) {
    ended
      .sort((a, b) => b.job().created.localeCompare(a.job().created))
      .slice(mostKnown.afterwards)
      .forEach(({ id }) => known.delete(id));
  }
  return known;
}
