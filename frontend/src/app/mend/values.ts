import { Component, computed, input, output } from '@angular/core';
import type { RejectGroupPage } from '../backend/model';
import { count, oneLine } from '../format/format';
import { Rows } from '../grid/rows';

/** The values of a group, the most frequent first; some of them can be chosen. */
@Component({
  selector: 'lf-values',
  imports: [Rows],
  template: `
    <div class="bar">
      <input
        #find
        class="control"
        type="search"
        placeholder="find a value"
        spellcheck="false"
        aria-label="Find a value"
        data-testid="value-find"
        [value]="search()"
        (input)="searched.emit(find.value)"
        (keydown.escape)="searched.emit('')"
      />
      @if (picked().length) {
        <button class="link" type="button" (click)="cleared.emit()">
          {{ count(picked().length) }} chosen: clear
        </button>
      } @else {
        <span class="muted">all chosen</span>
      }
    </div>
    <lf-rows
      single
      label="Values; Enter chooses one"
      [count]="values().length"
      (opened)="toggle($event)"
    >
      <ng-template #row let-index>
        @if (values()[index]; as v) {
          <div class="value" role="presentation" data-testid="value">
            <span
              class="box"
              role="gridcell"
              [class.on]="has(v.value)"
              [class.all]="!picked().length"
            >
              <span class="visually-hidden">{{ has(v.value) ? 'chosen' : '' }}</span>
            </span>
            <span class="data text" role="gridcell">{{ shown(v.value) }}</span>
            <span class="count" role="gridcell">{{ count(v.count) }}</span>
          </div>
        }
      </ng-template>
    </lf-rows>
    @if (note(); as note) {
      <p class="muted note">{{ note }}</p>
    }
  `,
  styleUrl: './values.scss',
})
export class Values {
  readonly page = input.required<RejectGroupPage | undefined>();
  readonly search = input.required<string>();
  readonly picked = input.required<readonly string[]>();
  readonly searched = output<string>();
  readonly toggled = output<string>();
  readonly cleared = output();

  protected readonly count = count;
  protected readonly values = computed(() => this.page()?.groups ?? []);
  protected readonly note = computed(() => {
    const page = this.page();
    if (!page) {
      return 'Counting …';
    }
    if (page.total === 0) {
      return this.search() ? 'No value has this text.' : 'Nothing is open here.';
    }
    return page.total > page.groups.length
      ? `The ${count(page.groups.length)} most frequent of ${count(page.total)} values: search for others.`
      : '';
  });

  protected has(value = ''): boolean {
    return this.picked().includes(value);
  }

  protected shown(value = ''): string {
    return value === '' ? '(empty)' : oneLine(value);
  }

  protected toggle(index: number): void {
    const found = this.values()[index];
    if (found) {
      this.toggled.emit(found.value ?? '');
    }
  }
}
