import { Component, computed, inject } from '@angular/core';
import { Shortcuts, claimKeys } from '../keys/shortcuts';

/** The keyboard shortcuts that work now, in a corner of the page, which stays usable. */
@Component({
  selector: 'lf-key-list',
  template: `
    @if (keys.listOpen()) {
      <section aria-labelledby="keys" data-testid="key-list">
        <h2 id="keys">Keyboard shortcuts</h2>
        <dl>
          @for (shortcut of shown(); track shortcut.key) {
            <div>
              <dt>{{ shortcut.label }}</dt>
              <dd>
                <kbd>{{ keys.show(shortcut.key) }}</kbd>
              </dd>
            </div>
          }
        </dl>
      </section>
    }
  `,
  styles: `
    section {
      position: fixed;
      right: 16px;
      bottom: 36px;
      z-index: 10;
      width: 304px;
      padding: 12px 16px;
      border: 1px solid var(--mat-sys-outline);
      border-radius: 8px;
      background: var(--mat-sys-surface);
    }

    kbd {
      white-space: nowrap;
    }

    h2 {
      margin-bottom: 4px;
    }

    div {
      display: flex;
      justify-content: space-between;
      line-height: 24px;
    }
  `,
})
export class KeyList {
  protected readonly keys = inject(Shortcuts);
  protected readonly shown = computed(() => [
    ...this.keys.list(),
    { label: 'Move in a list', key: '↑ ↓ Page Home End' },
  ]);

  constructor() {
    claimKeys([
      {
        label: 'Show or hide this list',
        key: '?',
        everywhere: true,
        run: () => {
          this.keys.toggleList();
        },
      },
      {
        label: 'Hide this list',
        key: 'Escape',
        everywhere: true,
        enabled: () => this.keys.listOpen(),
        run: () => {
          this.keys.toggleList();
        },
      },
    ]);
  }
}
