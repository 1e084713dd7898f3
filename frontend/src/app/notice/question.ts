import {
  Component,
  DOCUMENT,
  DestroyRef,
  ElementRef,
  afterNextRender,
  inject,
  input,
  output,
} from '@angular/core';

/**
 * A question in the page, with its answers in the slot. The first of them gets the
 * focus, and should be the one that changes nothing; so should Escape.
 */
@Component({
  selector: 'lf-question',
  template: `
    <section
      class="attention-line"
      role="alertdialog"
      [attr.aria-labelledby]="id"
      [attr.data-testid]="testId()"
      (keydown.escape)="$event.preventDefault(); escaped.emit()"
    >
      <p [id]="id">{{ text() }}</p>
      <ng-content />
    </section>
  `,
  styles: `
    section {
      border-top: var(--lf-line);
    }
  `,
})
export class Question {
  readonly text = input.required<string>();
  readonly testId = input<string>();
  readonly escaped = output();
  protected readonly id = `question-${nextId++}`;

  constructor() {
    const host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;
    const document = inject(DOCUMENT);
    const before = document.activeElement;
    afterNextRender({
      write: () => {
        host.querySelector('button')?.focus();
      },
    });
    inject(DestroyRef).onDestroy(() => {
      if (document.activeElement === document.body || host.contains(document.activeElement)) {
        (before as HTMLElement | null)?.focus();
      }
    });
  }
}

let nextId = 0;
