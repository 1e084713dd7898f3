import {
  Service,
  computed,
  effect,
  inject,
  linkedSignal,
  resource,
  signal,
  untracked,
} from '@angular/core';
import type {
  Column,
  Dialect,
  Guess,
  Plan,
  Preset,
  Preview,
  Problem,
  Request,
  Settled,
  Table,
  Warning,
} from '../backend/model';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { typeLabel } from '../format/words';
import { databaseFor, rejectedFrom, tableName, withoutEnding } from './names';

/** Where the program is less sure of what it found than this, a person should look. */
export const fairlySure = 0.8;

/** The rules of a plan that a person sets beside table, columns and mapping. */
export type Rules = Pick<
  Plan,
  'onConflict' | 'key' | 'null' | 'quotedNull' | 'ragged' | 'maxRejects' | 'atomic'
>;

/** What a person changed of the column that a field of a new table becomes. */
export type ColumnEdit = Partial<
  Pick<Column, 'name' | 'type' | 'format' | 'nullable' | 'primaryKey'>
> & {
  readonly leftOut?: boolean;
};

/**
 * The import that is being prepared: what a person chose, what was found, and
 * the request that comes of both. The pages read it and tell it of choices;
 * it alone changes it.
 */
@Service()
export class Draft {
  private readonly program = inject(Program);
  private readonly runs = inject(Runs);

  // What was chosen: all of it is for this import alone. Another one, of the same file too, begins afresh.
  private readonly path = signal('');
  /** Changes with each import that is begun. */
  private readonly begun = signal(0);
  private readonly asked = linkedSignal<number, Dialect>({
    source: this.begun,
    computation: () => ({}),
  });
  private readonly chosenTarget = linkedSignal<number, string | undefined>({
    source: this.begun,
    computation: () => undefined,
  });
  private readonly chosenTable = linkedSignal<number, string | undefined>({
    source: this.begun,
    computation: () => undefined,
  });
  private readonly chosenPreset = linkedSignal<number, string | undefined>({
    source: this.begun,
    computation: () => undefined,
  });
  private readonly mapped = linkedSignal<string, Readonly<Record<string, string>>>({
    source: () => `${this.begun()}\n${this.target()}\n${this.table()}`,
    computation: () => ({}),
  });
  private readonly edited = linkedSignal<number, Readonly<Record<string, ColumnEdit>>>({
    source: this.begun,
    computation: () => ({}),
  });
  private readonly formatted = linkedSignal<string, Readonly<Record<string, string>>>({
    source: () => `${this.begun()}\n${this.target()}\n${this.table()}`,
    computation: () => ({}),
  });
  private readonly ruled = linkedSignal<number, Rules>({
    source: this.begun,
    computation: () => ({}),
  });
  /** The file is imported as any other, though it holds the rejected lines of an import. */
  private readonly asAnother = linkedSignal<number, boolean>({
    source: this.begun,
    computation: () => false,
  });
  /** How often the file was looked at again. */
  private readonly looks = signal(0);
  private readonly started = linkedSignal<number, { id: string; reading: string; wish: string }>({
    source: this.begun,
    computation: () => ({ id: '', reading: '', wish: '' }),
  });

  /** Files that were dropped together with the one that was taken, and not opened since. */
  private readonly dropped = signal<readonly string[]>([]);
  readonly waiting = this.dropped.asReadonly();

  readonly file = this.path.asReadonly();
  /** The decisions about the dialect that are a person's; the others are found. */
  readonly dialect = this.asked.asReadonly();
  /** The rules that hold: those that were set, and for rejected lines those that the others of their file went by. */
  readonly rules = computed((): Rules => ({ ...rulesOf(this.back()?.plan), ...this.ruled() }));
  /** How values are written that go to columns which are there, or ready-made. */
  readonly formats = this.formatted.asReadonly();
  /** The job that was started from this draft; "" before. */
  readonly job = computed(() => this.started().id);

  /** The check that was started last from this draft, unless it was imported since. */
  readonly checked = computed(() => {
    const run = this.runs.get(this.job());
    return run?.job().request.check ? run : undefined;
  });

  /** The import whose rejected lines the file holds, where it is one that the program saved. */
  readonly origin = computed(() => {
    const before = rejectedFrom(this.path());
    return before === '' || this.asAnother()
      ? undefined
      : this.runs.list().find((run) => {
          const { file, check } = run.job().request;
          return !check && run.counts().rejected > 0 && withoutEnding(file) === before;
        });
  });
  /** Where the rejected lines of an import go: back to where the others went. */
  private readonly back = computed(() => this.origin()?.job().request);

