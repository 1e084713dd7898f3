import { computed, inject, linkedSignal, resource, signal, type Signal } from '@angular/core';
import type { RejectGroup, RejectGroupPage, Retry } from '../backend/model';
import { Program } from '../backend/program';
import { guess, remedy as plain, type Guess } from './guess';
import { missing, rulesOf, says, type Chosen, type Kind, type Remedy } from './remedy';

/** The number of values of a group that are listed; a search finds the others. */
export const mostValues = 500;
/** Examples and a first guess are of so many of the first rejects: they are there at once. */
const sample = 20_000;
/** More values than that are not named one by one in rules. */
const mostNamed = 200;

export const keyOf = (group: RejectGroup) => `${group.code} ${group.column}`;

/**
 * The mending of a run's rejects: its groups, the one that is chosen, and the rules.
 * It belongs to the component that creates it.
 */
export class Mending {
  private readonly program = inject(Program);
  /** The run whose rejects they are. */
  readonly job = signal('');
  private readonly version = signal(0);
  /** Whether closed rejects are counted too. */
  readonly everything = signal(false);
  readonly find = signal('');

  private readonly grouped = resource({
    params: () => {
      const [job, open, version] = [this.job(), !this.everything(), this.version()];
      return job ? { job, open, version } : undefined;
    },
    loader: ({ params }) => this.page(params.job, params.open, {}),
  });
  private readonly exampled = resource({
    params: () =>
      this.grouped.hasValue() ? { job: this.job(), of: this.grouped.value() } : undefined,
    loader: ({ params }) =>
      this.page(params.job, !this.everything(), { values: true, sample, limit: mostValues }),
  });
  readonly groups = latest(this.job, () =>
    this.grouped.hasValue() ? this.grouped.value() : undefined,
  );
  readonly error = computed(
    () =>
      [this.grouped, this.sampled, this.valued].map((r) => r.error()?.message).find(Boolean) ?? '',
  );
  /** The most frequent values of each group, a few, where they are among the most frequent of the first rejects. */
  readonly examples = computed(() => {
    const found = new Map<string, string[]>();
    for (const g of this.exampled.hasValue() ? this.exampled.value().groups : []) {
      const texts = found.get(keyOf(g)) ?? [];
      found.set(keyOf(g), texts.length < 5 && g.value ? [...texts, g.value] : texts);
    }
    return found;
  });

  private readonly chosenKey = signal('');
  /** The group that is being mended. */
  readonly group = computed(() => {
    const groups = this.groups()?.groups ?? [];
    return groups.find((g) => keyOf(g) === this.chosenKey()) ?? groups[0];
  });
  private readonly key = computed(() => {
    const group = this.group();
    return group ? keyOf(group) : '';
  });

  private readonly asked = computed(() => {
    const open = !this.everything();
    const key = this.key();
    const [code = '', column = ''] = key.split(/ (.*)/s);
    return key ? { job: this.job(), open, code, column, version: this.version() } : undefined;
  });
  /** The values of those of the group that are among the first rejects. */
  private readonly sampled = resource({
    params: this.asked,
    loader: ({ params: { job, open, code, column } }) =>
      this.page(job, open, { values: true, code, column, sample, limit: mostValues }),
  });
  private readonly first = computed(() =>
    this.sampled.hasValue() ? this.sampled.value() : undefined,
  );
  /** Whether these are all of the group. */
  private readonly complete = computed(
    () => this.first() !== undefined && this.first()?.rejects === this.group()?.count,
  );
  private readonly valued = resource({
    params: () => (this.first() && !this.complete() ? this.asked() : undefined),
    loader: ({ params: { job, open, code, column } }) =>
      this.page(job, open, { values: true, code, column, limit: mostValues }),
  });
  private readonly found = resource({
    params: () => {
      const group = this.group();
      const find = this.find();
      return group && find ? { job: this.job(), open: !this.everything(), group, find } : undefined;
    },
    loader: ({ params: { job, open, group, find } }) =>
      this.page(job, open, {
        ...{ values: true, code: group.code, column: group.column },
        ...{ find, limit: mostValues },
      }),
  });
  /** The values of the group; undefined until they are known. */
  readonly all = computed(() =>
    this.complete() ? this.first() : this.valued.hasValue() ? this.valued.value() : undefined,
  );
  /** Those of them that are listed. */
  readonly values = latest(this.key, () =>
    this.find() ? (this.found.hasValue() ? this.found.value() : undefined) : this.all(),
  );

  /** It stays as it is once it is made: counting goes on, and the rule may have been changed. */
  private readonly guessed = linkedSignal<Known, Guess | undefined>({
    source: () => {
      const [all, first] = [this.all(), this.first()];
      const of = this.asked();
      return { of: JSON.stringify(of), group: this.group(), page: all ?? first, whole: !!all };
    },
    computation: ({ of, group, page, whole }, before) => {
      if (before?.value && before.source.of === of) {
        return before.value;
      }
      return group && page?.total ? guess(group, page.groups, whole) : undefined;
    },
  });
  /** The values that the rule is for; none is all. */
  readonly picked = linkedSignal<readonly string[]>(() => this.guessed()?.values ?? []);
  /** The rule that is being chosen; undefined where none fits. */
  readonly remedy = linkedSignal<Remedy | undefined>(() => this.guessed()?.remedy);

