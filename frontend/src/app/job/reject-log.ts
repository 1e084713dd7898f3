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
  private readonly asking = new Map<number, Promise<void>>();
  private inView: readonly number[] = [];
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
    this.inView = [];
    this.asking.clear();
    this.pages.set(new Map());
    this.size.set(0);
    await this.refresh();
  }

  /** Brings the rows [start, end) in, as far as they are there. */
  async show(start: number, end: number): Promise<void> {
    const last = Math.min(end, this.size()) - 1;
    const first = Math.floor(start / pageSize);
    const count = last < start ? 0 : Math.floor(last / pageSize) - first + 1;
    this.inView = Array.from({ length: count }, (_, i) => first + i);
    await Promise.all(
      this.inView.filter((page) => !this.isWhole(page)).map((page) => this.ask(page)),
    );
  }

  /**
   * Looks whether the log has grown. Its new end is there before its new
   * length is told, so that one who follows it sees no gap.
   */
  async refresh(): Promise<void> {
    const generation = this.generation;
    const grown = Math.floor(this.size() / pageSize);
    const answer = await this.fetch(grown);
    if (!answer) {
      return;
    }
    const read = new Map([[grown, answer.rejects]]);
    let total = answer.total;
    const end = Math.floor((total - 1) / pageSize);
    for (const page of [end - 1, end].filter((page) => page > grown)) {
      const more = await this.fetch(page);
      if (more) {
        read.set(page, more.rejects);
        total = Math.max(total, more.total);
      }
    }
    if (generation === this.generation) {
      this.keep(read, total);
    }
  }

  /** Whether all that a page will hold so far is there. */
  private isWhole(page: number): boolean {
    const there = this.pages().get(page)?.length ?? 0;
    return there >= Math.min(pageSize, this.size() - page * pageSize);
  }

  /** Asks for a page, once at a time. */
  private ask(page: number): Promise<void> {
    const under = this.asking.get(page);
    if (under) {
      return under;
    }
    const generation = this.generation;
    const answer = this.fetch(page).then((found) => {
      if (generation === this.generation) {
        this.asking.delete(page);
        if (found) {
          // How long the log is, refresh alone tells.
          this.keep(new Map([[page, found.rejects]]), this.size());
        }
      }
    });
    this.asking.set(page, answer);
    return answer;
  }

  /** Reads a page and how long the log is; nothing when it failed. */
  private async fetch(page: number): Promise<RejectPage | undefined> {
    const generation = this.generation;
    const offset = page * pageSize;
    const { code, column, find } = this.filter;
    // The ids of a job's rejects have no gaps: without a filter the place is found by them, at no cost.
    const all = !code && !column && !find;
    const place = all ? { after: offset, offset: 0 } : { after: 0, offset };
    try {
      const found = await this.read({
        job: this.job,
        limit: pageSize,
        code,
        column,
        find,
        ...place,
      });
      this.trouble.set('');
      return all ? { ...found, total: offset + found.total } : found;
    } catch (reason) {
      if (generation === this.generation) {
        this.trouble.set(reason instanceof Error ? reason.message : String(reason));
      }
      return undefined;
    }
  }

  /** Holds pages, and lets go of those that were read longest ago and are not in view. */
  private keep(read: ReadonlyMap<number, readonly Reject[]>, total: number): void {
    this.pages.update((pages) => {
      const kept = new Map(pages);
      for (const [page, rejects] of read) {
        kept.delete(page);
        kept.set(page, rejects);
      }
      for (const old of kept.keys()) {
        if (kept.size <= maxPages) {
          break;
        }
        if (!this.inView.includes(old) && !read.has(old)) {
          kept.delete(old);
        }
      }
      return kept;
    });
    this.size.update((size) => Math.max(size, total));
  }
}