  readonly target = computed(
    () =>
      this.chosenTarget() ??
      this.back()?.target ??
      (this.path() ? databaseFor(this.path(), this.folders()) : ''),
  );
  /** The ready-made table: the one that was chosen, else the one that is made for just these fields. */
  readonly preset = computed(() => {
    const [chosen, fields] = [this.chosenPreset(), this.preview()?.fields.join('\n')];
    return this.presets().find((p) =>
      chosen === undefined ? p.columns.map((c) => c.name).join('\n') === fields : p.name === chosen,
    );
  });
  readonly table = computed(
    () =>
      this.chosenTable() ??
      this.back()?.plan.table ??
      this.preset()?.table ??
      (this.path() ? tableName(this.path()) : ''),
  );

  private readonly ragged = computed(() => this.rules().ragged);

  // What was found. While the answer to a new question is under way, the last one stays in view.
  private readonly looking = resource({
    params: () =>
      this.path()
        ? {
            ...{ file: this.path(), dialect: this.asked() },
            ...{ ragged: this.ragged(), like: this.origin()?.id },
          }
        : undefined,
    loader: ({ params: { file, dialect, ragged, like } }) =>
      this.program.preview(file, dialect, ragged, like),
  });
  private readonly listing = resource({
    params: () => this.target() || undefined,
    loader: ({ params }) => this.program.tables(params),
  });
  private readonly offering = resource({ loader: () => this.program.presets() });
  private readonly placing = resource({ loader: () => this.program.folders() });
  private readonly folders = computed(() =>
    this.placing.hasValue() ? this.placing.value() : { own: '', documents: '' },
  );
  private readonly settling = resource({
    params: () => this.request(),
    loader: ({ params }) => this.program.settle(params),
  });

  readonly preview = linkedSignal<
    { file: string; seen: Preview | undefined; failed: boolean },
    Preview | undefined
  >({
    source: () => ({
      file: this.path(),
      seen: this.looking.hasValue() ? this.looking.value() : undefined,
      failed: this.looking.error() !== undefined,
    }),
    computation: ({ file, seen, failed }, previous) =>
      seen ?? (failed || previous?.source.file !== file ? undefined : previous.value),
  }).asReadonly();
  /** Why the file can't be read so; "" when it can. */
  readonly previewError = computed(() => this.looking.error()?.message ?? '');
  readonly previewing = this.looking.isLoading;

  readonly tables = computed((): readonly Table[] =>
    this.listing.hasValue() ? this.listing.value() : [],
  );
  /** Why the database can't be used; "" when it can. */
  readonly targetError = computed(() => this.listing.error()?.message ?? '');
  /** It is not known yet which tables there are. */
  readonly lookingAtTarget = this.listing.isLoading;
  readonly presets = computed((): readonly Preset[] =>
    this.offering.hasValue() ? this.offering.value() : [],
  );

  /** Whether the table is to be made. */
  readonly creates = computed(
    () => !this.tables().some((t) => t.name.toLowerCase() === this.table().toLowerCase()),
  );

  /** How the file is read: what was found in it holds for that alone. */
  private readonly reading = computed(() =>
    JSON.stringify([this.begun(), this.looks(), this.asked()]),
  );

  /** What the last check of this draft inferred from all records; none before. */
  private readonly foundInAll = linkedSignal<
    { reading: string; found: readonly Guess[] | undefined },
    readonly Guess[]
  >({
    source: () => ({
      reading: this.reading(),
      found:
        this.started().reading === this.reading()
          ? this.runs.get(this.job())?.summary()?.guesses
          : undefined,
    }),
    computation: ({ reading, found }, previous) =>
      found ?? (previous?.source.reading === reading ? previous.value : []),
  });

  /** The columns of a table that is made after the file; the person's changes are in them. */
  readonly newColumns = computed((): readonly NewColumn[] =>
    (this.preview()?.guesses ?? []).map((first) => {
      const { leftOut = false, ...edit } = this.edited()[first.field] ?? {};
      const guess = this.foundInAll().find((g) => g.field === first.field) ?? first;
      const decided = edit.type !== undefined;
      // What the rest of the file holds is not known, so only a key is required by itself.
      const found = (decided ? first : guess).column;
      const column = { ...found, nullable: !edit.primaryKey, ...edit };
      const same = typeLabel(guess.column) === typeLabel(first.column);
      const before = same || decided ? '' : typeLabel(first.column);
      return { field: first.field, guess, leftOut, decided, before, column };
    }),
  );