  /** The rules that were chosen, in the order in which they are applied. */
  readonly chosen = signal<readonly Chosen[]>([]);

  /** The rule that is being chosen, as a retry takes it. */
  readonly current = computed((): Chosen | undefined => {
    const [group, remedy] = [this.group(), this.remedy()];
    if (!group || !remedy || this.stuck()) {
      return undefined;
    }
    const all = this.picked().length === 0;
    return {
      group,
      rules: rulesOf(remedy, group, this.named(), all),
      onConflict: remedy.kind === 'conflict' ? remedy.text : '',
      says: says(remedy, group, this.picked(), all),
    };
  });
  /** Why the rule can't be used; "" when it can. */
  readonly stuck = computed(() => {
    const [group, remedy] = [this.group(), this.remedy()];
    return group && remedy
      ? missing(remedy, group, this.named(), this.picked().length === 0)
      : 'Choose a rule';
  });
  /** The values that rules name: the chosen ones, or all if they are few. */
  private readonly named = computed(() => {
    const picked = this.picked();
    const all = this.all();
    const few = all && all.total <= Math.min(mostNamed, all.groups.length) ? all.groups : [];
    return picked.length ? picked : few.map((g) => g.value ?? '');
  });

  choose(group: RejectGroup): void {
    this.find.set('');
    this.chosenKey.set(keyOf(group));
  }

  /** Changes the kind of the rule. */
  take(kind: Kind): void {
    const guessed = this.guessed()?.remedy;
    this.remedy.set(guessed?.kind === kind ? guessed : plain(kind));
  }

  change(rest: Partial<Remedy>): void {
    this.remedy.update((remedy) => remedy && { ...remedy, ...rest });
  }

  toggle(value: string): void {
    this.picked.update((picked) =>
      picked.includes(value) ? picked.filter((v) => v !== value) : [...picked, value],
    );
  }

  /** Uses the rule, and goes on to the next group that has none. */
  use(): void {
    const current = this.current();
    if (!current) {
      return;
    }
    this.chosen.update((chosen) => [...chosen, current]);
    const groups = this.groups()?.groups ?? [];
    const at = groups.findIndex((g) => keyOf(g) === this.key());
    const next = [...groups.slice(at + 1), ...groups.slice(0, at)].find((g) => !this.has(g));
    if (next) {
      this.choose(next);
    }
  }

  drop(rule: Chosen): void {
    this.chosen.update((chosen) => chosen.filter((c) => c !== rule));
  }

  /** Whether a rule was chosen for a group. */
  has(group: RejectGroup): boolean {
    return this.chosen().some((c) => keyOf(c.group) === keyOf(group));
  }

  /** The retry of the groups that have rules; undefined while none has. */
  readonly retry = computed(() => retryOf(this.job(), this.chosen(), this.chosen()));
  /** The retry of the group that is being mended, by all rules and the current one. */
  readonly attempt = computed(() => {
    const group = this.group();
    const current = this.current();
    return group && current
      ? retryOf(this.job(), [current], [...this.chosen(), current])
      : undefined;
  });

  /** Counts again: rejects were closed, or opened. */
  again(): void {
    this.version.update((n) => n + 1);
  }

  private page(job: string, open: boolean, more: Partial<Parameters<Program['rejectGroups']>[0]>) {
    return this.program.rejectGroups({
      ...{ job, open, values: false, code: '', column: '', find: '', offset: 0, limit: 1000 },
      ...more,
    });
  }
}

/** What is known of the values of a group. */
interface Known {
  readonly of: string;
  readonly group: RejectGroup | undefined;
  readonly page: RejectGroupPage | undefined;
  readonly whole: boolean;
}

/** The retry of the groups of some rules, by the rules of others. */
function retryOf(job: string, of: readonly Chosen[], by: readonly Chosen[]): Retry | undefined {
  if (of.length === 0) {
    return undefined;
  }
  const groups = [...new Map(of.map((c) => [keyOf(c.group), c.group])).values()];
  const onConflict = by.findLast((c) => c.onConflict)?.onConflict;
  return {
    job,
    groups: groups.map(({ code, column }) => ({ code, column })),
    rules: by.flatMap((c) => [...c.rules]),
    ...(onConflict ? { onConflict } : {}),
  };
}

/** What was known last of something, while the next is being fetched. */
function latest(
  of: Signal<string>,
  known: () => RejectGroupPage | undefined,
): Signal<RejectGroupPage | undefined> {
  return linkedSignal<{ of: string; page?: RejectGroupPage }, RejectGroupPage | undefined>({
    source: () => ({ of: of(), page: known() }),
    computation: ({ of, page }, before) =>
      page ?? (before?.source.of === of ? before.value : undefined),
  });
}
