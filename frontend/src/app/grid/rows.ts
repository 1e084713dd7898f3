import { NgTemplateOutlet } from '@angular/common';
import {
  Component,
  DestroyRef,
  ElementRef,
  TemplateRef,
  afterNextRender,
  afterRenderEffect,
  booleanAttribute,
  computed,
  contentChild,
  inject,
  input,
  model,
  output,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { rowsInView, scrollTopOf, toRows } from './window-of-rows';

/** What the template of a row is given. */
export interface RowContext {
  readonly $implicit: number;
}

/**
 * A list of any number of rows of one height, of which only those in view are
 * in the page. The CDK's viewport stops where the browser's tallest element
 * does, at 1.4 million rows, and needs an array of them all; this one needs only
 * their number.
 *
 * Arrows, Page, Home and End move the active row.
 */
@Component({
  selector: 'lf-rows',
  imports: [NgTemplateOutlet],
  templateUrl: './rows.html',
  styleUrl: './rows.scss',
})
export class Rows {
  readonly count = input.required<number>();
  readonly label = input.required<string>();
  readonly rowHeight = input(24);
  /** Rows are as wide as their content, and scroll sideways; otherwise as wide as the list. */
  readonly wide = input(false, { transform: booleanAttribute });
  /** Keeps the end in view while rows are added, until the user scrolls away. */
  readonly follow = input(false, { transform: booleanAttribute });
  /** A single click opens a row, instead of a double click. */
  readonly single = input(false, { transform: booleanAttribute });
  /** The row that the keys work on; -1 for none. */
  readonly active = model(-1);
  /** Whether the end is in view and followed. */
  readonly following = model(true);
  /** The number of columns that the left and right keys move through; with 0 they scroll. */
  readonly columns = input(0);
  /** The column that the keys work on; -1 for none. */
  readonly column = model(-1);
  /** The active row is to be opened. */
  readonly opened = output<number>();

  protected readonly row = contentChild.required<TemplateRef<RowContext>>('row');
  private readonly scroller = viewChild.required<ElementRef<HTMLElement>>('scroller');
  private readonly head = viewChild.required<ElementRef<HTMLElement>>('head');
  private readonly top = signal(0);
  private readonly view = signal(0);
  private readonly left = signal(0);
  private readonly width = signal(0);
  private placed = -1;

  protected readonly id = `rows-${nextId++}`;
  /** What is in view sideways, in px. */
  readonly across = computed(() => ({ left: this.left(), right: this.left() + this.width() }));
  /** The rows that are rendered. */
  readonly inView = computed(() =>
    rowsInView(this.count(), this.rowHeight(), this.top(), this.view()),
  );
  protected readonly indexes = computed(() => {
    const { start, end } = this.inView();
    return Array.from({ length: Math.max(0, end - start) }, (_, i) => start + i);
  });

  constructor() {
    const observer = new ResizeObserver(() => {
      const { clientHeight, clientWidth } = this.scroller().nativeElement;
      const shown = this.shows(this.active());
      this.view.set(clientHeight - this.head().nativeElement.offsetHeight);
      this.width.set(clientWidth);
      if (shown) {
        this.reveal(this.active());
      }
    });
    inject(DestroyRef).onDestroy(() => {
      observer.disconnect();
    });
    afterNextRender(() => {
      observer.observe(this.scroller().nativeElement);
      observer.observe(this.head().nativeElement);
    });
    afterRenderEffect({
      write: () => {
        const count = this.count();
        if (this.view() > 0 && this.follow() && this.following()) {
          untracked(() => {
            this.place(count);
          });
        }
      },
    });
  }

  /** Brings a row into view, and no further than needed. */
  reveal(index: number): void {
    const [count, row, view] = [this.count(), this.rowHeight(), this.view()];
    // The event of the last scroll may be still to come.
    const first = toRows(count, row, this.scroller().nativeElement.scrollTop, view);
    if (index * row < first) {
      this.scrollTo(scrollTopOf(index, count, row, view));
    } else if ((index + 1) * row > first + view) {
      this.scrollTo(scrollTopOf(index + 1 - view / row, count, row, view));
    }
  }

  /** Brings what is between two positions into view; `fixed` px at the left do not scroll. */
  revealAcross(from: number, to: number, fixed: number): void {
    const scroller = this.scroller().nativeElement;
    const { scrollLeft, clientWidth } = scroller;
    if (from < scrollLeft || to - from > clientWidth - fixed) {
      scroller.scrollLeft = from;
    } else if (to + fixed > scrollLeft + clientWidth) {
      scroller.scrollLeft = to + fixed - clientWidth;
    }
  }

  /** Goes to the end, and follows it. */
  toEnd(): void {
    this.following.set(true);
    this.place(this.count());
  }

  protected scrolled(): void {
    const { scrollTop, scrollLeft } = this.scroller().nativeElement;
    this.top.set(scrollTop);
    this.left.set(scrollLeft);
    if (this.follow() && scrollTop !== this.placed) {
      this.following.set(scrollTop + this.view() >= this.inView().height - 2);
    }
  }

  /** Selects a row, and stops following: the row must not move away under the pointer. */
  protected select(index: number): void {
    this.active.set(index);
    this.following.set(false);
  }

  protected press(event: KeyboardEvent): void {
    const last = this.count() - 1;
    const page = Math.max(1, Math.floor(this.view() / this.rowHeight()) - 1);
    const active = this.active();
    const to: Partial<Record<string, number>> = {
      ArrowDown: active + 1,
      ArrowUp: active < 0 ? last : active - 1,
      PageDown: active + page,
      PageUp: active - page,
      Home: 0,
      End: last,
    };
    const next = to[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || last < 0) {
      return;
    }
    if (next !== undefined) {
      event.preventDefault();
      const index = Math.max(0, Math.min(last, next));
      this.active.set(index);
      this.following.set(event.key === 'End');
      this.reveal(index);
    } else if (this.columns() > 0 && (event.key === 'ArrowLeft' || event.key === 'ArrowRight')) {
      event.preventDefault();
      const step = event.key === 'ArrowLeft' ? -1 : 1;
      this.column.set(Math.max(0, Math.min(this.columns() - 1, this.column() + step)));
      this.active.set(Math.max(0, active));
    } else if (event.key === 'Enter' && active >= 0) {
      event.preventDefault();
      this.opened.emit(active);
    }
  }

  /** Whether a row is in view. */
  private shows(index: number): boolean {
    const [row, view] = [this.rowHeight(), this.view()];
    const first = toRows(this.count(), row, this.top(), view);
    return index >= 0 && (index + 1) * row > first && index * row < first + view;
  }

  private place(count: number): void {
    const row = this.rowHeight();
    this.scrollTo(Math.max(0, scrollTopOf(count - this.view() / row, count, row, this.view())));
  }

  private scrollTo(top: number): void {
    const scroller = this.scroller().nativeElement;
    scroller.scrollTop = top;
    this.placed = scroller.scrollTop;
    this.top.set(this.placed);
  }
}

let nextId = 0;
