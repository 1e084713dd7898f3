// Imports a CSV file into Linefeed with fetch and the package eventsource-parser: node import-fetch.mjs FILE DATABASE TABLE
import { openAsBlob } from 'node:fs';
import { basename } from 'node:path';
import { EventSourceParserStream } from 'eventsource-parser/stream';

const [file, target, table] = process.argv.slice(2);
const { URL: base, TOKEN: token } = process.env;
const headers = { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' };

/** Reads events from an answer, and returns the summary, or the last event's ID where the answer broke off. */
async function follow(response, id = '') {
  if (!response.ok) throw new Error(`${response.status}: ${await response.text()}`);
  if (response.status === 204) throw new Error('cut off before it told its end');
  const events = response.body.pipeThrough(new TextDecoderStream()).pipeThrough(new EventSourceParserStream());
  try {
    for await (const { event, data, id: next } of events) {
      id = next ?? id;
      const said = JSON.parse(data);
      if (event === 'progress') console.log(`${said.percent} %`);
      if (event === 'reject') for (const r of said.rejects) console.log(`${r.time} line ${r.line}: ${r.column}: ${r.message}`);
      if (event === 'state' && said.summary) return { summary: said.summary };
    }
  } catch (error) {
    console.error(`cut off: ${error.message}`);
  }
  return { id };
}

const query = new URLSearchParams({ target, table, name: basename(file), create: 'true' });
const started = await fetch(`${base}/v1/imports?${query}`, {
  method: 'POST',
  body: await openAsBlob(file),
  headers: { ...headers, 'Content-Type': 'text/csv', 'Idempotency-Key': crypto.randomUUID() },
});
let { summary, id } = await follow(started);
while (!summary) { // the import goes on by itself: come back for the rest
  const response = await fetch(base + started.headers.get('Location') + '/events', { headers: { ...headers, 'Last-Event-ID': id } });
  ({ summary, id } = await follow(response, id));
}
console.log(`${summary.state}: ${summary.inserted} loaded, ${summary.rejected} rejected`);
