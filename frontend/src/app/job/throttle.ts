/**
 * Runs `work` when it is called, at most once every `ms` and never twice at the
 * same time; calls in between lead to one more run. The work reports its own
 * failures.
 */
export function throttle(ms: number, work: () => Promise<void>): { call(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let again = false;
  let stopped = false;

  const run = async () => {
    busy = true;
    again = false;
    try {
      await work();
    } finally {
      timer = setTimeout(next, ms);
    }
  };
  const next = () => {
    busy = false;
    if (again) {
      call();
    }
  };
  const call = () => {
    again = busy;
    if (!busy && !stopped) {
      void run();
    }
  };
  return {
    call,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
