CREATE TABLE jobs (
	number   INTEGER PRIMARY KEY AUTOINCREMENT,
	id       TEXT NOT NULL UNIQUE,
	owner    TEXT NOT NULL,
	state    TEXT NOT NULL,
	file     TEXT NOT NULL,
	request  TEXT NOT NULL,
	created  TEXT NOT NULL,
	started  TEXT NOT NULL DEFAULT '',
	finished TEXT NOT NULL DEFAULT '',
	summary  TEXT NOT NULL DEFAULT '',
	dialect  TEXT NOT NULL DEFAULT '',
	header   BLOB
);
CREATE TABLE rejects (
	id       INTEGER PRIMARY KEY,
	time     TEXT NOT NULL,
	record   INTEGER NOT NULL,
	line     INTEGER NOT NULL,
	end_line INTEGER NOT NULL,
	"column" TEXT NOT NULL,
	value    TEXT NOT NULL,
	code     TEXT NOT NULL,
	message  TEXT NOT NULL,
	hint     TEXT NOT NULL,
	raw      BLOB NOT NULL,
	-- since version 2
	message_id TEXT NOT NULL DEFAULT '',
	hint_id    TEXT NOT NULL DEFAULT '', -- of a hint that is not in hint
	params     TEXT NOT NULL DEFAULT ''  -- JSON, of both
);
CREATE TABLE reject_counts (
	job      INTEGER NOT NULL,
	code     TEXT NOT NULL,
	"column" TEXT NOT NULL,
	count    INTEGER NOT NULL,
	PRIMARY KEY (job, code, "column")
) WITHOUT ROWID;
INSERT INTO jobs (number, id, owner, state, file, request, created) VALUES (1, 'a', '', 'done', 'a.csv', '{}', '');
INSERT INTO rejects (id, time, record, line, end_line, "column", value, code, message, hint, raw)
	VALUES ((1 << 40) + 1, '', 1, 2, 2, 'price', 'x', 'not_a_number', 'not a number', 'mend it', x'780a');
INSERT INTO reject_counts VALUES (1, 'not_a_number', 'price', 1);
PRAGMA user_version = 2;
