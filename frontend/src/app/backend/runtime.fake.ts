/** Wails' runtime, for tests: what was listened for can be emitted. */
export function fakeRuntime() {
  const listeners = new Map<string, Set<(...data: unknown[]) => void>>();
  const on = (name: string, listener: (...data: unknown[]) => void) => {
    const all = listeners.get(name) ?? new Set();
    listeners.set(name, all.add(listener));
    return () => {
      all.delete(listener);
    };
  };
  Object.assign(window, {
    runtime: { EventsOnMultiple: on, EventsOn: on, ClipboardSetText: () => Promise.resolve(true) },
  });
  return {
    emit: (name: string, ...data: unknown[]) => {
      listeners.get(name)?.forEach((listener) => {
        listener(...data);
      });
    },
    listeners: () => [...listeners.values()].reduce((n, all) => n + all.size, 0),
  };
}
