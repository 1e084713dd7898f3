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
  Database,
  Failure,
  Guess,
  Place,
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
import { sentence } from '../format/format';
import { passwordIn, targetKind, withoutPassword, type TargetKind } from '../format/target';
import { hintOf } from '../notice/settings';
import { Choices, withoutUndefined, type Rules } from './choices';
import { databaseFor, tableName } from './names';
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

  readonly choices: Choices = new Choices(
    () => `${this.target()}\n${this.choices.schema() ?? ''}\n${this.table()}`,
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

  /** The import whose rejected lines the file holds. */
  readonly origin = computed(() =>
    this.choices.ignoresOrigin() ? undefined : originOf(this.file(), this.runs.list()),
  );
  private readonly originRequest = computed(() => this.origin()?.job().request);

  /** The rules that hold: those that were set, and for rejected lines those of their import. */
  readonly rules = computed((): Rules => ({
    ...inheritedRules(this.originRequest()?.plan),
    ...this.choices.rules(),
  }));

  /** The target of the import whose rejected lines the file holds; "" for none. */
  private readonly originTarget = computed(() => {
    const target = this.originRequest()?.target ?? '';
    return targetKind(target) === 'url' ? withoutPassword(target) : target;
  });
  readonly kind = computed(() => this.choices.kind() ?? targetKind(this.originTarget()));
  /** As a request names it; "" while none of its kind was chosen. */
  readonly target = computed(() => {
    const kind = this.kind();
    return (
      this.choices.targets()[kind] ??
      (this.originTarget() && targetKind(this.originTarget()) === kind
        ? this.originTarget()
        : kind === 'file' && this.file()
          ? databaseFor(this.file(), this.folders())
          : '')
    );
  });
  /** The ready-made table: the chosen one, else the one with exactly the fields of the file. */
  readonly preset = computed(() => {
    const [chosen, fields] = [this.choices.preset(), this.preview()?.fields.join('\n')];
    return this.presets().find((p) =>
      chosen === undefined ? p.columns.map((c) => c.name).join('\n') === fields : p.name === chosen,
    );
  });
  readonly table = computed(
    () =>
      this.choices.table() ??
      this.originRequest()?.plan.table ??
      this.preset()?.table ??
      (this.file() ? tableName(this.file()) : ''),
  );

  /** What was typed as a server's URL is none. */
  private readonly noURL = computed(
    () => this.kind() === 'url' && this.target() !== '' && targetKind(this.target()) !== 'url',
  );

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
  private readonly listing = resource({
    params: () => (this.noURL() ? undefined : this.target() || undefined),
    loader: ({ params }) => this.program.database(params),
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

  private readonly database = computed((): Database | undefined =>
    this.listing.hasValue() ? this.listing.value() : undefined,
  );
  /** Why the database can't be reached or used, where the program knows the kind of it. */
  readonly failure = computed((): Failure | undefined => this.database()?.failure);
  /** Where the target is, and what it can; undefined while that is not known. */
  readonly place = computed((): Place | undefined =>
    this.failure() ? undefined : this.database()?.place,
  );
  readonly tables = computed((): readonly Table[] => this.database()?.tables ?? []);
  /** Why the database can't be used, and what to do; "" when it can. */
  readonly targetError = computed(() => {
    const failure = this.failure();
    return this.noURL()
      ? 'The URL of a server begins with postgres:// or mysql://'
      : failure
        ? `${sentence(failure.message)} ${hintOf(failure)}`.trim()
        : (this.listing.error()?.message ?? '');
  });
  /** The tables of the database are not known yet. */
  readonly listingTables = this.listing.isLoading;
  readonly presets = computed((): readonly Preset[] =>
    this.offering.hasValue() ? this.offering.value() : [],
  );

  /** The schema of the table; "" where tables are in none. */
  readonly schema = computed(() => {
    const place = this.place();
    const same = this.target() === this.originTarget();
    return place?.schemas
      ? (this.choices.schema() ??
          (same ? this.originRequest()?.plan.schema : undefined) ??
          place.schema ??
          '')
      : '';
  });
  /** The schemas to choose from, the default one first. */
  readonly schemas = computed((): readonly string[] => {
    const { schemas, schema } = this.place() ?? {};
    const all = [schema ?? '', ...this.tables().map((t) => t.schema ?? '')];
    return schemas ? [...new Set(all)].filter(Boolean) : [];
  });
  /** There is no default schema, as in MySQL without a database, and none was chosen. */
  readonly lacksSchema = computed(() => this.place()?.schemas === true && this.schema() === '');
  /** The table that exists already; undefined if the import creates it. */
  readonly existing = computed(() => this.tables().find((t) => this.isChosen(t)));
  /** Whether the import creates the table. */
  readonly creates = computed(() => this.existing() === undefined);

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
    newColumns(this.preview()?.guesses ?? [], this.foundInAll(), this.choices.columns()),
  );

  /** What would be started; undefined while something is missing. */
  readonly request = computed((): Request | undefined => {
    const preview = this.preview();
    if (
      !preview ||
      this.memberOpen() ||
      !this.target() ||
      !this.table() ||
      !this.database() ||
      this.failure() ||
      this.lacksSchema()
    ) {
      return undefined;
    }
    return {
      file: this.file(),
      target: this.target(),
      dialect: this.choices.dialect(),
      limits: {},
      plan: this.plan(),
      infer: this.undecided(),
      ...(this.origin() ? { like: this.origin()?.id } : {}),
    };
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
      return 'The file can’t be read: see Source';
    }
    if (this.memberOpen()) {
      return 'Choose a file of the archive first: see Source';
    }
    if (!this.target()) {
      return 'Choose a database first: see Target';
    }
    if (this.targetError()) {
      return 'The database can’t be used: see Target';
    }
    if (this.lacksSchema()) {
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
    return this.settled() ? '' : 'Looking at the file and the table …';
  });

  constructor() {
    // A run that has ended may have created a table.
    const ended = computed(() => this.runs.list().length - this.runs.active().length);
    effect(() => {
      if (ended() > 0) {
        untracked(() => this.listing.reload());
      }
    });
  }

  /** Takes a file as the source of a new import, for which nothing is chosen yet. */
  open(file: string): void {
    const same = file === this.file();
    this.choices.open(file);
    if (same) {
      this.reload();
    }
  }

  /** Opens the first of the files that were dropped; the others wait. */
  openAll(files: readonly string[]): void {
    const [first, ...others] = files;
    if (first) {
      this.open(first);
      this.choices.keepWaiting(others);
    }
  }

  /** Forgets everything, for another import. */
  clear(): void {
    this.choices.open('');
  }

  /** Reads the file again, which may have changed on disk. What was chosen stays. */
  reload(): void {
    this.reloads.update((n) => n + 1);
    this.looking.reload();
  }

  /** Lists the tables again: another program may have created one. */
  reloadTables(): void {
    this.listing.reload();
    this.settling.reload();
  }

  /**
   * Takes a target as it was typed, where one of that kind is asked for; but a saved
   * connection and a URL are such everywhere. The password in a URL is kept by the
   * program alone, until it ends.
   */
  async takeTarget(typed: string, kind: TargetKind): Promise<void> {
    const named = targetKind(typed);
    if (named !== 'url') {
      this.choices.setTarget(typed, named === 'connection' ? named : kind);
      return;
    }
    const [url, password] = [withoutPassword(typed), passwordIn(typed)];
    if (password) {
      // What is wrong with the URL is told when it is opened.
      await this.program.givePassword(url, password).catch(() => undefined);
    }
    this.choices.setTarget(url, 'url');
  }

  /** Answers the database's question for a password, and tries again. */
  async givePassword(password: string): Promise<void> {
    await this.program.givePassword(this.target(), password);
    this.reloadTables();
  }

  /** Has a table created, a ready-made one or with "" one with the file's own columns, under a free name. */
  createTable(preset: string): void {
    this.choices.setPreset(preset);
    this.takeFreeName();
  }

  /** Has the table created in a schema, "" for the default one, under a free name. */
  createIn(schema: string): void {
    this.choices.setSchema(schema);
    this.takeFreeName();
  }

  /** Chooses a table that exists. */
  useTable(table: Table): void {
    this.choices.setSchema(table.schema ?? '');
    this.choices.setTable(table.name);
  }

  /** Starts the import, or the check, which does everything but write; returns the job's id. */
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

  private takeFreeName(): void {
    const usual = this.table();
    for (let i = 2; !this.creates(); i++) {
      this.choices.setTable(`${usual}_${i}`);
    }
  }

  /** On servers, names may differ in case alone. */
  private isChosen(table: Table): boolean {
    const exact = this.place()?.server !== undefined;
    const name = (t: string) => (exact ? t : t.toLowerCase());
    return (table.schema ?? '') === this.schema() && name(table.name) === name(this.table());
  }

  /** The request without the types that nobody has chosen: a check may find others. */
  private wish(): string {
    const undecided = this.undecided();
    return JSON.stringify(this.request(), (_, value: Column | undefined) =>
      value?.name !== undefined && undecided.includes(value.name)
        ? { ...value, type: undefined, format: undefined }
        : value,
    );
  }

  /** The new columns whose type nobody has chosen. */
  private undecided(): string[] {
    return this.creates() && !this.preset()
      ? this.newColumns()
          .filter((c) => !c.leftOut && !c.decided)
          .map((c) => c.column.name)
      : [];
  }

  private plan(): Plan {
    const schema = this.schema();
    const { writers, ...all } = this.rules();
    const rules = withoutUndefined({
      ...{ table: this.table(), schema: schema || undefined, ...all },
      writers: this.place()?.server ? writers : undefined,
    });
    const [preset, formats] = [this.preset(), this.choices.formats()];
    if (!this.creates()) {
      return { ...rules, formats, map: this.choices.mapping() };
    }
    if (preset) {
      const { columns } = preset;
      return { ...rules, create: true, columns, formats, map: this.choices.mapping() };
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
