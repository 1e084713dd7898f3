import {
  Component,
  ElementRef,
  afterRenderEffect,
  computed,
  inject,
  resource,
  signal,
  viewChild,
} from '@angular/core';
import { MatOption, MatSelect, MatSelectTrigger } from '@angular/material/select';
import { Program } from '../backend/program';
import { Draft } from '../draft/draft';
import { asAsked, decided, type Asked, type Decision } from './decisions';

/** The option to type a value. No real value holds a NUL. */
const other = '\0';

/** How the file is read: what was detected and why; each decision can be overridden. */
@Component({
  selector: 'lf-dialect-panel',
  imports: [MatOption, MatSelect, MatSelectTrigger],
  templateUrl: './dialect-panel.html',
  styleUrl: './dialect-panel.scss',
})
export class DialectPanel {
  private readonly program = inject(Program);
  private readonly draft = inject(Draft);
  private readonly field = viewChild<ElementRef<HTMLInputElement>>('other');
  protected readonly other = other;

  private readonly encodings = resource({ loader: () => this.program.encodings() });
  protected readonly list = computed(() =>
    decided(
      this.draft.preview(),
      { ...this.draft.choices.dialect(), ragged: this.draft.rules().ragged },
      this.encodings.hasValue() ? this.encodings.value() : [],
    ),
  );
  protected readonly lineEnd = computed(() =>
    this.draft.preview()?.findings.find((f) => f.what === 'lineEnd'),
  );
  /** The decision for which a value is being typed. */
  protected readonly typing = signal('');

  constructor() {
    afterRenderEffect({
      write: () => {
        this.field()?.nativeElement.focus();
      },
    });
  }

  protected choose(decision: Decision, value: string): void {
    this.typing.set(value === other ? decision.what : '');
    if (value !== other && value !== '') {
      this.ask(asAsked(decision, value));
    }
  }

  /** Leaves the decision to the program again. */
  protected forget(decision: Decision): void {
    this.ask({ [decision.what]: undefined });
  }

  protected backTo({ label, byDefault }: Decision): string {
    return byDefault ? `${label}: back to the default` : `${label}: detect again`;
  }

  private ask(change: Partial<Asked>): void {
    if ('ragged' in change) {
      this.draft.choices.setRules(change);
    } else {
      this.draft.choices.setDialect(change);
    }
  }
}
