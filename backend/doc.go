// Package backend is the whole of Linefeed but its window.
//
// The way of the data:
//
//	                      value  texts to values of the columns' types
//	                        │
//	file ──► csvfile ──► load ──► target/<database>
//	         bytes to     batch,            rows of a batch, or which of
//	         records      isolate refusals  them were refused and why
//	                        │
//	                        ▼
//	              job: one import's life (queue, run, pause, cancel)
//	                 │                │
//	                 ▼                ▼
//	         store: jobs,        event: one numbered hub
//	         rejects               │             │
//	                               ▼             ▼
//	                       localapi (SSE)   app.go (Wails events)
//	                               └──────┬──────┘
//	                                      ▼
//	                               the window's page
//
// The packages in reading order:
//
//   - message has the English of every reject, problem, warning and error, by
//     ID. It names settings, and no screen: each screen spells them.
//   - load has the words (Record, Column, Plan, Batch, Reject, Progress) and
//     the pipeline, Run. It imports only message, the standard library, and
//     Unicode's normal forms, by which names are compared.
//   - value finds the types of a file's fields from their texts (Inference) and
//     converts texts to values of the columns' types (Converter).
//   - mend changes texts by rules before they are converted, so that rejected
//     records can be loaded.
//   - files finds the files that a person names, by themselves, by a folder or by a
//     pattern.
//   - unpack reads the text of compressed files and of archives.
//   - charset guesses the encoding of bytes and makes UTF-8 text of them.
//   - csvfile makes records of bytes: it opens the file, unpacks and decodes it,
//     finds its dialect, and keeps the physical lines and byte range of every
//     record.
//   - target opens a database by its URL; target/sqlite writes batches to
//     SQLite, by target/sqlite/bulk, where they cross into C whole;
//     target/sqlite/sqlitefile opens SQLite files, also the program's own, and
//     explains their errors; target/sqlite/extras has what the driver leaves out
//     of SQLite; target/postgres writes to PostgreSQL and its family, by COPY,
//     and target/mysql to MySQL and MariaDB; target/connect tells why a database
//     server can't be reached; target/targettest is the suite that every
//     database passes, and target/testserver starts the database servers of
//     tests, and has a network with faults.
//   - store keeps jobs, rejects, connections and settings in an SQLite file of the
//     program's own. It brings an older file up to date, sets a damaged one aside, and
//     forgets what is old; secret keeps passwords in the system's keychain.
//   - profile keeps how a kind of file is imported under a name, in a readable
//     file, and finds those that fit the header of another file.
//   - watch loads the files that come into a folder, each once, by a profile.
//   - connection keeps targets under a name, finds their passwords, opens them, and
//     tells step by step what is wrong with a connection.
//   - signin signs the user of the program in with an OpenID Connect provider, and
//     tells whose the access tokens of callers are.
//   - access keeps the tokens for other programs, and says what the bearer of each
//     may do over the local API.
//   - event is the hub that tells listeners, however many and however slow,
//     without ever making an import wait.
//   - job ties these together: it opens a request's file and target once, looks
//     at both, settles the plan, runs it, and stores and publishes what happens.
//     A job that did not reach its end is taken up by the marks in its target and
//     the checkpoints in the store. What writes into a target is started by whoever
//     may (Runner.Allow).
//   - lockfile tells whether a process still runs, by a lock that it holds;
//     spool keeps what is received as a stream in files.
//   - logbook keeps the log, for whoever looks for a fault: what became of imports,
//     with no value of their files.
//   - localapi serves events and imports over HTTP on loopback, to those who
//     have a token: the program's own, one that was made for them, or that of a user
//     of the sign-in provider. It hands out its own description, docs/openapi.yaml.
//   - engine puts the program together, for the window (app.go) and for the
//     command line: it opens and closes all of the above in the right order.
//   - cli is the program without a window; cmd/linefeed is its main. cmd/manual
//     makes its manual pages, and completions for shells.
//   - sample writes files of articles with known mistakes, for trying out and
//     for tests; cmd/sample is its main.
//
// What is promised, and tested (docs/promises.md and docs/security.md name the tests):
//
//   - read = inserted + updated + skipped + rejected, checked before "done" is
//     said, and 100 % only after the last commit.
//   - One bad row never costs its neighbours. Each reject has its physical
//     line, its column and value, a code, a reason and a hint.
//   - Where the connection to a server is lost, the load goes on from what is in
//     the table: every record is loaded once, and every reject told once. So does
//     an import that was stopped, failed or killed, once it is taken up.
//   - An import that was to be undoable is undone all at once, and nothing that
//     somebody has changed since.
//   - A file of rejects holds the records' own bytes, after the file's header.
//   - Memory grows neither with the file, nor the rejects, nor the listeners.
//   - A slow or dead listener never slows an import.
//   - Nothing listens beyond loopback, and nothing is answered without the token.
package backend
