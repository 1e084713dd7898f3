import { computed, inject, resource, type Signal } from '@angular/core';
import type { Plan, Preset, Preview, ProfileFit, ProfileMatch } from '../backend/model';
import { Program } from '../backend/program';
import { withoutUndefined, type Choices, type ColumnEdit, type Rules } from './choices';

/**
 * The profile that the import goes by, if one was chosen; otherwise those that fit the
 * file. What it settles is chosen at once, but for what depends on the file's fields.
 * Created in an injection context.
 */
export class ChosenProfile {
  private readonly program = inject(Program);
  private readonly fitting = resource({
    params: () => {
      const [name, fields] = [this.choices.profile(), this.preview()?.fields];
      return name && fields ? { name, fields } : undefined;
    },
    loader: ({ params }) => this.program.fitProfile(params.name, params.fields),
  });

  /** "" for none. */
  readonly name = computed(() => this.choices.profile());
  /** What it makes of the file; undefined while that is not known. */
  readonly fit = computed((): ProfileFit | undefined =>
    this.name() && this.fitting.hasValue() ? this.fitting.value() : undefined,
  );
  /** Why it can't be used; "" when it can. */
  readonly error = computed(() => this.fitting.error()?.message ?? '');

  /** The profiles that fit the file, the best first, until one is chosen. */
  readonly offers = computed((): readonly ProfileMatch[] =>
    this.name() ? [] : (this.preview()?.profiles ?? []),
  );

  /** Fields of the file that may be those that are gone and went to a column, until that is answered. */
  readonly questions = computed(() => {
    const [fit, answers] = [this.fit(), this.choices.renames()];
    return (fit?.match.likely ?? []).flatMap(({ was, is }) => {
      const column = fit?.profile.plan.map?.[was];
      return column && answers[is] === undefined ? [{ was, is, column }] : [];
    });
  });

  /** Which field goes to which column, "" for none, as far as the profile and the answers say. */
  readonly map = computed((): Readonly<Record<string, string>> => {
    const [fit, answers] = [this.fit(), this.choices.renames()];
    const renamed = Object.entries(answers).flatMap(([is, was]) => {
      const column = was && fit?.profile.plan.map?.[was];
      return column ? [[is, column] as const] : [];
    });
    return fit ? { ...fit.map, ...Object.fromEntries(renamed) } : {};
  });

  /** How the values of columns are written. */
  readonly formats = computed(
    (): Readonly<Record<string, string>> => this.fit()?.profile.plan.formats ?? {},
  );

  /** The columns of a new table, by field. */
  readonly columns = computed((): Readonly<Record<string, ColumnEdit>> => {
    const columns = this.fit()?.profile.plan.columns ?? [];
    return Object.fromEntries(
      Object.entries(this.map()).map(([field, to]): [string, ColumnEdit] => {
        const column = columns.find((c) => c.name === to);
        return [
          field,
          to === ''
            ? { leftOut: true }
            : column
              ? { ...column, format: this.formats()[to] ?? '' }
              : { name: to },
        ];
      }),
    );
  });

  constructor(
    private readonly choices: Choices,
    private readonly preview: Signal<Preview | undefined>,
    private readonly presets: Signal<readonly Preset[]>,
  ) {}

  /** Has the import go by a saved profile. */
  async use(name: string): Promise<void> {
    const { profile } = await this.program.fitProfile(name, this.preview()?.fields ?? []);
    const { plan, target } = profile;
    this.choices.setDialect(profile.dialect);
    if (target) {
      this.choices.setTarget(target);
    }
    const names = (columns: Plan['columns']) => (columns ?? []).map((c) => c.name).join('\n');
    const preset = plan.create
      ? this.presets().find((p) => names(p.columns) === names(plan.columns))
      : undefined;
    this.choices.setPreset(preset?.name ?? '');
    this.choices.setTable(plan.table);
    this.choices.setSchema(plan.schema ?? '');
    this.choices.setRules(rulesOf(plan));
    this.choices.setProfile(name);
  }

  /** Says whether the field that is there is the one that was there. */
  answer(is: string, was: string, same: boolean): void {
    this.choices.rename(is, same ? was : '');
  }
}

function rulesOf(plan: Plan): Rules {
  const { onConflict, key, quotedNull, ragged, maxRejects, atomic, undo, writers, marks } = plan;
  return withoutUndefined({
    ...{ onConflict, key, quotedNull, ragged, maxRejects, atomic, undo, writers, marks },
    null: plan.null,
  });
}