  /** What would be started; undefined while something is missing. */
  readonly request = computed((): Request | undefined => {
    const preview = this.preview();
    if (
      !preview ||
      this.memberOpen() ||
      !this.target() ||
      !this.table() ||
      !this.listing.hasValue()
    ) {
      return undefined;
    }
    return {
      file: this.path(),
      target: this.target(),
      dialect: this.asked(),
      limits: {},
      plan: this.plan(),
      infer: this.undecided(),
      ...(this.origin() ? { like: this.origin()?.id } : {}),
    };
  });

  /** The file is an archive of several, and it is not said yet which one is meant; the first is shown. */
  readonly memberOpen = computed(() => {
    const member = this.preview()?.findings.find((f) => f.what === 'member');
    return member !== undefined && member.confidence < fairlySure && !this.asked().member;
  });

  /** Texts in the file that seem to stand for no value, and are not read so yet. */
  readonly likelyNulls = computed((): readonly string[] => {
    const already = this.rules().null ?? [];
    const guesses = [...(this.settled()?.guesses ?? []), ...this.foundInAll()];
    const likely = guesses.flatMap((guess) => guess.nulls ?? []);
    return [...new Set(likely)].filter((text) => !already.includes(text));
  });

  readonly settled = linkedSignal<
    { asked: boolean; answer: Settled | undefined; failed: boolean },
    Settled | undefined
  >({
    source: () => ({
      asked: this.request() !== undefined,
      answer: this.settling.hasValue() ? this.settling.value() : undefined,
      failed: this.settling.error() !== undefined,
    }),
    computation: ({ asked, answer, failed }, previous) =>
      answer ?? (failed || !asked ? undefined : previous?.value),
  }).asReadonly();
  /** Why the plan could not be fitted at all; "" when it could. */
  readonly settleError = computed(() => this.settling.error()?.message ?? '');
  readonly problems = computed((): readonly Problem[] => this.settled()?.problems ?? []);
  /** What the plan leaves out, or guesses. */
  readonly warnings = computed((): readonly Warning[] => this.settled()?.warnings ?? []);

  /** What would be started is no longer what was started last. */
  readonly changed = computed(
    () => this.wish() !== this.started().wish || this.reading() !== this.started().reading,
  );

  /** Why the import can't be started; "" when it can. */
  readonly blocked = computed(() => {
    if (!this.path()) {
      return 'Choose a file first';
    }
    if (this.previewError()) {
      return 'The file can’t be read: see Source';
    }
    if (this.memberOpen()) {
      return 'Choose a file of the archive first: see Source';
    }
    if (this.targetError()) {
      return 'The database can’t be used: see Target';
    }
    if (this.settleError()) {
      return this.settleError();
    }
    const problems = this.problems();
    const [first] = problems;
    if (first) {
      return problems.length === 1 ? first.message : `${problems.length} problems: see Mapping`;
    }
    return this.settled() ? '' : 'Looking at the file and the table …';
  });

  constructor() {
    // A run that has ended may have made a table.
    const ended = computed(() => this.runs.list().length - this.runs.active().length);
    effect(() => {
      if (ended() > 0) {
        untracked(() => this.listing.reload());
      }
    });
  }

  /** Takes a file as the source of a new import, for which nothing is chosen yet. */
  open(file: string): void {
    const same = file === this.path();
    this.begin(file);
    if (same) {
      this.lookAgain();
    }
    this.dropped.update((files) => files.filter((f) => f !== file));
  }

  /** Looks at the file again, which may have changed on disk. What was chosen stays. */
  lookAgain(): void {
    this.looks.update((n) => n + 1);
    this.looking.reload();
  }

  /** Takes the first of the files that were dropped; the others wait. */
  openAll(files: readonly string[]): void {
    const [first, ...others] = files;
    if (first) {
      this.open(first);
      this.dropped.update((files) => [...new Set([...files, ...others])]);
    }
  }

  /** Has a file of rejected lines imported as any other. */
  treatAsAnother(): void {
    this.asAnother.set(true);
  }

