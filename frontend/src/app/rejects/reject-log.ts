import { computed, signal } from '@angular/core';
import type { Reject, RejectPage, RejectQuery } from '../backend/model';
import { counted, messageOf } from '../format/format';

/** What the log is filtered by; "" is everything. */
export interface LogFilter {
  readonly code: string;
  readonly column: string;
  readonly find: string;
}

export const everything: LogFilter = { code: '', column: '', find: '' };

/** The number of rows that are read at a time. */
const pageSize = 100;
/** The maximum number of rows that are held: those in view, and some around them. */
export const maxHeld = 1200;

/** Why a log from which some rejects are missing can't be read, not all of it. */
function lacking(missing: number): string {
  const are = missing === 1 ? 'is' : 'are';
  return `${counted(missing, 'rejected line')} ${are} missing below, as Linefeed’s own file is damaged. Close Linefeed and start it again: it sets the file aside.`;
}

/**
 * A job's log of rejects, read in pages as they come into view: a million rows
 * cost no memory. The log only grows, and in the order of the ids, so a row
 * never moves.
 */
export class RejectLog {
  private readonly rows = signal<ReadonlyMap<number, Reject>>(new Map());
  private readonly size = signal(0);
  private readonly failure = signal('');
  private readonly searching = signal(true);
  private readonly asking = new Map<number, Promise<void>>();
  private view = { start: 0, end: 0 };
  private filter = everything;
  /** The id of the last row that is counted. */
  private lastId = 0;
  /** Changes with the filter; answers for an older one are dropped. */
  private generation = 0;

  /** The number of rejects that match the filter, as far as it is known. */
  readonly total = this.size.asReadonly();
  readonly empty = computed(() => this.size() === 0);
  /** Whether the first answer is still to come. */
  readonly looking = this.searching.asReadonly();
  /** Why the log can't be read; "" when it can. */
  readonly error = this.failure.asReadonly();

  constructor(
    private readonly job: string,
    private readonly read: (query: RejectQuery) => Promise<RejectPage>,
  ) {}

  /** The reject in row `index`; undefined until it was read. Asks for nothing. */
  at(index: number): Reject | undefined {
    return this.rows().get(index);
  }

  /** Filters the log; what it held is forgotten. */
  async narrow(filter: LogFilter): Promise<void> {
    const generation = ++this.generation;
    this.filter = filter;
    this.lastId = 0;
    this.asking.clear();
    this.rows.set(new Map());
    this.size.set(0);
    this.searching.set(true);
    await this.refresh();
    if (generation === this.generation) {
      this.searching.set(false);
    }
  }

  /** Loads the rows [start, end), as far as they exist. */
  async show(start: number, end: number): Promise<void> {
    this.view = { start, end: Math.min(end, this.size()) };
    const pages = new Set<number>();
    for (let index = start; index < this.view.end; index++) {
      if (!this.rows().has(index)) {
        pages.add(Math.floor(index / pageSize));
      }
    }
    await Promise.all([...pages].map((page) => this.ask(page)));
  }

  /**
   * Looks for rows after the last one that is known. The new end is loaded
   * before the new length is published, so that a follower sees no gap.
   */
  async refresh(): Promise<void> {
    const [generation, size, after] = [this.generation, this.size(), this.lastId];
    const first = await this.fetch({ after, offset: 0 });
    if (!first) {
      return;
    }
    let [at, rejects] = [size, first.rejects];
    if (first.total > rejects.length) {
      const offset = first.total - pageSize;
      const last = await this.fetch({ after, offset });
      if (!last) {
        return;
      }
      [at, rejects] = [size + offset, last.rejects];
    }
    const end = rejects.at(-1)?.id;
    if (generation !== this.generation || size !== this.size() || end === undefined) {
      return;
    }
    this.hold(size, first.rejects);
    this.hold(at, rejects);
    this.lastId = end;
    this.size.set(at + rejects.length);
  }

  /** Asks for a page, unless that is under way. */
  private ask(page: number): Promise<void> {
    const pending = this.asking.get(page);
    if (pending) {
      return pending;
    }
    const [generation, offset] = [this.generation, page * pageSize];
    // The ids of a job's rejects have no gaps: without a filter they find the place, at no cost.
    const { code, column, find } = this.filter;
    const all = !code && !column && !find;
    const place = all ? { after: offset, offset: 0 } : { after: 0, offset };
    const answer = this.fetch(place).then((found) => {
      if (generation === this.generation) {
        this.asking.delete(page);
        this.hold(offset, found?.rejects ?? []);
      }
    });
    this.asking.set(page, answer);
    return answer;
  }

  /** Reads a page; nothing when it failed. */
  private async fetch(
    place: Pick<RejectQuery, 'after' | 'offset'>,
  ): Promise<RejectPage | undefined> {
    const generation = this.generation;
    try {
      const found = await this.read({
        job: this.job,
        limit: pageSize,
        ...this.filter,
        ...place,
      });
      this.failure.set(found.missing ? lacking(found.missing) : '');
      return found;
    } catch (reason) {
      if (generation === this.generation) {
        this.failure.set(messageOf(reason));
      }
      return undefined;
    }
  }

  /** Holds rows that were read, and drops others when there are too many. */
  private hold(at: number, rejects: readonly Reject[]): void {
    const held = new Map(this.rows());
    rejects.forEach((reject, i) => held.set(at + i, reject));
    // A map lists its keys in the order of their insertion: the oldest go first.
    for (const index of held.keys()) {
      if (held.size <= maxHeld) {
        break;
      }
      const inView = index >= this.view.start && index < this.view.end;
      const justRead = index >= at && index < at + rejects.length;
      if (!inView && !justRead) {
        held.delete(index);
      }
    }
    this.rows.set(held);
  }
}
