import { DestroyRef, Service, computed, inject, signal } from '@angular/core';
import { Live } from './live';
import type { LiveEvent } from './events';
import type { Request } from './model';
import { messageOf } from '../format/format';
import { Program } from './program';
import { Run } from './run';

/** All jobs that the window knows of, kept up to date by the live events. */
@Service()
export class Runs {
  private readonly program = inject(Program);
  private readonly live = inject(Live);
  private readonly known = signal<ReadonlyMap<string, Run>>(new Map());
  private readonly failure = signal('');
  /** The jobs of which a snapshot is under way, and whether another is wanted after it. */
  private readonly asked = new Map<string, boolean>();

  /** Newest first. */
  readonly list = computed(() =>
    [...this.known().values()].sort((a, b) => b.job().created.localeCompare(a.job().created)),
  );
  readonly active = computed(() => this.list().filter((run) => run.active()));
  /** Why the jobs could not be listed; "" when they could. */
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
  }

  get(id: string): Run | undefined {
    return this.known().get(id);
  }

  /** Starts an import. */
  async start(request: Request): Promise<Run> {
    const job = await this.program.start(request);
    const run = this.known().get(job.id) ?? this.add(new Run(job));
    void this.snapshot(job.id);
    return run;
  }

  /** Brings one job, which need not be known yet. */
  async open(id: string): Promise<Run> {
    const snapshot = await this.program.snapshot(id);
    const run = this.known().get(id) ?? this.add(new Run(snapshot.job));
    run.settle(snapshot);
    return run;
  }

  private async refresh(): Promise<void> {
    try {
      const jobs = await this.program.jobs();
      for (const job of jobs) {
        if (!this.known().has(job.id)) {
          this.add(new Run(job));
        }
      }
      this.failure.set('');
      await Promise.all(this.active().map((run) => this.snapshot(run.id)));
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  private take(event: LiveEvent): void {
    const { job } = event.data;
    const run = this.known().get(job);
    run?.take(event);
    // A job that somebody else started, and the times that a change of state brings, are in the snapshot.
    if (!run || event.kind === 'state') {
      void this.snapshot(job);
    }
  }

  /**
   * Asks for a snapshot, once at a time for each job. The one that is under way
   * may be older than what it is asked for now: then another follows it.
   */
  private async snapshot(id: string): Promise<void> {
    if (this.asked.has(id)) {
      this.asked.set(id, true);
      return;
    }
    try {
      do {
        this.asked.set(id, false);
        await this.open(id);
      } while (this.asked.get(id));
    } catch (reason) {
      this.failure.set(messageOf(reason));
    } finally {
      this.asked.delete(id);
    }
  }

  private add(run: Run): Run {
    this.known.update((known) => new Map(known).set(run.id, run));
    return run;
  }
}
