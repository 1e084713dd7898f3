import type { Going } from '../backend/model';
import { bytes, count, counted } from '../format/format';

/** A unit of the values of a setting. */
export interface Unit {
  readonly value: string;
  readonly one: string;
  readonly many: string;
  /** How much it is of the smallest one; 0 for no end, which has no number. */
  readonly size: number;
}

const unit = (size: number, value: string, one: string, many: string): Unit => ({
  ...{ size, value, one, many },
});
const ages = [
  unit(1, 'd', 'day', 'days'),
  unit(7, 'w', 'week', 'weeks'),
  unit(365, 'y', 'year', 'years'),
  unit(0, 'forever', 'for ever', 'for ever'),
];
const sizes = [
  unit(1, 'MB', 'MB', 'MB'),
  unit(1000, 'GB', 'GB', 'GB'),
  unit(1_000_000, 'TB', 'TB', 'TB'),
  unit(0, 'unlimited', 'no limit', 'no limit'),
];

/** A value of a setting in its parts: "90" and "d", or "" and "forever". */
export interface Amount {
  readonly number: string;
  readonly unit: string;
}

/** Whether the unit stands alone, without a number. */
export function alone(unit: string): boolean {
  return [...ages, ...sizes].some((u) => u.value === unit && u.size === 0);
}

/** As much, or a little more, in another unit; as much as the fallback where there was no end. */
export function inUnit(amount: Amount, to: string, fallback: string): Amount {
  if (alone(to)) {
    return { number: '', unit: to };
  }
  const { number, unit } = alone(amount.unit) ? amountOf(fallback) : amount;
  const sizeOf = (value: string) => unitsOf(fallback).find((u) => u.value === value)?.size ?? 1;
  const n = Math.ceil((Number(number) * sizeOf(unit)) / sizeOf(to));
  return { number: Number.isSafeInteger(n) ? String(n) : number, unit: to };
}

/** The units that a setting with such a default has; none where its values are numbers. */
export function unitsOf(fallback: string): readonly Unit[] {
  const { unit } = amountOf(fallback);
  return [ages, sizes].find((all) => all.some((u) => u.value === unit)) ?? [];
}

export function amountOf(value: string): Amount {
  const [, number = '', unit = value] = /^(\d+)(.*)$/.exec(value) ?? [];
  return { number, unit };
}

export function valueOf({ number, unit }: Amount): string {
  return alone(unit) ? unit : number.trim() + unit;
}

/** A value of a setting in words: "90 days", "1 GB", "for ever". */
export function inWords(value: string, units: readonly Unit[]): string {
  const { number, unit } = amountOf(value);
  const known = units.find((u) => u.value === unit);
  const name = (number === '1' ? known?.one : known?.many) ?? unit;
  return number ? [count(Number(number)), name].filter(Boolean).join(' ') : name;
}

/** What is forgotten: "8 imports with 1,204 rejected records, about 2.5 MB"; "" for nothing. */
export function goes({ jobs, rejects, bytes: size }: Going): string {
  if (!jobs && !rejects) {
    return '';
  }
  const records = rejects ? counted(rejects, 'rejected record') : '';
  const what = [jobs ? counted(jobs, 'import') : '', records].filter(Boolean).join(' with ');
  return size >= 1000 ? `${what}, about ${bytes(size)}` : what;
}
