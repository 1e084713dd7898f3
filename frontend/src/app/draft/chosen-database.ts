import { computed, inject, resource, type Signal } from '@angular/core';
import type { Database, Failure, Place, Request, Table } from '../backend/model';
import { Program } from '../backend/program';
import { sentence } from '../format/format';
import { passwordIn, targetKind, withoutPassword, type TargetKind } from '../format/target';
import { hintOf } from '../notice/settings';
import type { Choices } from './choices';
import { databaseFor } from './names';

/**
 * The database that the import goes into: the one that a person chose, or the
 * suggested one; where it is, and what is in it. Created in an injection context.
 */
export class ChosenDatabase {
  private readonly program = inject(Program);
  private readonly placing = resource({ loader: () => this.program.folders() });
  private readonly folders = computed(() =>
    this.placing.hasValue() ? this.placing.value() : { own: '', documents: '' },
  );

  /** The target of the import whose rejected lines the file holds; "" for none. */
  private readonly originTarget = computed(() => {
    const target = this.origin()?.target ?? '';
    return targetKind(target) === 'url' ? withoutPassword(target) : target;
  });
  readonly kind = computed(() => this.choices.kind() ?? targetKind(this.originTarget()));
  /** As a request names it; "" while none of its kind was chosen. */
  readonly target = computed(() => {
    const [kind, file, origin] = [this.kind(), this.choices.lead(), this.originTarget()];
    return (
      this.choices.targets()[kind] ??
      (origin && targetKind(origin) === kind
        ? origin
        : kind === 'file' && file
          ? databaseFor(file, this.folders())
          : '')
    );
  });
  /** It is the one that the rejected lines in the file come from. */
  readonly isOrigin = computed(() => this.target() === this.originTarget());

  /** What was typed as a server's URL is none. */
  private readonly noURL = computed(
    () => this.kind() === 'url' && this.target() !== '' && targetKind(this.target()) !== 'url',
  );
  private readonly listing = resource({
    params: () => (this.noURL() ? undefined : this.target() || undefined),
    loader: ({ params }) => this.program.database(params),
  });
  private readonly found = computed((): Database | undefined =>
    this.listing.hasValue() ? this.listing.value() : undefined,
  );

  /** What is in it is not known yet, or is looked at again. */
  readonly loading = this.listing.isLoading;
  /** It was reached, and can be used. */
  readonly usable = computed(() => this.found() !== undefined && !this.failure());
  /** Why it can't be reached or used, where the program knows the kind of it. */
  readonly failure = computed((): Failure | undefined => this.found()?.failure);
  /** It wants a password, or another one. */
  readonly wantsPassword = computed(() =>
    ['no_password', 'wrong_password'].includes(this.failure()?.kind ?? ''),
  );
  /** Why it can't be used, and what to do but for giving the password; "" when it can. */
  readonly error = computed(() => {
    const failure = this.failure();
    return this.noURL()
      ? 'The URL of a server begins with postgres:// or mysql://'
      : failure
        ? `${sentence(failure.message)} ${this.wantsPassword() ? '' : hintOf(failure)}`.trim()
        : (this.listing.error()?.message ?? '');
  });
  /** Where it is, and what it can; undefined while that is not known. */
  readonly place = computed((): Place | undefined =>
    this.failure() ? undefined : this.found()?.place,
  );
  readonly tables = computed((): readonly Table[] => this.found()?.tables ?? []);
  /** The schemas in which a table can be made; none where there are no schemas. */
  readonly schemas = computed((): readonly string[] => this.found()?.schemas ?? []);

  /** The request of the origin is undefined where the file holds no rejected lines. */
  constructor(
    private readonly choices: Choices,
    private readonly origin: Signal<Request | undefined>,
  ) {}

  /** Looks at it again: another program, or a run, may have created a table. */
  reload(): void {
    this.listing.reload();
  }

  /**
   * Takes a target as it was typed, where one of that kind is asked for; but a saved
   * connection and a URL are such everywhere. The password in a URL is kept by the
   * program alone, until it ends.
   */
  async take(typed: string, kind: TargetKind): Promise<void> {
    const named = targetKind(typed);
    if (named !== 'url') {
      this.choices.setTarget(typed, named === 'connection' ? named : kind);
      return;
    }
    const [url, password] = [withoutPassword(typed), passwordIn(typed)];
    const before = this.target();
    if (password) {
      // What is wrong with the URL is told when it is opened.
      await this.program.givePassword(url, password).catch(() => undefined);
    }
    this.choices.setTarget(url, 'url');
    if (password && url === before) {
      this.reload();
    }
  }

  /** Answers its question for a password, and tries again. */
  async givePassword(password: string): Promise<void> {
    await this.program.givePassword(this.target(), password);
    this.reload();
  }
}
