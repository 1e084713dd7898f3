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
  Guess,
  Plan,
  Preview,
  Problem,
  Request,
  SetRequest,
  Settled,
  Warning,
} from '../backend/model';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { Sets } from '../backend/sets';
import { fileName } from '../format/format';
import { Choices, withoutUndefined, type ColumnEdit, type Rules } from './choices';
import { ChosenDatabase } from './chosen-database';
import { ChosenFiles } from './chosen-files';
import { ChosenProfile } from './chosen-profile';
import { ChosenTable } from './chosen-table';
import { newColumns } from './new-columns';
import { inheritedRules, originOf } from './origin';

/** A person should look at what the program is less sure of than this. */
export const fairlySure = 0.8;

/**
 * The import that is being prepared: what follows from a person's choices and
 * from what the program finds in the file and the database, up to the request
 * that starts it.
 */
@Service()
export class Draft {
  private readonly program = inject(Program);
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);

  readonly choices: Choices = new Choices(
    () => `${this.database.target()}\n${this.choices.schema() ?? ''}\n${this.table.name()}`,
  );
  readonly file = this.choices.file;

  /** The number of times the file was reloaded. */
  private readonly reloads = signal(0);
  private readonly started = linkedSignal<number, { id: string; reading: string; wish: string }>({
    source: this.choices.import,
    computation: () => ({ id: '', reading: '', wish: '' }),
  });

  /** The job that was started from this draft; "" before. */
  readonly job = computed(() => this.started().id);

  /** The check that was started last from this draft, unless it has been imported since. */
  readonly checked = computed(() => {
    const run = this.runs.get(this.job());
    return run?.job().request.check ? run : undefined;
  });

  /** The check of several files that was started last from this draft, likewise. */
  readonly checkedSet = computed(() => {
    const set = this.sets.get(this.job());
    return set?.set().request.import.check ? set : undefined;
  });
  /** The import that was started from this draft; "" before. */
  readonly imported = computed(() => (this.checked() || this.checkedSet() ? '' : this.job()));

  /** The import whose rejected lines the file holds. */
  readonly origin = computed(() =>
    this.choices.ignoresOrigin() || this.choices.several()
      ? undefined
      : originOf(this.file(), this.runs.list()),
  );
  private readonly originRequest = computed(() => this.origin()?.job().request);

  /** The rules that hold: those that were set, and for rejected lines those of their import. */
  readonly rules = computed((): Rules => ({
    ...inheritedRules(this.originRequest()?.plan),
    ...this.choices.rules(),
  }));

  private readonly ragged = computed(() => this.rules().ragged);

  private readonly looking = resource({
    params: () =>
      this.file()
        ? {
            ...{ file: this.file(), dialect: this.choices.dialect() },
            ...{ ragged: this.ragged(), like: this.origin()?.id },
          }
        : undefined,
    loader: ({ params: { file, dialect, ragged, like } }) =>
      this.program.preview(file, dialect, ragged, like),
  });
  private readonly settling = resource({
    params: () => {
      const request = this.request();
      return request && { request, set: this.setRequest() };
    },
    loader: ({ params: { request, set } }) =>
      set ? this.program.settleSet(set, request.file) : this.program.settle(request),
  });

  /** What was found in the file. The last answer stays in view until the next one comes. */
  readonly preview = linkedSignal<
    { file: string; seen: Preview | undefined; failed: boolean },
    Preview | undefined
  >({
    source: () => ({
      file: this.file(),
      seen: this.looking.hasValue() ? this.looking.value() : undefined,
      failed: this.looking.error() !== undefined,
    }),
    computation: ({ file, seen, failed }, previous) =>
      seen ?? (failed || previous?.source.file !== file ? undefined : previous.value),
  }).asReadonly();
  /** Why the file can't be read; "" when it can. */
  readonly previewError = computed(() => this.looking.error()?.message ?? '');
  readonly previewing = this.looking.isLoading;

  readonly database = new ChosenDatabase(this.choices, this.originRequest);
  readonly table: ChosenTable = new ChosenTable(
    this.choices,
    this.database,
    this.originRequest,
    this.preview,
    () => this.files.list().map((f) => f.table),
  );
  /** The files of a set. */
  readonly files: ChosenFiles = new ChosenFiles(
    this.choices,
    () => this.table,
    () => this.planOfFiles(),
  );
  readonly profile = new ChosenProfile(this.choices, this.preview, this.table.presets);

  /** How the values for existing or ready-made columns are written, by column. */
  readonly formats = computed((): Readonly<Record<string, string>> => ({
    ...(this.byProfile() ? this.profile.formats() : {}),
    ...this.choices.formats(),
  }));

  /** How the file is read; what a check finds in it holds for that reading alone. */
  private readonly reading = computed(() =>
    JSON.stringify([this.choices.import(), this.reloads(), this.choices.dialect()]),
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

  /** The columns of a new table that takes them from the file. */
  readonly newColumns = computed(() =>
    newColumns(this.preview()?.guesses ?? [], this.foundInAll(), this.columnEdits()),
  );

  /** What would be started; undefined while something is missing. */
  readonly request = computed((): Request | undefined => {
    const preview = this.preview();
    if (
      !preview ||
      this.memberOpen() ||
      this.files.unknown() ||
      !this.database.target() ||
      !this.database.usable() ||
      !this.table.name() ||
      this.table.lacksSchema()
    ) {
      return undefined;
    }
    return {
      file: this.file(),
      target: this.database.target(),
      dialect: this.choices.dialect(),
      limits: this.profile.fit()?.profile.limits ?? {},
      plan: this.plan(),
      infer: this.undecided(),
      ...(this.choices.several() && this.table.preset()
        ? { preset: this.table.preset()?.name }
        : {}),
      ...(this.origin() ? { like: this.origin()?.id } : {}),
      ...(this.choices.onlyAdded() ? { added: true } : {}),
    };
  });

  /** What would be started for several files; undefined for one, and while something is missing. */
  readonly setRequest = computed((): SetRequest | undefined => {
    const each = this.choices.several() ? this.request() : undefined;
    return (
      each &&
      withoutUndefined({
        files: [...this.choices.importing()],
        import: { ...each, file: '' },
        atOnce: this.choices.atOnce(),
        mixedHeaders: this.choices.mixed() || undefined,
      })
    );
  });

  /** The file is an archive of several, and none was chosen yet; the first is shown. */
  readonly memberOpen = computed(() => {
    const member = this.preview()?.findings.find((f) => f.what === 'member');
    return member !== undefined && member.confidence < fairlySure && !this.choices.dialect().member;
  });

  /** Texts in the file that seem to stand for no value, and are not read as NULL yet. */
  readonly likelyNulls = computed((): readonly string[] => {
    const already = this.rules().null ?? [];
    const guesses = [...(this.settled()?.guesses ?? []), ...this.foundInAll()];
    const likely = guesses.flatMap((guess) => guess.nulls ?? []);
    return [...new Set(likely)].filter((text) => !already.includes(text));
  });

  /** The request's plan, settled. The last answer stays in view until the next one comes. */
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
  /** Why the plan could not be settled at all; "" when it could. */
  readonly settleError = computed(() => this.settling.error()?.message ?? '');
  readonly problems = computed((): readonly Problem[] => this.settled()?.problems ?? []);
  /** What the plan leaves out, or guesses. */
  readonly warnings = computed((): readonly Warning[] => this.settled()?.warnings ?? []);

  /** Something has changed since the last start. */
  readonly changed = computed(
    () => this.wish() !== this.started().wish || this.reading() !== this.started().reading,
  );

  /** Why the import can't be started; "" when it can. */
  readonly blocked = computed(() => {
    if (!this.file()) {
      return 'Choose a file first';
    }
    if (this.previewError()) {
      return this.choices.several()
        ? `${fileName(this.file())} can’t be read: look at another file, under Source`
        : 'The file can’t be read: see Source';
    }
    if (this.memberOpen()) {
      return 'Choose a file of the archive first: see Source';
    }
    if (this.files.problem()) {
      return this.files.problem();
    }
    if (!this.database.target()) {
      return 'Choose a database first: see Target';
    }
    if (this.database.error()) {
      return 'The database can’t be used: see Target';
    }
    if (this.table.lacksSchema()) {
      return 'Choose where the table is, or goes: see Target';
    }
    if (this.settleError()) {
      return this.settleError();
    }
    const problems = this.problems();
    const [first] = problems;
    if (first) {
      return problems.length === 1 ? first.message : `${problems.length} problems: see Mapping`;
    }
    return this.settled() && !this.files.unknown() ? '' : 'Looking at the file and the table …';
  });

  constructor() {
    // A file that can't be read shows nothing by which the others could be prepared.
    effect(() => {
      const better = this.files.better();
      if (better) {
        untracked(() => {
          this.choices.look(better);
        });
      }
    });
    // A run that has ended may have created a table.
    const ended = computed(() => this.runs.list().length - this.runs.active().length);
    effect(() => {
      if (ended() > 0) {
        untracked(() => {
          this.database.reload();
        });
      }
    });
  }

  /** Takes a file as the source of a new import, for which nothing is chosen yet. */
  open(file: string): void {
    const before = this.file();
    this.choices.open(file ? [file] : []);
    this.rereadIf(before);
  }

  /** Takes files, those of folders, and those that match patterns as the source of a new import. */
  async openAll(names: readonly string[], recursive = false): Promise<void> {
    const before = this.file();
    await this.files.find(names, recursive);
    this.rereadIf(before);
  }

  /** Forgets everything, for another import. */
  clear(): void {
    this.choices.open([]);
  }

  /** Reads the files again, which may have changed on disk. What was chosen stays. */
  reload(): void {
    this.reloads.update((n) => n + 1);
    this.looking.reload();
    void this.files.reload();
  }

  /** Reads the file again if it is the one that was there before. */
  private rereadIf(before: string): void {
    if (before && before === this.file()) {
      this.reload();
    }
  }

  /** Starts the import, or the check, which does everything but write; returns the job's id. */
  async start(check = false): Promise<string> {
    const request = this.request();
    if (!request) {
      throw new Error(this.blocked());
    }
    const [reading, wish, set] = [this.reading(), this.wish(), this.setRequest()];
    const { id } = set
      ? await this.sets.start(check ? { ...set, import: { ...set.import, check } } : set)
      : await this.runs.start(check ? { ...request, check } : request);
    this.started.set({ id, reading, wish });
    return id;
  }

  /** The request without the types that nobody has chosen: a check may find others. */
  private wish(): string {
    const undecided = this.undecided();
    return JSON.stringify(this.setRequest() ?? this.request(), (_, value: Column | undefined) =>
      value?.name !== undefined && undecided.includes(value.name)
        ? { ...value, type: undefined, format: undefined }
        : value,
    );
  }

  /** What of the plan says how the fields of several files compare. */
  private planOfFiles(): Plan {
    const { ragged } = this.rules();
    return this.choices.each()
      ? withoutUndefined({ table: this.choices.pattern(), ragged })
      : withoutUndefined({ table: 'all', ragged, map: this.mapOfNew() });
  }

  /** Which field goes to which column of a new table that takes them from the file. */
  private mapOfNew(): Record<string, string> {
    return Object.fromEntries(
      this.newColumns().map((c) => [c.field, c.leftOut ? '' : c.column.name]),
    );
  }

  /** The new columns whose type nobody has chosen. */
  private undecided(): string[] {
    return this.files.compared()
      ? this.newColumns()
          .filter((c) => !c.leftOut && !c.decided)
          .map((c) => c.column.name)
      : [];
  }

  /** The table is that of the profile. */
  private byProfile(): boolean {
    const table = this.profile.fit()?.profile.plan.table;
    return table?.toLowerCase() === this.table.name().toLowerCase();
  }

  /** What the profile says of the columns of a new table, and a person changed. */
  private columnEdits(): Readonly<Record<string, ColumnEdit>> {
    const [settled, chosen] = [this.profile.columns(), this.choices.columns()];
    const edited = Object.entries(chosen).map(([field, edit]) => [
      field,
      { ...settled[field], ...edit },
    ]);
    return { ...settled, ...(Object.fromEntries(edited) as Record<string, ColumnEdit>) };
  }

  private plan(): Plan {
    const schema = this.table.schema();
    const { writers, ...all } = this.rules();
    const rules = withoutUndefined({
      ...{ table: this.table.name(), schema: schema || undefined, ...all },
      writers: this.database.place()?.server ? writers : undefined,
    });
    const [preset, formats] = [this.table.preset(), this.formats()];
    const map = { ...(this.byProfile() ? this.profile.map() : {}), ...this.choices.mapping() };
    if (this.choices.each()) {
      return { ...rules, create: this.table.creates() };
    }
    if (!this.table.creates() || (preset && this.choices.several())) {
      return { ...rules, formats, map };
    }
    if (preset) {
      const { columns } = preset;
      return { ...rules, create: true, columns, formats, map };
    }
    const columns = this.newColumns();
    return {
      ...rules,
      create: true,
      columns: columns.filter((c) => !c.leftOut).map((c) => c.column),
      map: this.mapOfNew(),
    };
  }
}
