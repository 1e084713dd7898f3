import type { Plan } from '../backend/model';
import type { Run } from '../backend/run';
import { withoutUndefined, type Rules } from './choices';
import { rejectedFrom, withoutEnding } from './names';

/** The import whose rejected lines the file holds, by the name under which they were saved. */
export function originOf(file: string, runs: readonly Run[]): Run | undefined {
  const source = rejectedFrom(file);
  return source === ''
    ? undefined
    : runs.find((run) => {
        const { file, check } = run.job().request;
        return !check && run.counts().rejected > 0 && withoutEnding(file) === source;
      });
}

/** The rules of a plan that also hold for the lines that it rejected. */
export function inheritedRules(plan: Plan | undefined): Rules {
  return withoutUndefined({
    ...{ onConflict: plan?.onConflict, null: plan?.null },
    ...{ quotedNull: plan?.quotedNull, ragged: plan?.ragged },
  });
}
