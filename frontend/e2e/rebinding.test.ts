import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';

import type { Page } from 'playwright-core';

import { launch } from './browser.ts';
import { freePort, within } from './process.ts';
import { type Api, Program } from './program.ts';

// What a hostile page can do to the local API from a browser: nothing, even with a token that it has stolen.

/** A host name that leads to this computer, as one that was rebound does. */
const evil = 'evil.example';
const resolving = [`--host-resolver-rules=MAP ${evil} 127.0.0.1`];

/** What came of the requests of a page, by what it tried: a status that it could read, or that it was kept from it. */
type Outcomes = Record<string, string>;

test('a page whose host name is rebound to the API gets nothing from it, and does nothing', async () => {
  await using browser = await launch(resolving);
  const port = await freePort();
  const page = await browser.newPage();
  {
    // At first the name leads to the page's own server, which then makes room for the API.
    await using site = await serve(port);
    await page.goto(`http://${evil}:${site.port}/`);
  }
  await using program = await Program.alone('rebinding', '--listen', `127.0.0.1:${port}`);
  assert.equal(program.api.url, `http://127.0.0.1:${port}`);

  // For the browser, page and API are of the same origin: it asks for nothing beforehand, and keeps no answer from it.
  const seen = await attacked(page, program, `http://${evil}:${port}`);
  for (const [tried, outcome] of Object.entries(seen.outcomes)) {
    assert.match(outcome, /^(421 (.*this is not evil\.example|$)|{"status":421,|kept)/s, tried);
  }
  assert.ok(seen.statuses.length > 15, String(seen.statuses));
  assert.deepEqual([...new Set(seen.statuses)], [421]);
});

test('a page of another origin gets nothing from the API, and does nothing', async () => {
  await using browser = await launch(resolving);
  await using program = await Program.alone('stranger');
  for (const host of ['127.0.0.1', 'localhost', evil]) {
    await using site = await serve(0);
    const page = await browser.newPage();
    await page.goto(`http://${host}:${site.port}/`);
    const seen = await attacked(page, program, program.api.url);
    for (const [tried, outcome] of Object.entries(seen.outcomes)) {
      assert.match(outcome, /^kept/, `${host}: ${tried}`);
    }
    // What a page only shows, such as a picture, comes with no origin: then the token is missing.
    assert.deepEqual([...new Set(seen.statuses)].sort(), [401, 403], host);
    await page.close();
  }
});

test('a page of an allowed origin gets in with a token, and not without one', async () => {
  await using site = await serve(0);
  await using browser = await launch();
  const origin = `http://127.0.0.1:${site.port}`;
  await using program = await Program.alone('guest', '--origin', origin);
  const page = await browser.newPage();
  await page.goto(origin);
  const target = join(program.folder, 'attack.db');
  const { api } = program;
  const none = await page.evaluate(attack, { base: api.url, token: 'none', target });
  assert.match(none['fetch with the token'] ?? '', /^401/);
  assert.match(none['import with the token'] ?? '', /^401/);
  assert.match(none.fetch ?? '', /^401/);
  assert.ok(!existsSync(target));
  // The same requests do what they are meant to do: those above were refused by the guard.
  const stolen = await page.evaluate(attack, { base: api.url, token: api.token, target });
  assert.match(stolen['fetch with the token'] ?? '', /^200 {"imports":\[/);
  assert.match(stolen['import with the token'] ?? '', /^202/);
  assert.match(stolen['events with the token'] ?? '', /^200 events/);
  assert.match(stolen['setting with the token'] ?? '', /^200/);
  assert.match(stolen.fetch ?? '', /^401/);
});

/** Has a page attack the API, and makes sure that nothing was done. */
async function attacked(
  page: Page,
  program: Program,
  base: string,
): Promise<{ outcomes: Outcomes; statuses: number[] }> {
  const { api, folder } = program;
  const target = join(folder, 'attack.db');
  const statuses: number[] = [];
  page.on('response', (response) => {
    if (response.url().startsWith(`${base}/v1`)) statuses.push(response.status());
  });
  const before = await everything(api);
  const outcomes = await within(
    page.evaluate(attack, { base, token: api.token, target }),
    'the page to try everything',
  );
  assert.equal(await everything(api), before);
  assert.ok(!existsSync(target), 'nothing was imported');
  return { outcomes, statuses };
}

/** Tries, in a page, all ways of sending a request. */
async function attack(on: { base: string; token: string; target: string }): Promise<Outcomes> {
  const { base, token, target } = on;
  const outcomes: Outcomes = {};
  const bearer = { Authorization: `Bearer ${token}` };
  const imports = `${base}/v1/imports`;
  const query = new URLSearchParams({ target, table: 'attack', create: 'true' });
  const csv = 'a,b\n1,2\n';
  const order = JSON.stringify({
    file: '/etc/passwd',
    target,
    plan: { table: 'attack', create: true },
  });

  const tell = async (name: string, outcome: Promise<string>): Promise<void> => {
    const nothing = new Promise<string>((resolve) => {
      setTimeout(() => {
        resolve('nothing came of it');
      }, 10_000);
    });
    outcomes[name] = await Promise.race([outcome, nothing]);
  };
  const read = async (response: Response): Promise<string> => {
    if (response.type === 'opaque') return 'kept';
    const endless = response.headers.get('Content-Type') === 'text/event-stream';
    return `${response.status} ${endless ? 'events' : await response.text()}`;
  };
  const ask = async (name: string, url: string, init: RequestInit = {}): Promise<void> => {
    await tell(
      name,
      fetch(url, init).then(read, () => 'kept'),
    );
  };
  // Requests that a page may send to any server, and those that it has to be allowed to.
  await ask('fetch', imports);
  await ask('fetch without a look at it', imports, { mode: 'no-cors' });
  await ask('fetch with cookies', imports, { credentials: 'include' });
  await ask(
    'fetch with the token in the address',
    `${imports}?token=${token}&access_token=${token}`,
  );
  await ask('fetch with the token', imports, { headers: bearer });
  await ask('events with the token', `${base}/v1/events`, { headers: bearer });
  await ask('HEAD with the token', imports, { method: 'HEAD', headers: bearer });
  await ask('import', `${imports}?${query}`, { method: 'POST', body: csv });
  for (const type of [
    'text/plain',
    'text/csv',
    'application/json',
    'multipart/form-data; boundary=x',
  ]) {
    const body = type === 'application/json' ? order : csv;
    const simple: RequestInit = {
      method: 'POST',
      body,
      headers: { 'Content-Type': type },
      mode: 'no-cors',
    };
    await ask(`import of ${type} without a look at it`, `${imports}?${query}`, simple);
    await ask(
      `import of ${type} with the token in the address`,
      `${imports}?${query}&token=${token}`,
      simple,
    );
  }
  await ask('import with the token', `${imports}?${query}`, {
    method: 'POST',
    body: csv,
    headers: { ...bearer, 'Content-Type': 'text/csv' },
  });
  await ask('setting with the token', `${base}/v1/settings/keep-jobs`, {
    method: 'PUT',
    body: JSON.stringify({ value: '1d' }),
    headers: { ...bearer, 'Content-Type': 'application/json' },
  });
  await ask('token with the token', `${base}/v1/tokens`, {
    method: 'POST',
    body: JSON.stringify({ name: 'mine', may: 'import', targets: ['any'] }),
    headers: bearer,
  });
  outcomes.beacon = `kept: ${String(navigator.sendBeacon(`${imports}?${query}`, csv))}`;

  const byXMLHttpRequest = new Promise<string>((resolve) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', `${imports}?${query}`);
    xhr.onload = () => {
      resolve(`${xhr.status} ${xhr.responseText}`);
    };
    xhr.onerror = () => {
      resolve('kept');
    };
    xhr.send(csv);
  });
  await tell('XMLHttpRequest', byXMLHttpRequest);
  const byEventSource = new Promise<string>((resolve) => {
    const source = new EventSource(`${base}/v1/events?token=${token}`);
    source.onopen = () => {
      resolve('it opened');
    };
    source.onerror = () => {
      resolve('kept');
    };
  });
  await tell('EventSource', byEventSource);
  const byWebSocket = new Promise<string>((resolve) => {
    const url = `${base.replace('http', 'ws')}/v1/events?token=${token}`;
    const socket = new WebSocket(url, ['bearer', token]);
    socket.onopen = () => {
      resolve('it opened');
    };
    socket.onerror = () => {
      resolve('kept');
    };
  });
  await tell('WebSocket', byWebSocket);

  // What a page shows or runs.
  const loaded = (element: HTMLElement, url: string): Promise<string> =>
    new Promise((resolve) => {
      element.onload = () => {
        resolve('it loaded');
      };
      element.onerror = () => {
        resolve('kept');
      };
      element.setAttribute(element instanceof HTMLLinkElement ? 'href' : 'src', url);
      document.body.append(element);
    });
  const sheet = document.createElement('link');
  sheet.rel = 'stylesheet';
  await tell('img', loaded(new Image(), imports));
  await tell('script', loaded(document.createElement('script'), imports));
  await tell('style sheet', loaded(sheet, imports));

  // Forms, whose answers go into a frame.
  const post = (enctype: string, sandbox?: string): Promise<string> =>
    new Promise((resolve) => {
      const frame = document.createElement('iframe');
      frame.name = `frame${Math.random()}`;
      const form = document.createElement('form');
      Object.assign(form, {
        method: 'POST',
        enctype,
        action: `${imports}?${query}`,
        target: frame.name,
      });
      const field = document.createElement('textarea');
      field.name = 'file';
      field.textContent = order;
      form.append(field);
      if (sandbox === undefined) {
        document.body.append(frame, form);
        // The blank page that a frame has at first may load, too.
        frame.onload = () => {
          let shown: string | undefined;
          try {
            shown = frame.contentDocument?.body.innerText;
          } catch {
            // of another origin
          }
          if (shown !== '') resolve(shown ?? 'kept');
        };
        form.submit();
      } else {
        // A frame of no origin, which posts by itself.
        frame.setAttribute('sandbox', 'allow-forms allow-scripts');
        form.target = '_self';
        frame.srcdoc = `<body onload="setTimeout(() => document.forms[0].submit())">${form.outerHTML}`;
        let loads = 0;
        frame.onload = () => {
          if (++loads === 2) resolve('kept');
        };
        document.body.append(frame);
      }
    });
  for (const enctype of [
    'text/plain',
    'multipart/form-data',
    'application/x-www-form-urlencoded',
  ]) {
    await tell(`form of ${enctype}`, post(enctype));
    await tell(`form of ${enctype} in a frame of no origin`, post(enctype, 'sandbox'));
  }
  return outcomes;
}

/** What a request could have changed. */
async function everything(api: Api): Promise<string> {
  const headers = { Authorization: `Bearer ${api.token}` };
  let all = '';
  for (const what of ['imports', 'sets', 'profiles', 'settings', 'tokens']) {
    all += await (await fetch(`${api.url}/v1/${what}`, { headers })).text();
  }
  return all;
}

/** Serves a blank page. */
async function serve(port: number): Promise<AsyncDisposable & { readonly port: number }> {
  const server = createServer((_, response) => {
    response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><body>');
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}
