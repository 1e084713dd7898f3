import { nextTry } from './next-try';

describe('nextTry', () => {
  const lost = { attempt: 3, nextTry: '2026-03-01T12:00:04.000Z' };
  it.each([
    ['2026-03-01T12:00:00.100Z', 'try 3 in 4 s'],
    ['2026-03-01T12:00:03.999Z', 'try 3 in 1 s'],
    ['2026-03-01T12:00:04.000Z', 'try 3 now …'],
    ['2026-03-01T12:00:09.000Z', 'try 3 now …'],
  ])('at %s', (now, says) => {
    expect(nextTry(lost, Date.parse(now))).toBe(says);
  });
});
