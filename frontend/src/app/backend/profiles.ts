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

  /** The saved profile of a name, in whatever case. */
  named(name: string): ProfileEntry | undefined {
    return this.list().find((p) => p.name.toLowerCase() === name.toLowerCase());
  }

  /** Saves what was settled for a job, by its ID, or is settled for a request, in the place of another of its name. */
  async save(of: string | Request, name: string): Promise<void> {
    const replace = this.named(name) !== undefined;
    try {
      await (typeof of === 'string'
        ? this.program.saveProfileOf(of, name, replace)
        : this.program.saveProfileFor(of, name, replace));
    } finally {
      this.listing.reload(); // another program may have saved or removed some
    }
  }
}