  /** Forgets all, for another import. */
  clear(): void {
    this.begin('');
  }

  private begin(file: string): void {
    this.begun.update((n) => n + 1);
    this.path.set(file);
  }

  /** Overrides decisions about the dialect; undefined leaves one to be found again. */
  setDialect(change: Partial<Dialect>): void {
    this.asked.update((dialect) => withoutUndefined({ ...dialect, ...change }));
  }

  /** Chooses the database; with "" it is the one that is offered. */
  setTarget(target: string): void {
    this.chosenTarget.set(target || undefined);
  }

  /** Chooses the table by its name; one that is not there is made. With "" it is the one that is offered. */
  setTable(table: string): void {
    this.chosenTable.set(table || undefined);
  }

  /** Looks again which tables there are: another program may have made one. */
  lookAtTarget(): void {
    this.listing.reload();
    this.settling.reload();
  }

  /** Has a table made: a ready-made one, or with "" one after the file; by its usual name, if that is free. */
  makeTable(preset: string): void {
    this.chosenPreset.set(preset);
    this.chosenTable.set(undefined);
    const [usual, taken] = [this.table(), this.tables().map((t) => t.name.toLowerCase())];
    for (let i = 2; taken.includes(this.table().toLowerCase()); i++) {
      this.chosenTable.set(`${usual}_${i}`);
    }
  }

  /** Sends a field to a column, "" to leave it out. */
  map(field: string, column: string): void {
    this.mapped.update((map) => ({ ...map, [field]: column }));
  }

  /** Says how the values for a column of the table are written in the file. */
  setFormat(column: string, format: string): void {
    this.formatted.update((formats) => ({ ...formats, [column]: format }));
  }

  /** Changes the column that a field of a new table becomes. */
  edit(field: string, change: ColumnEdit): void {
    this.edited.update((edits) => ({ ...edits, [field]: { ...edits[field], ...change } }));
  }

  setRules(change: Rules): void {
    this.ruled.update((rules) => withoutUndefined({ ...rules, ...change }));
  }

  /** Starts the import, or the check, that does everything but the writing; returns the job's id. */
  async start(check = false): Promise<string> {
    const request = this.request();
    if (!request) {
      throw new Error(this.blocked());
    }
    const { reading, wish } = { reading: this.reading(), wish: this.wish() };
    const run = await this.runs.start(check ? { ...request, check } : request);
    this.started.set({ id: run.id, reading, wish });
    return run.id;
  }

  /** The request, but for the types that nobody has chosen: a check may find others. */
  private wish(): string {
    const undecided = this.undecided();
    return JSON.stringify(this.request(), (_, value: Column | undefined) =>
      value?.name !== undefined && undecided.includes(value.name)
        ? { ...value, type: undefined, format: undefined }
        : value,
    );
  }

  /** The columns to be made of which nobody has chosen the type. */
  private undecided(): string[] {
    return this.creates() && !this.preset()
      ? this.newColumns()
          .filter((c) => !c.leftOut && !c.decided)
          .map((c) => c.column.name)
      : [];
  }

  private plan(): Plan {
    const rules = { table: this.table(), ...this.rules() };
    const [preset, formats] = [this.preset(), this.formatted()];
    if (!this.creates()) {
      return { ...rules, formats, map: this.mapped() };
    }
    if (preset) {
      return { ...rules, create: true, columns: preset.columns, formats, map: this.mapped() };
    }
    const columns = this.newColumns();
    return {
      ...rules,
      create: true,
      columns: columns.filter((c) => !c.leftOut).map((c) => c.column),
      map: Object.fromEntries(columns.map((c) => [c.field, c.leftOut ? '' : c.column.name])),
    };
  }
}

/** A column of a table that is made after the file. */
export interface NewColumn {
  readonly field: string;
  readonly guess: Guess;
  readonly column: Column;
  readonly leftOut: boolean;
  /** The type is a person's choice. */
  readonly decided: boolean;
  /** How the first records would have it read, where a check of all found otherwise; else "". */
  readonly before: string;
}

/** The rules of a plan that hold for what was rejected by it too. */
function rulesOf(plan: Plan | undefined): Rules {
  return withoutUndefined({
    ...{ onConflict: plan?.onConflict, null: plan?.null },
    ...{ quotedNull: plan?.quotedNull, ragged: plan?.ragged },
  });
}

function withoutUndefined<T extends object>(all: T): T {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as T;
}
