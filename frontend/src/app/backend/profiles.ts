import { Service, computed, inject, resource } from '@angular/core';
import type { ProfileEntry, Request } from './model';
import { Program } from './program';

/** The saved profiles: how kinds of files are imported. */
@Service()
export class Profiles {
  private readonly program = inject(Program);
  private readonly listing = resource({ loader: () => this.program.profiles() });

  /** By name. */
  readonly list = computed((): readonly ProfileEntry[] =>
    this.listing.hasValue() ? this.listing.value() : [],
  );
  /** Why they can't be listed; "" when they can. */
  readonly error = computed(() => this.listing.error()?.message ?? '');
  readonly loading = this.listing.isLoading;

  /** The saved profile of a name, in whatever case. */
  named(name: string): ProfileEntry | undefined {
    return this.list().find((p) => p.name.toLowerCase() === name.toLowerCase());
  }

  /** Lists them again: another program, such as the command line, may have changed them. */
  reload(): void {
    this.listing.reload();
  }

  /** Saves what was settled for a job, by its ID, or is settled for a request, in the place of another of its name. */
  async save(of: string | Request, name: string): Promise<void> {
    const replace = this.named(name) !== undefined;
    try {
      await (typeof of === 'string'
        ? this.program.saveProfileOf(of, name, replace)
        : this.program.saveProfileFor(of, name, replace));
    } finally {
      this.reload(); // another program may have saved or removed some
    }
  }

  async rename(name: string, to: string): Promise<void> {
    await this.program.renameProfile(name, to);
    await this.refresh();
  }

  async remove(name: string): Promise<void> {
    await this.program.removeProfile(name);
    await this.refresh();
  }

  /** Saves the profile of a file under a name; one of that name has to be replaced expressly. */
  async take(path: string, name: string, replace: boolean): Promise<void> {
    await this.program.takeProfileFile(path, name, replace);
    await this.refresh();
  }

  /** Lists them again, and waits for that. */
  async refresh(): Promise<void> {
    this.listing.set(await this.program.profiles());
  }
}
