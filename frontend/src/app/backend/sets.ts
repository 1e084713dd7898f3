import { DestroyRef, Service, computed, inject, signal } from '@angular/core';
import { messageOf } from '../format/format';
import { setEvent, type LiveEvent } from './events';
import { Fetching } from './fetching';
import { Live } from './live';
import type { SetRequest, Unsure } from './model';
import { Program } from './program';
import type { Run } from './run';
import { Runs } from './runs';
import { SetRun } from './set-run';

/** All sets of files that the window knows of, kept up to date by the live events. */
@Service()
export class Sets {
  private readonly program = inject(Program);
  private readonly live = inject(Live);
  private readonly runs = inject(Runs);
  private readonly known = signal<ReadonlyMap<string, SetRun>>(new Map());
  private readonly failure = signal('');
  private readonly fetching = new Fetching(
    (id) => this.open(id),
    (reason) => {
      this.failure.set(messageOf(reason));
    },
  );

  /** Newest first. */
  readonly list = computed(() =>
    [...this.known().values()].sort((a, b) => b.set().created.localeCompare(a.set().created)),
  );
  readonly active = computed(() => this.list().filter((set) => set.active()));
  /** Those whose program ended while they ran, and that can go on. */
  readonly interrupted = computed(() =>
    this.list().filter((set) => set.state() === 'interrupted' && set.set().resumable),
  );
  /** Why the sets are not up to date; "" when they are. */
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

  get(id: string): SetRun | undefined {
    return this.known().get(id);
  }

  /** The runs of a set, in the order of its files. */
  runsOf(set: SetRun): readonly Run[] {
    return set.jobs().flatMap((id) => this.runs.get(id) ?? []);
  }

  /** Starts the imports of several files. */
  async start(request: SetRequest): Promise<SetRun> {
    const { id } = await this.program.startSet(request);
    return this.open(id);
  }

  /** Fetches a set with its jobs; it need not be known yet. */
  async open(id: string): Promise<SetRun> {
    const snapshot = await this.program.setSnapshot(id);
    const set = this.known().get(id) ?? this.add(new SetRun(snapshot.set));
    this.runs.adopt(snapshot.set.jobs ?? [], snapshot.seq);
    set.takeSnapshot(snapshot);
    return set;
  }

  /** Goes on with a set that has not reached its end. */
  async takeUp(set: SetRun, changed = false, unsure: Unsure = ''): Promise<void> {
    await this.program.takeUpSet(set.id, changed, unsure);
    await this.open(set.id);
  }

  /** Has an interrupted set no longer offered to be taken up. */
  async leave(set: SetRun): Promise<void> {
    await this.program.leave(set.id);
    await this.open(set.id);
  }

  /** Drops the sets that the program has forgotten. */
  async prune(): Promise<void> {
    const kept = new Set((await this.program.sets()).map((set) => set.id));
    this.known.update(
      (known) => new Map([...known].filter(([id, set]) => set.active() || kept.has(id))),
    );
  }

  /** Removes a set that has ended, with all that is kept of it; returns what is left in its database, "" for nothing. */
  async forget(id: string): Promise<string> {
    const left = await this.program.forget(id);
    this.known.update((known) => new Map([...known].filter(([other]) => other !== id)));
    this.runs.drop(id);
    return left;
  }

  /** Looks for sets that were started or killed elsewhere. */
  async refresh(): Promise<void> {
    try {
      for (const set of await this.program.sets()) {
        if (!this.known().has(set.id)) {
          this.add(new SetRun(set));
        }
      }
      this.failure.set('');
      await Promise.all(this.active().map((set) => this.fetching.call(set.id)));
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  private take(event: LiveEvent): void {
    const ofSet = setEvent(event);
    if (!ofSet) {
      return;
    }
    const set = this.known().get(ofSet.data.job);
    set?.takeEvent(ofSet);
    // The snapshot has what the event lacks: a set that was started elsewhere, what can be resumed.
    if (!set || ofSet.kind === 'state') {
      void this.fetching.call(ofSet.data.job);
    }
  }

  private add(set: SetRun): SetRun {
    this.known.update((known) => new Map(known).set(set.id, set));
    return set;
  }
}
