import type { Progress, Reject, SetProgress, SetSummary, Summary } from './model';

// The events of all jobs: the same JSON on the stream and from Wails.

/** What every event has. `seq` only grows within a job. */
export interface Stamp {
  readonly job: string;
  readonly seq: number;
  readonly time: string;
}

export interface ProgressEvent extends Stamp, Progress {}

export interface RejectEvent extends Stamp {
  readonly rejects: readonly Omit<Reject, 'id'>[];
  /** The number of further rejects, which the stream leaves out; the store has them all. */
  readonly more: number;
}

export interface StateEvent extends Stamp {
  readonly state: string;
  /** What the job did, once it has ended. */
  readonly summary: Summary | null;
}

export type LiveEvent =
  | { readonly kind: 'progress'; readonly data: ProgressEvent }
  | { readonly kind: 'reject'; readonly data: RejectEvent }
  | { readonly kind: 'state'; readonly data: StateEvent };

export const kinds = ['progress', 'reject', 'state'] as const;

/** The event of that kind; undefined if the window knows no such event. */
export function liveEvent(kind: string, data: unknown): LiveEvent | undefined {
  const known = kinds.find((k) => k === kind);
  return known && isStamped(data) ? ({ kind: known, data } as LiveEvent) : undefined;
}

function isStamped(data: unknown): data is Stamp {
  return typeof data === 'object' && data !== null && 'job' in data && 'seq' in data;
}

/** What becomes of a set as a whole; the jobs of its files have events of their own. */
export type SetEvent =
  | { readonly kind: 'progress'; readonly data: Stamp & SetProgress }
  | {
      readonly kind: 'state';
      readonly data: Omit<StateEvent, 'summary'> & { readonly summary: SetSummary | null };
    };

/** Whether an ID is that of a set, and not of a job. */
export function isSet(id: string): boolean {
  return id.startsWith('set-');
}

/** The event as one of a set; undefined if it is that of a job. */
export function setEvent(event: LiveEvent): SetEvent | undefined {
  return isSet(event.data.job) ? (event as unknown as SetEvent) : undefined;
}
