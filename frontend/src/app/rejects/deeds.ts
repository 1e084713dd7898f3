import { Component, computed, input } from '@angular/core';
import type { Deed } from '../backend/model';
import { dayAndTime } from '../format/format';

/** What was done about a reject: by whom, and when. */
@Component({
  selector: 'lf-deeds',
  template: `
    @if (said().length) {
      <ol aria-label="What was done about it" data-testid="deeds">
        @for (deed of said(); track $index) {
          <li>
            <span class="muted">{{ deed.when }}</span> {{ deed.what }}
            <span class="muted">by {{ deed.who }}</span>
          </li>
        }
      </ol>
    }
  `,
  styles: `
    ol {
      padding: 0 12px 8px;
      font-size: 12px;
      line-height: 18px;
    }
  `,
})
export class Deeds {
  readonly deeds = input.required<readonly Deed[]>();

  protected readonly said = computed(() =>
    this.deeds().map((deed) => ({
      when: dayAndTime(deed.time),
      what: says(deed),
      who: deed.who,
    })),
  );
}

/** What was done, in a few words. */
export function says(deed: Deed): string {
  switch (deed.what) {
    case 'dismiss':
      return 'dismissed';
    case 'reopen':
      return 'opened again';
    default: {
      const how = deed.mended ? 'edited and ' : '';
      switch (deed.outcome) {
        case 'loaded':
          return `${how}loaded`;
        case 'rejected':
          return `${how}retried, and rejected again: ${deed.reason?.message ?? ''}`;
        default:
          return `${how}being retried`;
      }
    }
  }
}
