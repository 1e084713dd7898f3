import { Component, computed, inject, input, output, signal } from '@angular/core';
import type { Setting } from '../backend/model';
import { Program } from '../backend/program';
import { messageOf, sentence } from '../format/format';
import { TextList } from './text-list';

/** The origins of the pages that may call the local API. */
@Component({
  selector: 'lf-origins',
  imports: [TextList],
  template: `
    <lf-text-list
      label="Pages that may call"
      testId="origin"
      placeholder="https://shop.example"
      verb="Allow"
      [items]="items()"
      [fixed]="!!setting().pinned"
      [invalid]="!!failure()"
      [(typed)]="typed"
      (added)="allow($event)"
      (removed)="disallow($event)"
    />
    @if (failure()) {
      <p class="failure selectable" role="alert" data-testid="origin-error">{{ failure() }}</p>
    }
    @if (says()) {
      <p class="muted" role="status" data-testid="origin-says">{{ says() }}</p>
    }
  `,
  styles: `
    :host {
      display: flex;
      flex-direction: column;
      gap: 4px;
    }

    .failure {
      color: var(--mat-sys-error);
    }
  `,
})
export class Origins {
  private readonly program = inject(Program);
  /** allowed-origins. */
  readonly setting = input.required<Setting>();
  /** It was changed. */
  readonly changed = output<Setting>();

  protected readonly items = computed(() => this.setting().value.split(/\s+/).filter(Boolean));
  protected readonly typed = signal('');
  protected readonly failure = signal('');
  protected readonly says = signal('');

  protected allow(origin: string): Promise<void> {
    return this.change(async () => {
      const all = await this.program.allowOrigin(origin);
      this.typed.set('');
      this.says.set(`Pages of ${origin} may call. They need a token, too.`);
      return all;
    });
  }

  protected disallow(origin: string): Promise<void> {
    return this.change(async () => {
      const all = await this.program.disallowOrigin(origin);
      this.says.set(`Pages of ${origin} may call no longer.`);
      return all;
    });
  }

  private async change(deed: () => Promise<readonly string[]>): Promise<void> {
    this.failure.set('');
    this.says.set('');
    try {
      this.changed.emit({ ...this.setting(), value: (await deed()).join(' ') });
    } catch (reason) {
      this.failure.set(sentence(messageOf(reason)));
    }
  }
}
