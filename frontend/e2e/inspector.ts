import { patience, until, within } from './process.ts';

interface Message {
  readonly id?: number;
  readonly method?: string;
  readonly params?: {
    readonly message?: string;
    readonly targetInfo?: { readonly targetId: string; readonly type: string };
    readonly newTargetId?: string;
  };
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

interface Evaluated {
  readonly result: {
    readonly value?: unknown;
    readonly objectId?: string;
    readonly description?: string;
  };
  readonly wasThrown?: boolean;
}

/**
 * A WebKitGTK window, through WebKit's remote inspector (WEBKIT_INSPECTOR_HTTP_SERVER), which evaluates expressions in
 * the page. The commands are wrapped in those of the Target domain, whose target is the page.
 */
export class Inspector implements Disposable {
  readonly #socket: WebSocket;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #target: string | undefined;
  #last = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.onmessage = (event) => {
      this.#receive(JSON.parse(String(event.data)) as Message);
    };
    socket.onclose = () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('the window has gone'));
    };
  }

  /** Connects to the only page of the program whose inspector listens at address, and waits until it has loaded. */
  static async connect(address: string): Promise<Inspector> {
    // WebKit crashes when it is asked for a page that does not exist yet: wait until it is listed.
    const path = '/socket/1/1/WebPage';
    await until(`a page in the inspector at ${address}`, async () => {
      const list = await fetch(`http://${address}/`);
      return (await list.text()).includes(path);
    });
    const inspector = new Inspector(new WebSocket(`ws://${address}${path}`));
    // Not awaited in the page: a promise of the initial blank page would be lost with it.
    await until('the page to load', async () => {
      const expression = `location.protocol !== 'about:' && document.readyState === 'complete'`;
      const state = (await inspector.#call('Runtime.evaluate', { expression })) as Evaluated;
      return state.result.value === true;
    });
    return inspector;
  }

  /** The value of an expression in the page, which must be JSON. Promises are awaited. */
  async evaluate<T>(expression: string): Promise<T> {
    const started = (await this.#call('Runtime.evaluate', {
      expression: `(async () => JSON.stringify(await (${expression})) ?? 'null')()`,
    })) as Evaluated;
    if (started.wasThrown) throw new Error(`${expression}: ${String(started.result.description)}`);
    const settled = (await this.#call('Runtime.awaitPromise', {
      promiseObjectId: started.result.objectId,
      returnByValue: true,
    })) as Evaluated;
    if (settled.wasThrown) throw new Error(`${expression}: ${String(settled.result.description)}`);
    return JSON.parse(settled.result.value as string) as T;
  }

  /** Waits until expression is true in the page. If it never is, the error says what the page shows. */
  async until(expression: string, ms = patience): Promise<void> {
    const polled = `new Promise((resolve) => {
      const look = () => { if (${expression}) resolve(true); else setTimeout(look, 20); };
      look();
    })`;
    try {
      await within(this.evaluate(polled), expression, ms);
    } catch (error) {
      const text = await this.evaluate<string>('document.body.innerText');
      throw new Error(`the page says:\n${text}`, { cause: error });
    }
  }

  /** Waits until the page has an element. */
  async waitFor(selector: string): Promise<void> {
    await this.until(`document.querySelector(${JSON.stringify(selector)})`);
  }

  /** Waits for an element, and clicks it. */
  async click(selector: string): Promise<void> {
    await this.waitFor(selector);
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).click()`);
  }

  /** Waits for a field and fills it in, as if it were typed and left. */
  async fill(selector: string, text: string): Promise<void> {
    await this.waitFor(selector);
    await this.evaluate(`((field) => {
      field.value = ${JSON.stringify(text)};
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.dispatchEvent(new Event('change', { bubbles: true }));
    })(document.querySelector(${JSON.stringify(selector)}))`);
  }

  /** What an element shows. */
  async text(selector: string): Promise<string> {
    return this.evaluate(`document.querySelector(${JSON.stringify(selector)}).innerText.trim()`);
  }

  /** An attribute of an element; null where it has none. */
  async attribute(selector: string, name: string): Promise<string | null> {
    return this.evaluate(
      `document.querySelector(${JSON.stringify(selector)}).getAttribute(${JSON.stringify(name)})`,
    );
  }

  [Symbol.dispose](): void {
    this.#socket.close();
  }

  async #call(method: string, params: Record<string, unknown>): Promise<unknown> {
    if (this.#target === undefined) throw new Error('the inspector has no page yet');
    const id = ++this.#last;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(id, waiting);
    this.#socket.send(
      JSON.stringify({
        id: ++this.#last,
        method: 'Target.sendMessageToTarget',
        params: { targetId: this.#target, message: JSON.stringify({ id, method, params }) },
      }),
    );
    return waiting.promise;
  }

  #receive({ id, method, params, result, error }: Message): void {
    switch (method) {
      case 'Target.targetCreated':
        if (params?.targetInfo?.type === 'page') this.#target ??= params.targetInfo.targetId;
        return;
      case 'Target.didCommitProvisionalTarget':
        this.#target = params?.newTargetId;
        return;
      case 'Target.dispatchMessageFromTarget':
        this.#receive(JSON.parse(params?.message ?? '{}') as Message);
        return;
    }
    if (id === undefined) return;
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new Error(error.message));
    else waiting?.resolve(result);
  }
}
