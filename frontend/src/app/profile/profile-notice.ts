import { Component, computed, inject, signal } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { BookmarkCheck } from 'lucide';
import { Draft } from '../draft/draft';
import { messageOf } from '../format/format';
import { Icon } from '../icon/icon';
import { ErrorNotice } from '../notice/error-notice';
import { changes } from './changes';

/** The profile of the import, and what has changed in the header since; or those that fit. */
@Component({
  selector: 'lf-profile-notice',
  imports: [ErrorNotice, Icon, MatButton],
  template: `
    <lf-error-notice [message]="failure() || draft.profile.error()" />
    @if (draft.profile.fit(); as fit) {
      <div class="notice" role="status" data-testid="profile-used">
        <lf-icon [icon]="icons.BookmarkCheck" />
        <div class="says">
          <p>
            Read and mapped by the profile “{{ draft.profile.name() }}”.
            @for (change of changes(); track change.what) {
              <span [attr.data-testid]="'header-' + change.what">{{ change.says }} </span>
            } @empty {
              The header is the same.
            }
            <button type="button" class="link" data-testid="profile-stop" (click)="stop()">
              Begin without it
            </button>
          </p>
          @for (asked of draft.profile.questions(); track asked.is) {
            <p class="asked" data-testid="renamed">
              <span
                >Is <strong>{{ asked.is }}</strong> what was <strong>{{ asked.was }}</strong>, and
                goes to {{ asked.column }}?</span
              >
              <button
                matButton="outlined"
                type="button"
                data-testid="renamed-yes"
                (click)="draft.profile.answer(asked.is, asked.was, true)"
              >
                Yes
              </button>
              <button
                matButton
                type="button"
                data-testid="renamed-no"
                (click)="draft.profile.answer(asked.is, asked.was, false)"
              >
                No
              </button>
            </p>
          }
          @for (field of nowhere(); track field) {
            <p class="asked" data-testid="new-field">
              <span
                ><strong>{{ field }}</strong> is new and goes to no column.</span
              >
              <button
                matButton="outlined"
                type="button"
                data-testid="leave-out"
                (click)="draft.choices.map(field, '')"
              >
                Leave it out
              </button>
            </p>
          }
        </div>
      </div>
    } @else {
      @for (offer of offers(); track offer.name) {
        <p class="notice" role="status" data-testid="profile-offer">
          <lf-icon [icon]="icons.BookmarkCheck" />
          <span>
            {{
              offer.match === 1
                ? 'This header is known from the profile'
                : floor(offer.match * 100) + ' % of this header are that of the profile'
            }}
            “{{ offer.name }}”.
            <span class="muted">{{ offer.changes }} </span>
            <button type="button" class="link" data-testid="profile-use" (click)="use(offer.name)">
              Import by it
            </button>
          </span>
        </p>
      }
    }
  `,
  styles: `
    :host {
      display: grid;
      gap: 8px;

      &:empty {
        display: none;
      }
    }

    .says {
      display: grid;
      gap: 4px;
      min-width: 0;
    }

    .asked {
      display: flex;
      align-items: center;
      gap: 8px;
    }
  `,
})
export class ProfileNotice {
  protected readonly draft = inject(Draft);
  protected readonly icons = { BookmarkCheck };
  protected readonly floor = Math.floor;
  protected readonly failure = signal('');

  protected readonly changes = computed(() => {
    const fit = this.draft.profile.fit();
    return fit ? changes(fit.match, fit.profile.plan.map ?? {}) : [];
  });
  /** The best ones: another is chosen from the list. */
  protected readonly offers = computed(() =>
    (this.draft.origin() ? [] : this.draft.profile.offers()).slice(0, 2).map((offer) => ({
      ...offer,
      changes: changes(offer)
        .map((c) => c.says)
        .join(' '),
    })),
  );
  /** New fields that go nowhere, and may be left out. */
  protected readonly nowhere = computed(() => {
    const [added, settled] = [this.draft.profile.fit()?.match.added ?? [], this.draft.settled()];
    const asked = this.draft.profile.questions().map((q) => q.is);
    const chosen = this.draft.choices.mapping();
    return (settled?.create ? [] : (settled?.mapping ?? []))
      .filter(({ field, column }) => !column && added.includes(field))
      .map(({ field }) => field)
      .filter((field) => chosen[field] === undefined && !asked.includes(field));
  });

  protected async use(name: string): Promise<void> {
    this.failure.set('');
    try {
      await this.draft.profile.use(name);
    } catch (reason) {
      this.failure.set(messageOf(reason));
    }
  }

  /** Begins again with nothing chosen for the file. */
  protected stop(): void {
    this.draft.open(this.draft.file());
  }
}
