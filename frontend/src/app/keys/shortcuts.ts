import { DOCUMENT, Service, computed, inject, signal, DestroyRef } from '@angular/core';

/** An action and its key, for as long as their owner lives. */
export interface Shortcut {
  /** What it does, in a few words, as the list of keys shows it. */
  readonly label: string;
  /**
   * The key: modifiers and `KeyboardEvent.key`, joined by "+": "Mod+Enter",
   * "Alt+ArrowRight", "p". Mod is Ctrl, or ⌘ on a Mac. A key with no modifier
   * acts only while nothing is being typed, but for F1 to F12.
   */
  readonly key: string;
  readonly run: () => void;
  /** Whether it can be done now; always, if left out. */
  readonly enabled?: () => boolean;
  /** Whether it also acts while something lies over the page. */
  readonly everywhere?: boolean;
}

const sameKey = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

const isMac = (platform: string) => /mac|iphone|ipad/i.test(platform);

/** The keys of all actions. The last one to claim a key has it. */
@Service()
export class Shortcuts {
  private readonly document = inject(DOCUMENT);
  private readonly mac = isMac(this.document.defaultView?.navigator.userAgent ?? '');
  private readonly claimed = signal<readonly Shortcut[]>([]);

  /** What can be done now, for the list of keys: each key once. */
  readonly list = computed(() => {
    const able = this.claimed().filter((s) => this.isEnabled(s));
    return able.filter((s) => able.findLast(({ key }) => sameKey(key, s.key)) === s);
  });

  private readonly covered = signal(false);
  private readonly open = signal(false);
  /** Whether the list of keys is shown. */
  readonly listOpen = this.open.asReadonly();

  constructor() {
    inject(DestroyRef).onDestroy(this.listen(this.document));
  }

  /** Has the keys act in a document, too, until the function it returns is called. */
  listen(document: Document): () => void {
    const press = (event: KeyboardEvent) => {
      this.press(event);
    };
    document.addEventListener('keydown', press);
    return () => {
      document.removeEventListener('keydown', press);
    };
  }

  /** Says that something lies over the page, so that the page's own keys do nothing, or no longer. */
  cover(covered: boolean): void {
    this.covered.set(covered);
  }

  /** Claims the keys until the function it returns is called. */
  claim(shortcuts: readonly Shortcut[]): () => void {
    this.claimed.update((all) => [...all, ...shortcuts]);
    return () => {
      this.claimed.update((all) => all.filter((s) => !shortcuts.includes(s)));
    };
  }

  /** The key as it is shown: "Ctrl+Enter", "⌘O", "P". */
  show(key: string): string {
    const names: Record<string, string> = {
      Mod: this.mac ? '⌘' : 'Ctrl',
      Alt: this.mac ? '⌥' : 'Alt',
      Shift: this.mac ? '⇧' : 'Shift',
      ArrowRight: '→',
      ArrowLeft: '←',
      Escape: 'Esc',
    };
    return key
      .split('+')
      .map((part) => names[part] ?? (part.length === 1 ? part.toUpperCase() : part))
      .join(this.mac ? '' : '+');
  }

  /** What a tooltip says of an action: "Pause (P)". */
  hint(action: string, key: string): string {
    return `${action} (${this.show(key)})`;
  }

  toggleList(): void {
    this.open.update((open) => !open);
  }

  private press(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) {
      return;
    }
    const pressed = this.name(event);
    const hit = this.claimed().findLast((s) => sameKey(s.key, pressed) && this.isEnabled(s));
    const types = !pressed.includes('+') && !/^f\d+$/.test(pressed);
    if (!hit || (types && isTyping(event.target))) {
      return;
    }
    event.preventDefault();
    hit.run();
  }

  private isEnabled(shortcut: Shortcut): boolean {
    return (!this.covered() || !!shortcut.everywhere) && (shortcut.enabled?.() ?? true);
  }

  private name(event: KeyboardEvent): string {
    const mod = this.mac ? event.metaKey : event.ctrlKey;
    return [
      ...(mod ? ['Mod'] : []),
      ...(event.altKey ? ['Alt'] : []),
      // A shifted character is its own key: "?", not "Shift+/".
      ...(event.shiftKey && event.key.length > 1 ? ['Shift'] : []),
      event.key,
    ]
      .join('+')
      .toLowerCase();
  }
}

/** Claims keys for the lifetime of the component or service that calls it. */
export function claimKeys(shortcuts: readonly Shortcut[]): void {
  inject(DestroyRef).onDestroy(inject(Shortcuts).claim(shortcuts));
}

// By selectors: the elements of another document are of other classes.
const fields =
  'textarea, select, [role=combobox], input:not([type=checkbox], [type=radio]), [contenteditable]';

function isTyping(target: EventTarget | null): boolean {
  return target !== null && 'matches' in target && (target as Element).matches(fields);
}
