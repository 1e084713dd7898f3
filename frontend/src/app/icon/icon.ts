import { Component, ElementRef, effect, inject, input } from '@angular/core';
import { createElement, type IconNode } from 'lucide';

/** One icon of the set that comes with the program. It is decorative: the text beside it says what it stands for. */
@Component({
  selector: 'lf-icon',
  template: '',
  host: { 'aria-hidden': 'true' },
  styles: `
    :host {
      display: inline-flex;
      flex: none;
    }
  `,
})
export class Icon {
  readonly icon = input.required<IconNode>();
  readonly size = input(16);

  private readonly host = inject<ElementRef<HTMLElement>>(ElementRef).nativeElement;

  constructor() {
    effect(() => {
      const size = this.size();
      this.host.replaceChildren(
        createElement(this.icon(), { width: size, height: size, 'stroke-width': 1.75 }),
      );
    });
  }
}
