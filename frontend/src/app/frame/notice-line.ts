import { Component, inject } from '@angular/core';
import { MatButton } from '@angular/material/button';
import { TriangleAlert } from 'lucide';
import { Notices } from '../backend/notices';
import { sentence } from '../format/format';
import { Icon } from '../icon/icon';

/** A line for each thing that happened to the program itself; it stays until it is dismissed. */
@Component({
  selector: 'lf-notice-line',
  imports: [Icon, MatButton],
  template: `
    @for (notice of notices.list(); track notice.id) {
      <section class="attention-line" role="alert" data-testid="notice">
        <lf-icon [icon]="icons.TriangleAlert" />
        <p class="selectable">{{ sentence(notice.message) }} {{ sentence(notice.hint ?? '') }}</p>
        <button matButton="outlined" type="button" (click)="notices.dismiss(notice.id)">
          Dismiss
        </button>
      </section>
    }
  `,
  styles: `
    section {
      border-bottom: var(--lf-line);
    }
  `,
})
export class NoticeLine {
  protected readonly notices = inject(Notices);
  protected readonly icons = { TriangleAlert };
  protected readonly sentence = sentence;
}
