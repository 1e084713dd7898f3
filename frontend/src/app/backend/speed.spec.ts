import { addSample, maxSamples, type SpeedSample } from './speed';

describe('addSample', () => {
  it('keeps the whole run in view, in bounded memory', () => {
    let samples: readonly SpeedSample[] = [];
    for (let i = 0; i < 10_000; i++) {
      samples = addSample(samples, { at: i * 100, recordsPerSecond: 1000 });
    }
    expect(samples.length).toBeLessThanOrEqual(maxSamples);
    expect(samples.length).toBeGreaterThan(maxSamples / 4);
    expect(samples.at(-1)).toEqual({ at: 999_900, recordsPerSecond: 1000 });
    const times = samples.map((s) => s.at);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  it('makes one of two neighbours by their mean', () => {
    let samples: readonly SpeedSample[] = [];
    for (let i = 0; i <= maxSamples; i++) {
      samples = addSample(samples, { at: i, recordsPerSecond: i % 2 === 0 ? 100 : 300 });
    }
    expect(samples[0]).toEqual({ at: 1, recordsPerSecond: 200 });
  });
});
