import { computed, inject, linkedSignal, resource } from '@angular/core';
import type { Plan, SetFile, SetRequest } from '../backend/model';
import { Program } from '../backend/program';
import { counted, fileName, messageOf } from '../format/format';
import type { Choices } from './choices';
import type { ChosenTable } from './chosen-table';

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);

/**
 * What is known of the files of a set: how large each is, which table it goes into, and
 * whether it can be read and has the fields of the others. Created in an injection context.
 */
export class ChosenFiles {
  private readonly program = inject(Program);
  private readonly asked = computed(
    (): SetRequest | undefined =>
      this.choices.several()
        ? {
            files: [...this.choices.importing()],
            import: {
              ...{ file: '', target: '', dialect: this.choices.dialect(), limits: {} },
              plan: { ...this.plan(), create: true },
            },
          }
        : undefined,
    { equal: same },
  );
  private readonly looking = resource({
    params: () => this.asked(),
    loader: ({ params }) => this.program.lookAtSet(params),
  });
  /** The last answer stays in view until the next one comes. */
  private readonly known = linkedSignal<
    readonly SetFile[] | undefined,
    ReadonlyMap<string, SetFile>
  >({
    source: () => (this.looking.hasValue() ? this.looking.value() : undefined),
    computation: (files, previous) =>
      files ? new Map(files.map((f) => [f.file, f])) : (previous?.value ?? new Map()),
  });

  private readonly notFound = linkedSignal<number, string>({
    source: () => this.choices.import(),
    computation: () => '',
  });
  /** Why files that were named could not be found; "" if they were. */
  readonly findError = this.notFound.asReadonly();

  /** Those that are imported, as far as they are known. */
  readonly list = computed(() =>
    this.choices.importing().flatMap((file) => this.known().get(file) ?? []),
  );
  /** They are being looked at. */
  readonly loading = this.looking.isLoading;
  /** There are several, and it is not known yet which tables they go into. */
  readonly unknown = computed(
    () => this.choices.several() && this.list().length < this.choices.importing().length,
  );
  /** The size of all in bytes. */
  readonly size = computed(() => this.list().reduce((sum, { size }) => sum + size, 0));
  /** Those whose fields are not those of the first. */
  readonly differing = computed(() => this.list().filter((f) => f.differs));
  readonly unreadable = computed(() => this.list().filter((f) => f.error));
  /** A file that can be read, in the place of a first one that can't. */
  readonly better = computed(() =>
    !this.choices.looked() && this.get(this.choices.file())?.error
      ? this.list().find((f) => !f.error)?.file
      : undefined,
  );
  /** A table is made from the fields of all, which have to be the same. */
  readonly compared = computed(
    () => this.table().creates() && !this.table().preset() && !this.choices.each(),
  );

  /** Why several can't be imported as one set; "" when they can. */
  readonly problem = computed(() => {
    const [first = ''] = this.choices.importing();
    const [differing, taken, all] = [this.differing(), this.table().taken(), this.list()];
    if (!this.choices.several()) {
      return '';
    }
    if (differing[0] && this.compared() && !this.choices.mixed()) {
      const which =
        differing.length === 1
          ? `${fileName(differing[0].file)} has`
          : `${counted(differing.length, 'file')} have`;
      return `${which} other fields than ${fileName(first)}: see Check`;
    }
    return taken.length && taken.length < all.length
      ? `${taken.length} of the ${all.length} tables exist already (${taken.slice(0, 3).join(', ')}): name them otherwise, under Target`
      : (this.looking.error()?.message ?? '');
  });

  /** The plan names the table, and says how the files are read. */
  constructor(
    private readonly choices: Choices,
    private readonly table: () => ChosenTable,
    private readonly plan: () => Plan,
  ) {}

  /** What is known of a file; undefined while that is nothing. */
  get(file: string): SetFile | undefined {
    return this.known().get(file);
  }

  /**
   * Takes the files that paths, folders and patterns stand for as those of a new import. A
   * folder that holds none itself stands for those in its folders.
   */
  async find(names: readonly string[], recursive = false): Promise<void> {
    this.choices.open(names.length === 1 ? names : []); // at once, where it names a file
    const asked = this.choices.import();
    const isLatest = () => this.choices.import() === asked;
    try {
      const { paths } = await this.program.findFiles(names, recursive);
      if (isLatest() && paths.join('\n') !== this.choices.files().join('\n')) {
        this.choices.open(paths, names, recursive);
      }
    } catch (reason) {
      if (isLatest() && !recursive) {
        await this.find(names, true);
      } else if (isLatest()) {
        this.choices.open([]);
        this.notFound.set(messageOf(reason));
      }
    }
  }

  /** Finds and looks at them again: they may have changed on disk, or be others. */
  async reload(): Promise<void> {
    if (!this.choices.several()) {
      return;
    }
    this.looking.reload();
    try {
      const { names, recursive } = this.choices;
      this.choices.refind((await this.program.findFiles(names(), recursive())).paths);
    } catch (reason) {
      this.notFound.set(messageOf(reason));
    }
  }
}
