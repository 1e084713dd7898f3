// Imports a CSV file into Linefeed from a page, with the package sse.js. The page's origin has to be allowed.
import { SSE } from 'sse.js';

/** Starts the import of a file; show gets a line for all that happens. It resolves with the summary. */
export function importCSV({ url, token, file, target, table, show }) {
  const query = new URLSearchParams({ target, table, name: file.name ?? 'upload.csv', create: 'true' });
  return new Promise((resolve, reject) => {
    const source = new SSE(`${url}/v1/imports?${query}`, {
      method: 'POST',
      payload: file,
      headers: {
        Authorization: `Bearer ${token}`,
        'Content-Type': 'text/csv',
        Accept: 'text/event-stream', // sse.js sends none
        'Idempotency-Key': crypto.randomUUID(),
      },
      autoReconnect: false, // it would send the file again
    });
    source.addEventListener('progress', ({ data }) => show(`${JSON.parse(data).percent} %`));
    source.addEventListener('reject', ({ data }) => {
      for (const { time, line, column, message } of JSON.parse(data).rejects) show(`${time} line ${line}: ${column}: ${message}`);
    });
    source.addEventListener('state', ({ data }) => {
      const { state, summary } = JSON.parse(data);
      if (!summary) return;
      show(`${state}: ${summary.inserted} loaded, ${summary.rejected} rejected`);
      resolve(summary);
      source.close();
    });
    source.addEventListener('error', ({ responseCode, data }) => reject(new Error(`${responseCode}: ${data}`)));
    source.addEventListener('readystatechange', ({ readyState }) => {
      if (readyState === SSE.CLOSED) reject(new Error('the stream was cut off: the import goes on without it'));
    });
  });
}
