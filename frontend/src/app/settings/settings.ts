import {
  Component,
  DOCUMENT,
  afterRenderEffect,
  computed,
  inject,
  linkedSignal,
  resource,
} from '@angular/core';
import { toSignal } from '@angular/core/rxjs-interop';
import { ActivatedRoute } from '@angular/router';
import { Account } from '../backend/account';
import type { Setting, Usage } from '../backend/model';
import { Program } from '../backend/program';
import { Runs } from '../backend/runs';
import { Sets } from '../backend/sets';
import { ErrorNotice } from '../notice/error-notice';
import { Diagnostics } from './diagnostics';
import { OtherPrograms } from './other-programs';
import { SettingRow } from './setting-row';
import { SignedInRow } from './signed-in';
import { Space } from './space';

/** The settings of the program, which hold for the command line too, and what it keeps. */
@Component({
  selector: 'lf-settings',
  imports: [Diagnostics, ErrorNotice, OtherPrograms, SettingRow, SignedInRow, Space],
  template: `
    <lf-error-notice testId="settings-error" [message]="error()" />
    @if (imports().length) {
      <section aria-labelledby="imports">
        <h2 id="imports">Imports</h2>
        @for (setting of imports(); track setting.name) {
          <lf-setting-row [setting]="setting" (changed)="take($event)" />
        }
      </section>
    }
    @if (kept().length) {
      <section aria-labelledby="kept">
        <h2 id="kept">What is kept, and how long</h2>
        @for (setting of kept(); track setting.name) {
          <lf-setting-row [setting]="setting" (changed)="take($event)" />
        }
      </section>
    }
    @if (others().length) {
      <section aria-labelledby="others">
        <h2 id="others">Others</h2>
        @for (setting of others(); track setting.name) {
          <lf-setting-row [setting]="setting" (changed)="take($event)" />
        }
      </section>
    }
    @if (listing.hasValue()) {
      <section aria-labelledby="programs">
        <h2 id="programs">Other programs and pages</h2>
        <lf-other-programs [origins]="origins()" (changed)="take($event)" />
      </section>
    }
    @if (signin().length) {
      <section aria-labelledby="signin">
        <h2 id="signin">Sign-in</h2>
        <lf-signed-in />
        @for (setting of signin(); track setting.name) {
          <lf-setting-row [setting]="setting" (changed)="take($event)" />
        }
      </section>
    }
    @if (usage(); as usage) {
      <section aria-labelledby="space">
        <h2 id="space">Space</h2>
        <lf-space [usage]="usage" (changed)="takeSpace()" />
      </section>
    }
    <section aria-labelledby="faults">
      <h2 id="faults">Faults</h2>
      <lf-diagnostics />
    </section>
    @if (build.hasValue()) {
      <section aria-labelledby="version">
        <h2 id="version">Version</h2>
        <p class="selectable" data-testid="version">
          Linefeed <span class="data">{{ build.value().version }}</span>
        </p>
        <p class="muted">{{ build.value().updates }}</p>
      </section>
    }
    <p class="muted">
      These settings hold for the command line too:
      <code class="data selectable">linefeed settings</code>
    </p>
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 24px;
      min-height: 0;
      overflow: auto;
      padding: 12px 24px 24px;
    }

    section {
      max-width: 860px;
    }

    h2 {
      line-height: 28px;
      border-bottom: var(--lf-line);
    }
  `,
})
export class Settings {
  private readonly program = inject(Program);
  private readonly account = inject(Account);
  private readonly runs = inject(Runs);
  private readonly sets = inject(Sets);
  protected readonly listing = resource({ loader: () => this.program.settings() });
  protected readonly build = resource({ loader: () => this.program.build() });
  protected readonly looking = resource({ loader: () => this.program.usage() });
  private readonly all = computed(() => (this.listing.hasValue() ? this.listing.value() : []));
  protected readonly kept = computed(() => this.all().filter((s) => s.name.startsWith('keep-')));
  protected readonly imports = computed(() =>
    this.all().filter((s) => s.name.startsWith('imports-')),
  );
  protected readonly origins = computed(() => this.all().find((s) => s.name === 'allowed-origins'));
  protected readonly signin = computed(() =>
    this.all().filter((s) => s.name.startsWith('signin-')),
  );
  protected readonly others = computed(() => {
    const shown = [...this.kept(), ...this.imports(), ...this.signin(), this.origins()];
    return this.all().filter((s) => !shown.includes(s));
  });
  /** The last answer stays in view until the next one comes. */
  protected readonly usage = linkedSignal<Usage | undefined, Usage | undefined>({
    source: () => (this.looking.hasValue() ? this.looking.value() : undefined),
    computation: (usage, previous) => usage ?? previous?.value,
  });
  protected readonly error = computed(
    () => this.listing.error()?.message ?? this.looking.error()?.message ?? '',
  );

  constructor() {
    void this.account.refresh(); // the command line may have changed what it is about
    // Who comes for a section sees it at once.
    const fragment = toSignal(inject(ActivatedRoute).fragment);
    const document = inject(DOCUMENT);
    let shown: string | null | undefined;
    afterRenderEffect({
      write: () => {
        const section = fragment();
        if (section !== shown && this.usage() && this.listing.hasValue()) {
          shown = section;
          document.getElementById(section ?? '')?.scrollIntoView();
        }
      },
    });
  }

  /** Shows what is left. */
  protected takeSpace(): void {
    this.looking.reload();
    void this.prune();
  }

  private async prune(): Promise<void> {
    await Promise.all([this.runs.prune(), this.sets.prune()]).catch(() => undefined); // they stay until the next start
  }

  /** Shows a setting as it is now, and what is left. */
  protected take(changed: Setting): void {
    this.listing.update((all) => all?.map((s) => (s.name === changed.name ? changed : s)));
    this.takeSpace();
    if (changed.name.startsWith('signin-')) {
      void this.account.refresh();
    }
  }
}
