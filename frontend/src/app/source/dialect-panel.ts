import { Component, computed, inject } from '@angular/core';
import { MatOption, MatSelect } from '@angular/material/select';
import { MatTooltip } from '@angular/material/tooltip';
import { RotateCcw } from 'lucide';
import { Draft } from '../draft/draft';
import { Icon } from '../icon/icon';
import { asDialect, decisions, valuesFor, type Decision } from './decisions';

/** How the file's bytes are CSV: what was found and why, each decision to be overridden. */
@Component({
  selector: 'lf-dialect-panel',
  imports: [Icon, MatOption, MatSelect, MatTooltip],
  templateUrl: './dialect-panel.html',
  styleUrl: './dialect-panel.scss',
})
export class DialectPanel {
  protected readonly draft = inject(Draft);
  protected readonly icons = { RotateCcw };

  protected readonly list = computed(() => {
    const preview = this.draft.preview();
    const asked = this.draft.dialect();
    return decisions.map((decision) => {
      const finding = preview?.findings.find((f) => f.what === decision.what);
      const given = asked[decision.what];
      const value = String(given ?? preview?.dialect[decision.what] ?? finding?.value ?? '');
      return {
        decision,
        value,
        given: given !== undefined,
        values: valuesFor(decision, value, finding),
        sure: finding && given === undefined ? `${Math.floor(finding.confidence * 100)} %` : '',
        unsure: (finding?.confidence ?? 1) < 0.8 && given === undefined,
        reason: given === undefined ? (finding?.reason ?? '') : '',
      };
    });
  });

  protected choose(decision: Decision, value: string): void {
    this.draft.setDialect(asDialect(decision, value));
  }

  /** Leaves the decision to the program again. */
  protected forget(decision: Decision): void {
    this.draft.setDialect({ [decision.what]: undefined });
  }
}
