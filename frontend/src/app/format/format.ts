// How numbers, times and names are written everywhere in the window.

const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Stands for a value that is absent. */
export const nothing = '—';

/** 48,112 */
export function count(n: number): string {
  return whole.format(n);
}

/** "1 record", "1,204 records" */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** "line 7", "lines 48,112 to 48,114" */
export function lines(first: number, last: number): string {
  return first === last ? `line ${count(first)}` : `lines ${count(first)} to ${count(last)}`;
}

/** An estimate, rounded to two digits. */
export function roughly(n: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, n))) - 1);
  return Math.round(n / unit) * unit;
}

/** 158 MB: powers of 1000, three digits. */
export function bytes(n: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB', 'PB'];
  let i = 0;
  while (n >= 999.5 && i < units.length - 1) {
    n /= 1000;
    i++;
  }
  const digits = i === 0 || n >= 99.95 ? 0 : n >= 9.995 ? 1 : 2;
  return `${n.toFixed(digits)} ${units[i] ?? ''}`;
}

/** 62.4, cut and not rounded: 100.0 only when it is. */
export function percent(n: number): string {
  return (Math.floor(n * 10) / 10).toFixed(1);
}

/** 0:03, 12:40, 1:02:40 */
export function clock(ms: number): string {
  const s = Math.ceil(ms / 1000);
  const two = (n: number) => String(n).padStart(2, '0');
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor(s / 60) % 60;
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** 2.4 s, 48 s, 3:20 min, 1:02:40 h */
export function duration(seconds: number): string {
  if (seconds < 10) {
    return `${seconds.toFixed(seconds < 1 ? 2 : 1)} s`;
  }
  if (seconds < 60) {
    return `${Math.round(seconds)} s`;
  }
  return `${clock(Math.round(seconds) * 1000)} ${seconds < 3600 ? 'min' : 'h'}`;
}

const two = (n: number, width = 2) => String(n).padStart(width, '0');

/** 12:04:11.302, in local time, of an RFC 3339 time. */
export function timeOfDay(time: string, withMillis = false): string {
  const t = new Date(time);
  if (Number.isNaN(t.getTime())) {
    return nothing;
  }
  const seconds = `${two(t.getHours())}:${two(t.getMinutes())}:${two(t.getSeconds())}`;
  return withMillis ? `${seconds}.${two(t.getMilliseconds(), 3)}` : seconds;
}

/** 2026-03-01 12:04, "today 12:04" or "yesterday 12:04". */
export function dayAndTime(time: string, now = new Date()): string {
  const t = new Date(time);
  if (Number.isNaN(t.getTime())) {
    return nothing;
  }
  const day = (d: Date) => `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  const name = day(t) === day(now) ? 'today' : day(t) === day(yesterday) ? 'yesterday' : day(t);
  return `${name} ${two(t.getHours())}:${two(t.getMinutes())}`;
}

/** The last part of a path of any system. */
export function fileName(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/** All of a path but its last part. */
export function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.length - fileName(path).length - 1));
}

/** A value on one line: line ends and tabs as symbols. */
export function oneLine(value: string): string {
  return value
    .replace(/\r\n|\n|\r/g, '⏎')
    .replace(/\t/g, '⇥')
    .replace(/\0/g, '␀');
}

/**
 * A message of the program as the beginning of a sentence. What it cites in quotes
 * stays as it is, and so do addresses and the names of files.
 */
export function capitalized(text: string): string {
  return /^\S*[.:@_\d]\S/.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
}

/** A message, or a hint, of the program as a sentence of the window: without what is meant for the command line. */
export function sentence(text: string): string {
  const said = capitalized(text.replace(/\s*\([^()]*--[^()]*\)/g, '').trim());
  return said === '' || /[.!?…:]$/.test(said) ? said : `${said}.`;
}

/** A message about a file as a sentence beside its name: without its path. */
export function sentenceOf(path: string, text: string): string {
  return sentence(text.replace(`open ${path}: `, '').replaceAll(path, fileName(path)));
}

/** What a caught error says. */
export function messageOf(reason: unknown): string {
  return reason instanceof Error ? reason.message : String(reason);
}
