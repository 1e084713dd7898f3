/**
 * Returns a function that runs `work` at most once every `ms`, and never while
 * it is still at it; a call in between is made up for.
 */
export function throttle(ms: number, work: () => Promise<void>): { call(): void; stop(): void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let busy = false;
  let again = false;

  const run = async () => {
    busy = true;
    again = false;
    await work();
    timer = setTimeout(() => {
      busy = false;
      timer = undefined;
      if (again) {
        void run();
      }
    }, ms);
  };
  return {
    call: () => {
      if (busy) {
        again = true;
      } else {
        void run();
      }
    },
    stop: () => {
      clearTimeout(timer);
      busy = true; // for good
      again = false;
    },
  };
}
