import { count } from '../format/format';

/** When a lost connection is tried again: "try 3 in 4 s". */
export function nextTry(
  { attempt, nextTry }: { readonly attempt: number; readonly nextTry: string },
  now: number,
): string {
  const seconds = Math.ceil((Date.parse(nextTry) - now) / 1000);
  const when = seconds > 0 ? `in ${count(seconds)} s` : 'now …';
  return `try ${count(attempt)} ${when}`;
}
