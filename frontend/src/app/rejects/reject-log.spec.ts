import type { Reject, RejectPage, RejectQuery } from '../backend/model';
import { RejectLog, everything, maxHeld } from './reject-log';

/** A store of rejects as the program keeps it, with a count of what it was asked. */
class Store {
  readonly rejects: Reject[] = [];
  readonly asked: RejectQuery[] = [];

  add(n: number, code = 'not_a_number'): void {
    for (let i = 0; i < n; i++) {
      const id = this.rejects.length + 1;
      this.rejects.push({
        ...{ id, time: '', record: id, line: id * 10, endLine: id * 10 },
        ...{ column: 'price', value: 'x', code, message: '', hint: '' },
      });
    }
  }

  readonly read = (query: RejectQuery): Promise<RejectPage> => {
    this.asked.push(query);
    const fit = this.rejects.filter(
      (r) => (r.id ?? 0) > query.after && (!query.code || r.code === query.code),
    );
    return Promise.resolve({
      rejects: fit.slice(query.offset, query.offset + query.limit),
      total: fit.length,
    });
  };
}

async function open(n: number) {
  const store = new Store();
  store.add(n);
  const log = new RejectLog('a', store.read);
  await log.narrow(everything);
  return { store, log };
}

const lines = (log: RejectLog, from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => log.at(from + i)?.line);

describe('RejectLog', () => {
  it('reads the pages that come into view, each once', async () => {
    const { store, log } = await open(1000);
    expect(log.total()).toBe(1000);
    store.asked.length = 0;
    await log.show(390, 420);
    expect(lines(log, 390, 420)).toEqual(Array.from({ length: 30 }, (_, i) => (391 + i) * 10));
    await log.show(395, 425);
    expect(store.asked.map((q) => q.after)).toEqual([300, 400]);
  });

  it('says that some rejects are missing, and lists the others', async () => {
    const store = new Store();
    store.add(10);
    const log = new RejectLog('a', async (query) => ({
      ...(await store.read(query)),
      missing: 3,
    }));
    await log.narrow(everything);
    expect(log.total()).toBe(10);
    expect(log.error()).toMatch(/^3 rejected lines are missing below/);
  });

  it('has the new end before it publishes the new length', async () => {
    const { store, log } = await open(150);
    store.add(4000);
    await log.refresh();
    expect(log.total()).toBe(4150);
    expect(lines(log, 4120, 4150)).toEqual(Array.from({ length: 30 }, (_, i) => (4121 + i) * 10));
  });

  it('asks only for what comes after the rows that it knows', async () => {
    const { store, log } = await open(5000);
    store.asked.length = 0;
    store.add(30);
    await log.refresh();
    expect(store.asked).toMatchObject([{ after: 5000, offset: 0 }]);
    expect(log.total()).toBe(5030);
    await log.refresh();
    expect(log.total()).toBe(5030);
  });

  it('fills in what is between the rows that it knows', async () => {
    const { store, log } = await open(130);
    store.add(870);
    await log.refresh();
    await log.show(100, 300);
    expect(lines(log, 100, 300)).toEqual(Array.from({ length: 200 }, (_, i) => (101 + i) * 10));
  });

  it('holds a bounded number of rows, and those in view', async () => {
    const { store, log } = await open(100_000);
    for (let at = 0; at < 100_000; at += 1000) {
      await log.show(at, at + 40);
    }
    const held = Array.from({ length: 100_000 }, (_, i) => log.at(i)).filter(Boolean);
    expect(held.length).toBeLessThanOrEqual(maxHeld);
    expect(lines(log, 99_000, 99_040).every(Boolean)).toBe(true);
    expect(store.asked.length).toBeLessThan(110);
  });

  it('narrows to what fits, and finds places by counting then', async () => {
    const { store, log } = await open(250);
    store.add(10, 'too_long');
    store.add(250);
    store.add(5, 'too_long');
    await log.narrow({ code: 'too_long', column: '', find: '' });
    expect(log.total()).toBe(15);
    expect(log.at(14)?.line).toBe(5150);
    store.add(7);
    store.add(1, 'too_long');
    await log.refresh();
    expect(log.total()).toBe(16);
    expect(log.at(15)?.line).toBe(5230);
    await log.narrow({ code: 'not_a_number', column: '', find: '' });
    await log.show(250, 300);
    expect(log.at(250)?.line).toBe(2610);
    expect(store.asked.at(-1)).toMatchObject({ after: 0 });
  });

  it('drops answers to a question that is no longer asked', async () => {
    const { store } = await open(0);
    store.add(3);
    const waiting: (() => void)[] = [];
    const log = new RejectLog('a', async (query) => {
      const page = await store.read(query);
      await new Promise<void>((resolve) => waiting.push(resolve));
      return page;
    });
    const first = log.narrow({ code: 'not_a_number', column: '', find: '' });
    await vi.waitFor(() => {
      expect(waiting).toHaveLength(1);
    });
    const second = log.narrow({ code: 'too_long', column: '', find: '' });
    await vi.waitFor(() => {
      expect(waiting).toHaveLength(2);
    });
    waiting.reverse().forEach((go) => {
      go();
    });
    await Promise.all([first, second]);
    expect(log.total()).toBe(0);
    expect(log.at(0)).toBeUndefined();
    expect(log.looking()).toBe(false);
  });

  it('says why it can’t be read, and forgets it when it can', async () => {
    let broken = true;
    const store = new Store();
    store.add(1);
    const log = new RejectLog('a', (query) =>
      broken ? Promise.reject(new Error('the disk is gone')) : store.read(query),
    );
    await log.narrow(everything);
    expect(log.error()).toBe('the disk is gone');
    broken = false;
    await log.refresh();
    expect(log.error()).toBe('');
    expect(log.total()).toBe(1);
  });
});
