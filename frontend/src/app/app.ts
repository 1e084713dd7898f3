import { Component, effect, inject, untracked } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { Desktop } from './backend/desktop';
import { Draft } from './draft/draft';
import { CloseQuestion } from './frame/close-question';
import { Header } from './frame/header';
import { KeyList } from './frame/key-list';
import { Rail } from './frame/rail';
import { StatusLine } from './frame/status-line';

/** The window's frame, with the page of the step or the run in it. */
@Component({
  selector: 'lf-root',
  imports: [RouterOutlet, CloseQuestion, Header, KeyList, Rail, StatusLine],
  template: `
    <lf-rail />
    <lf-header />
    <main class="page"><router-outlet /></main>
    <lf-close-question />
    <lf-status-line />
    <lf-key-list />
  `,
  styleUrl: './app.scss',
})
export class App {
  constructor() {
    const [draft, router, desktop] = [inject(Draft), inject(Router), inject(Desktop)];
    // A file that is dropped anywhere begins a new import.
    effect(() => {
      const [file] = desktop.dropped();
      if (file) {
        untracked(() => {
          draft.open(file);
          void router.navigateByUrl('/new/source');
        });
      }
    });
  }
}
