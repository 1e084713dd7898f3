/** How fast a run was at one moment. */
export interface SpeedSample {
  /** Milliseconds since the run began to be watched. */
  readonly at: number;
  readonly recordsPerSecond: number;
}

/** The maximum number of samples that are kept for a run. */
export const maxSamples = 240;

/**
 * Adds a sample to those of a run. When there are too many, neighbours are
 * merged: the whole run stays in view, more coarsely, in bounded memory.
 */
export function addSample(
  samples: readonly SpeedSample[],
  sample: SpeedSample,
): readonly SpeedSample[] {
  const all = [...samples, sample];
  if (all.length <= maxSamples) {
    return all;
  }
  const halved: SpeedSample[] = [];
  for (let i = 0; i + 1 < all.length; i += 2) {
    const [a, b] = [all[i], all[i + 1]];
    if (a && b) {
      halved.push({
        at: b.at,
        recordsPerSecond: (a.recordsPerSecond + b.recordsPerSecond) / 2,
      });
    }
  }
  if (all.length % 2 === 1) {
    halved.push(sample);
  }
  return halved;
}
