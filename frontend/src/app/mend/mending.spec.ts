import { TestBed } from '@angular/core/testing';
import type { RejectGroup, RejectGroupQuery } from '../backend/model';
import { Program } from '../backend/program';
import { fakeProgram } from '../backend/program.fake';
import { remedy } from './guess';
import { Mending } from './mending';

const groups: RejectGroup[] = [
  { code: 'not_a_number', column: 'price', count: 3 },
  { code: 'too_long', column: 'name', count: 2 },
];

async function open() {
  const answer = (q: RejectGroupQuery) => {
    const values = q.column === 'price' ? ['N/A', '12x'] : ['a long name'];
    const found = q.values
      ? values.map((value) => ({ code: q.code, column: q.column, value, count: 1 }))
      : groups;
    return Promise.resolve({ groups: found, total: found.length, rejects: 5 });
  };
  TestBed.configureTestingModule({
    providers: [{ provide: Program, useValue: fakeProgram({ rejectGroups: answer }) }],
  });
  const mending = TestBed.runInInjectionContext(() => new Mending());
  mending.job.set('j');
  await known(mending);
  return mending;
}

const known = (mending: Mending) =>
  vi.waitFor(() => {
    TestBed.tick();
    expect(mending.all()).toBeDefined();
  });

describe('Mending', () => {
  it('begins with the largest group and a first guess for it', async () => {
    const mending = await open();
    expect(mending.group()).toEqual(groups[0]);
    expect(mending.picked()).toEqual(['N/A']);
    expect(mending.attempt()).toEqual({
      job: 'j',
      groups: [{ code: 'not_a_number', column: 'price' }],
      rules: [{ column: 'price', op: 'replace', from: 'N/A', null: true }],
    });
    expect(mending.retry()).toBeUndefined();
  });

  it('collects rules, and retries the groups that have some by all of them', async () => {
    const mending = await open();
    mending.use();
    expect(mending.group()).toEqual(groups[1]);
    await known(mending);
    expect(mending.remedy()?.kind).toBe('cut');
    expect(mending.attempt()?.groups).toEqual([{ code: 'too_long', column: 'name' }]);
    expect(mending.attempt()?.rules).toHaveLength(2);
    mending.use();
    expect(mending.retry()?.groups).toHaveLength(2);
    expect(mending.retry()?.rules?.map((r) => r.op)).toEqual(['replace', 'cut']);
    mending.drop(mending.chosen()[0] ?? expect.fail());
    expect(mending.retry()?.groups).toEqual([{ code: 'too_long', column: 'name' }]);
  });

  it('can’t use a rule that lacks something', async () => {
    const mending = await open();
    mending.remedy.set(remedy('set'));
    expect(mending.stuck()).toBe('Type a value');
    expect(mending.attempt()).toBeUndefined();
    mending.use();
    expect(mending.chosen()).toEqual([]);
    mending.change({ text: '0' });
    mending.toggle('N/A');
    expect(mending.attempt()?.rules).toEqual([
      { column: 'price', op: 'set', value: '0', refused: 'not_a_number' },
    ]);
  });
});
