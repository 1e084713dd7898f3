import { throttle } from './throttle';

describe('throttle', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('works at once, and makes up for calls in between, once', async () => {
    let done = 0;
    const work = throttle(100, () => {
      done++;
      return Promise.resolve();
    });
    work.call();
    work.call();
    work.call();
    expect(done).toBe(1);
    await vi.advanceTimersByTimeAsync(100);
    expect(done).toBe(2);
    await vi.advanceTimersByTimeAsync(1000);
    expect(done).toBe(2);
    work.call();
    expect(done).toBe(3);
  });

  it('never works while it is still at it', async () => {
    let running = 0;
    let most = 0;
    const work = throttle(10, async () => {
      most = Math.max(most, ++running);
      await new Promise((resolve) => setTimeout(resolve, 500));
      running--;
    });
    for (let i = 0; i < 100; i++) {
      work.call();
      await vi.advanceTimersByTimeAsync(20);
    }
    expect(most).toBe(1);
  });

  it('works no more once it was stopped', async () => {
    let done = 0;
    const work = throttle(10, () => {
      done++;
      return Promise.resolve();
    });
    work.call();
    work.call();
    work.stop();
    await vi.advanceTimersByTimeAsync(100);
    work.call();
    expect(done).toBe(1);
  });
});
