import { computed, signal } from '@angular/core';
import type { Reject, RejectPage, RejectQuery } from '../backend/model';

/** What the log is narrowed to; "" is everything. */
export interface LogFilter {
  readonly code: string;
  readonly column: string;
  readonly find: string;
}

export const everything: LogFilter = { code: '', column: '', find: '' };

const pageSize = 100;
/** The pages that are held: enough for the rows in view and a jump back. */
const maxPages = 12;

/**
 * A job's log of rejects, read in pages as they come into view: a million of
 * them cost no memory. The log only grows, so a full page never changes.
 */
export class RejectLog {
  private readonly pages = signal<ReadonlyMap<number, readonly Reject[]>>(new Map());
  private readonly size = signal(0);
  private readonly trouble = signal('');
  private readonly wanted = new Set<number>();
  private readonly asking = new Map<number, Promise<void>>();
  private generation = 0;
  private filter = everything;

  /** How many rejects fit the filter, as far as is known. */
  readonly total = this.size.asReadonly();
  /** Why the log can't be read; "" when it can. */
  readonly error = this.trouble.asReadonly();
  readonly empty = computed(() => this.size() === 0);

  constructor(
    private readonly job: string,
    private readonly read: (query: RejectQuery) => Promise<RejectPage>,
  ) {}

  /** The reject in row `index`; undefined until its page is there. Asks for nothing. */
  at(index: number): Reject | undefined {
    return this.pages().get(Math.floor(index / pageSize))?.[index % pageSize];
  }

  /** Narrows the log; what it held is forgotten. */
  async narrow(filter: LogFilter): Promise<void> {
    this.generation++;
    this.filter = filter;
    this.wanted.clear();
    this.asking.clear();
    this.pages.set(new Map());
    this.size.set(0);
    await this.ask(0);
  }

  /** Brings the rows [start, end) in, as far as they are there. */
  async show(start: number, end: number): Promise<void> {
    this.wanted.clear();
    const last = Math.min(end, this.size()) - 1;
    for (let page = Math.floor(start / pageSize); page <= Math.floor(last / pageSize); page++) {
      this.wanted.add(page);
    }
    await Promise.all(
      [...this.wanted].filter((page) => !this.pages().has(page)).map((page) => this.ask(page)),
    );
  }

  /** Looks whether the log has grown. */
  async refresh(): Promise<void> {
    await this.ask(Math.floor(this.size() / pageSize));
    // The last page that is in view may have been a part when it was read.
    const pages = this.pages();
    const partly = [...this.wanted].filter(
      (page) => (pages.get(page)?.length ?? 0) < Math.min(pageSize, this.size() - page * pageSize),
    );
    await Promise.all(partly.map((page) => this.ask(page)));
  }

  /** Asks for a page, once at a time. */
  private ask(page: number): Promise<void> {
    const under = this.asking.get(page);
    if (under) {
      return under;
    }
    const answer = this.fetch(page).finally(() => {
      if (this.asking.get(page) === answer) {
        this.asking.delete(page);
      }
    });
    this.asking.set(page, answer);
    return answer;
  }

  private async fetch(page: number): Promise<void> {
    const generation = this.generation;
    const offset = page * pageSize;
    const { code, column, find } = this.filter;
    // The ids of a job's rejects have no gaps: without a filter the place is found by them, at no cost.
    const all = !code && !column && !find;
    const place = all ? { after: offset, offset: 0 } : { after: 0, offset };
    try {
      const { rejects, total } = await this.read({
        job: this.job,
        limit: pageSize,
        code,
        column,
        find,
        ...place,
      });
      if (generation !== this.generation) {
        return;
      }
      this.trouble.set('');
      this.size.update((size) => Math.max(size, all ? offset + total : total));
      if (rejects.length > 0) {
        this.keep(page, rejects);
      }
    } catch (reason) {
      if (generation === this.generation) {
        this.trouble.set(reason instanceof Error ? reason.message : String(reason));
      }
    }
  }

  /** Holds a page, and lets go of the one that was asked for longest ago and is not in view. */
  private keep(page: number, rejects: readonly Reject[]): void {
    this.pages.update((pages) => {
      const kept = new Map(pages);
      kept.delete(page);
      kept.set(page, rejects);
      for (const old of kept.keys()) {
        if (kept.size <= maxPages) {
          break;
        }
        if (!this.wanted.has(old)) {
          kept.delete(old);
        }
      }
      return kept;
    });
  }
}
