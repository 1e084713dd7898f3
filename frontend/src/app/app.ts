import {
  Component,
  DOCUMENT,
  ElementRef,
  afterRenderEffect,
  effect,
  inject,
  untracked,
  viewChild,
} from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { Desktop } from './backend/desktop';
import { Draft } from './draft/draft';
import { CloseQuestion } from './frame/close-question';
import { Header } from './frame/header';
import { Help } from './frame/help';
import { HelpView } from './frame/help-view';
import { KeyList } from './frame/key-list';
import { NoticeLine } from './frame/notice-line';
import { Place } from './frame/place';
import { Rail } from './frame/rail';
import { SigninLine } from './frame/signin-line';
import { StatusLine } from './frame/status-line';

/** The window's frame, with the page of the step or the run in it. */
@Component({
  selector: 'lf-root',
  imports: [
    RouterOutlet,
    CloseQuestion,
    Header,
    HelpView,
    KeyList,
    NoticeLine,
    Rail,
    SigninLine,
    StatusLine,
  ],
  template: `
    <lf-rail />
    <lf-header [inert]="help.open()" />
    <div class="notices" [inert]="help.open()"><lf-signin-line /><lf-notice-line /></div>
    <main #page class="page" tabindex="-1" [inert]="help.open()"><router-outlet /></main>
    <lf-help />
    <lf-close-question />
    <lf-status-line />
    <lf-key-list />
  `,
  styleUrl: './app.scss',
})
export class App {
  protected readonly help = inject(Help);
  private readonly page = viewChild.required<ElementRef<HTMLElement>>('page');

  constructor() {
    const [draft, router, desktop] = [inject(Draft), inject(Router), inject(Desktop)];
    const [place, document] = [inject(Place), inject(DOCUMENT)];
    // The element with the focus may go away with its page, or when a run ends.
    afterRenderEffect({
      read: () => {
        place.path();
        (place.run() ?? place.set())?.active();
        if (document.activeElement === document.body) {
          this.page().nativeElement.focus({ preventScroll: true });
        }
      },
    });
    // Files that are dropped anywhere start a new import.
    effect(() => {
      const files = desktop.dropped();
      if (files.length) {
        untracked(() => {
          void draft.openAll(files);
          void router.navigateByUrl('/new/source');
        });
      }
    });
  }
}
