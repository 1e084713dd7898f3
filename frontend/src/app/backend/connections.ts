import { Service, computed, inject, resource } from '@angular/core';
import type { Connection, ConnectionDraft } from './model';
import { Program } from './program';

/** The saved connections. */
@Service()
export class Connections {
  private readonly program = inject(Program);
  private readonly listing = resource({ loader: () => this.program.connections() });

  /** By name. */
  readonly list = computed((): readonly Connection[] =>
    this.listing.hasValue() ? this.listing.value() : [],
  );
  /** Why they can't be listed; "" when they can. */
  readonly error = computed(() => this.listing.error()?.message ?? '');
  readonly loading = this.listing.isLoading;

  get(name: string): Connection | undefined {
    return this.list().find((c) => c.name === name);
  }

  /** Lists them again: another program, such as the command line, may have changed them. */
  reload(): void {
    this.listing.reload();
  }

  async save(draft: ConnectionDraft): Promise<Connection> {
    const saved = await this.program.saveConnection(draft);
    this.listing.update((all) =>
      [...(all ?? []).filter((c) => c.name !== draft.was && c.name !== saved.name), saved].sort(
        (a, b) => a.name.localeCompare(b.name),
      ),
    );
    return saved;
  }

  async remove(name: string): Promise<void> {
    try {
      await this.program.removeConnection(name);
    } catch (reason) {
      this.reload(); // it may be removed, and its password not
      throw reason;
    }
    this.listing.update((all) => (all ?? []).filter((c) => c.name !== name));
  }
}
