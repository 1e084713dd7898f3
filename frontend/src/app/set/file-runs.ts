import { Component, computed, inject, input, linkedSignal, signal } from '@angular/core';
import { Router } from '@angular/router';
import type { SetRun } from '../backend/set-run';
import { Sets } from '../backend/sets';
import { ChoiceBar } from '../field/choice-bar';
import { count, fileName, nothing } from '../format/format';
import { tableOf } from '../format/target';
import { Rows } from '../grid/rows';
import { isOne, noteOf, stateOf, tookOf, type Which } from './file-state';

/** The files of a set, each with its state, its rows and what stopped it; opening one shows its run. */
@Component({
  selector: 'lf-file-runs',
  imports: [ChoiceBar, Rows],
  templateUrl: './file-runs.html',
  styleUrl: './file-runs.scss',
})
export class FileRuns {
  private readonly router = inject(Router);
  private readonly sets = inject(Sets);
  readonly set = input.required<SetRun>();

  protected readonly count = count;
  protected readonly nothing = nothing;
  protected readonly name = fileName;
  protected readonly stateOf = stateOf;
  protected readonly noteOf = noteOf;
  protected readonly tookOf = tookOf;
  protected readonly tableOf = tableOf;

  protected readonly which = signal<Which>('all');
  private readonly all = computed(() => this.sets.runsOf(this.set()));
  protected readonly shown = computed(() => this.all().filter((run) => isOne(run, this.which())));
  protected readonly choices = computed(() => {
    const label = (which: Which, words: string) => ({
      value: which,
      label: `${words} ${count(this.all().filter((run) => isOne(run, which)).length)}`,
    });
    return [label('all', 'All'), label('open', 'Not loaded'), label('rejects', 'With rejects')];
  });
  protected readonly active = linkedSignal<Which, number>({
    source: this.which,
    computation: () => -1,
  });
  /** Each file has a table of its own. */
  protected readonly each = computed(
    () => new Set(this.all().map((run) => tableOf(run.job().request.plan))).size > 1,
  );
  protected readonly check = computed(() => this.set().set().request.import.check ?? false);

  protected show(index: number): void {
    const run = this.shown()[index];
    if (run) {
      void this.router.navigate(['/runs', run.id]);
    }
  }
}
