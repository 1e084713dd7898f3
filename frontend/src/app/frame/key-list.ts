import { Component, computed, inject } from '@angular/core';
import { Shortcuts, claimKeys } from '../keys/shortcuts';

/** The keys of what can be done here and now. It takes nothing away from the page. */
@Component({
  selector: 'lf-key-list',
  template: `
    @if (keys.listOpen()) {
      <section aria-label="Keys" data-testid="key-list">
        <h2>Keys</h2>
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
        label: 'Show and hide these keys',
        key: '?',
        run: () => {
          this.keys.toggleList();
        },
      },
      {
        label: 'Hide these keys',
        key: 'Escape',
        enabled: () => this.keys.listOpen(),
        run: () => {
          this.keys.toggleList();
        },
      },
    ]);
  }
}
