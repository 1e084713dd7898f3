package sqlite_test

import (
	"fmt"
	"strings"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/message"
	"linefeed/backend/target/targettest"
)

type row = []any

// TestTables loads into every kind of table that SQLite has.
func TestTables(t *testing.T) {
	const log = "CREATE TABLE log (entry)"
	for _, c := range []struct {
		name     string
		setup    []string
		rule     load.Conflict
		key      []string
		columns  string // of t that are written
		rows     []row
		inserted int64
		updated  int64
		skipped  int64
		refused  []string // row, code, column: message
		query    string
		want     string // rows separated by spaces, values by |
	}{
		{
			name: "a trigger refuses rows by RAISE(ABORT)",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY)", log,
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); SELECT RAISE(ABORT, 'no even numbers') WHERE new.a % 2 = 0; END"},
			columns: "a", rows: []row{{1}, {2}, {3}, {4}, {5}}, inserted: 3,
			refused: []string{"1 refused -1: no even numbers", "3 refused -1: no even numbers"},
			query:   "SELECT (SELECT group_concat(a) FROM t), (SELECT group_concat(entry) FROM log)", want: "1,3,5|1,3,5",
		},
		{
			name: "a trigger refuses rows by RAISE(FAIL), which leaves them",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY)", log,
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); SELECT RAISE(FAIL, 'no ' || new.a) WHERE new.a % 2 = 0; END"},
			columns: "a", rows: []row{{1}, {2}, {3}, {4}, {5}}, inserted: 3,
			refused: []string{"1 refused -1: no 2", "3 refused -1: no 4"},
			query:   "SELECT (SELECT group_concat(a) FROM t), (SELECT group_concat(entry) FROM log)", want: "1,3,5|1,3,5",
		},
		{
			name: "a trigger has much to say",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY)",
				"CREATE TRIGGER x BEFORE INSERT ON t WHEN new.a < 3 BEGIN SELECT RAISE(ABORT, new.a || replace(hex(zeroblob(9000)), '00', 'ü')); END"},
			columns: "a", rows: []row{{1}, {2}, {3}}, inserted: 1,
			refused: []string{"0 refused -1: 1" + strings.Repeat("ü", 499), "1 refused -1: 2" + strings.Repeat("ü", 499)},
			query:   "SELECT a FROM t", want: "3",
		},
		{
			name: "a trigger leaves rows out by RAISE(IGNORE)",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY)", log,
				"CREATE TRIGGER x BEFORE INSERT ON t WHEN new.a % 2 = 0 BEGIN SELECT RAISE(IGNORE); END"},
			columns: "a", rows: []row{{1}, {2}, {3}, {4}, {1}}, inserted: 2,
			refused: []string{"1 refused -1: a trigger of the database left it out, without giving a reason", "3 refused -1: a trigger of the database left it out, without giving a reason", "4 duplicate_key 0: another row has the same a"},
			query:   "SELECT group_concat(a) FROM t", want: "1,3",
		},
		{
			name: "a trigger leaves rows out, and others are skipped",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)",
				"CREATE TRIGGER x BEFORE INSERT ON t WHEN new.b = 'bad' BEGIN SELECT RAISE(IGNORE); END"},
			rule: load.ConflictSkip, columns: "a b", rows: []row{{1, "x"}, {1, "y"}, {1, "bad"}, {2, "bad"}, {2, "z"}}, inserted: 2, skipped: 2,
			refused: []string{"3 refused -1: a trigger of the database left it out, without giving a reason"},
			query:   "SELECT a, b FROM t", want: "1|x 2|z",
		},
		{
			name: "triggers on rows that are updated",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", log, "INSERT INTO t VALUES (1, 'old'), (2, 'old')",
				"CREATE TRIGGER i AFTER INSERT ON t BEGIN INSERT INTO log VALUES ('i' || new.a); END",
				"CREATE TRIGGER u AFTER UPDATE ON t BEGIN INSERT INTO log VALUES ('u' || new.a); SELECT RAISE(FAIL, 'no') WHERE new.b = 'bad'; END"},
			rule: load.ConflictUpdate, columns: "a b", rows: []row{{1, "new"}, {2, "bad"}, {3, "new"}, {3, "newer"}}, inserted: 1, updated: 2,
			refused: []string{"1 refused -1: no"},
			query:   "SELECT group_concat(a || b), (SELECT group_concat(entry) FROM log) FROM t", want: "1new,2old,3newer|u1,i3,u3",
		},
		{
			name:    "generated columns",
			setup:   []string{"CREATE TABLE t (a INTEGER, b AS (a * 2) STORED, c AS (b + 1) UNIQUE)"},
			columns: "a", rows: []row{{1}, {2}, {1}, {3}}, inserted: 3,
			refused: []string{"2 duplicate_key -1: another row has the same c"},
			query:   "SELECT a, b, c FROM t", want: "1|2|3 2|4|5 3|6|7",
		},
		{
			name:    "a generated column that fails, in a table whose rowid is written",
			setup:   []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b, c AS (json_extract(b, '$.x')) STORED)"},
			columns: "a b", rows: []row{{1, `{"x":7}`}, {2, `{"x":8}`}, {3, `{bad`}, {4, `{"x":9}`}, {5, "{"}, {6, "{}"}}, inserted: 4,
			refused: []string{"2 refused -1: malformed JSON", "4 refused -1: malformed JSON"},
			query:   "SELECT a, c FROM t", want: "1|7 2|8 4|9 6|NULL",
		},
		{
			name:    "a check that fails to be worked out",
			setup:   []string{"CREATE TABLE t (b CHECK (json_type(b) = 'object'))"},
			columns: "b", rows: []row{{`{"x":7}`}, {`{bad`}, {"[]"}, {"{}"}}, inserted: 2,
			refused: []string{"1 refused -1: malformed JSON", "2 check_failed 0: does not satisfy the check json_type(b) = 'object'"},
			query:   "SELECT b FROM t", want: `{"x":7} {}`,
		},
		{
			name:    "a table without rowids",
			setup:   []string{"CREATE TABLE t (a TEXT PRIMARY KEY, b INTEGER NOT NULL) WITHOUT ROWID"},
			columns: "b a", rows: []row{{1, "x"}, {2, "x"}, {nil, "y"}, {3, nil}, {4, "z"}}, inserted: 2,
			refused: []string{"1 duplicate_key 1: another row has the same a", "2 required 0: b must have a value", "3 required 1: a must have a value"},
			query:   "SELECT a, b FROM t", want: "x|1 z|4",
		},
		{
			name:    "a table without rowids, updated",
			setup:   []string{"CREATE TABLE t (a TEXT, b TEXT, c, PRIMARY KEY (b, a)) WITHOUT ROWID", "INSERT INTO t VALUES ('x', 'y', 1)"},
			rule:    load.ConflictUpdate,
			columns: "a b c", rows: []row{{"x", "y", 2}, {"y", "x", 3}, {"y", "x", 4}}, inserted: 1, updated: 2,
			query: "SELECT a, b, c FROM t ORDER BY a", want: "x|y|2 y|x|4",
		},
		{
			name:    "a strict table",
			setup:   []string{"CREATE TABLE t (a INTEGER, b TEXT, c REAL, d ANY) STRICT"},
			columns: "a b c d", rows: []row{{1, "x", 1.5, "00420"}, {"one", "x", 1.5, 1}, {2, []byte("x"), 1.5, 1}, {3, "x", 2, nil}, {4, "x", "y", 1}}, inserted: 2,
			refused: []string{
				"1 refused 0: cannot store TEXT value in INTEGER column t.a",
				"2 refused 1: cannot store BLOB value in TEXT column t.b",
				"4 refused 2: cannot store TEXT value in REAL column t.c"},
			query: "SELECT a, b, c, d FROM t", want: "1|x|1.5|00420 3|x|2|NULL",
		},
		{
			name:    "a key that is no integer",
			setup:   []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)"},
			columns: "a b", rows: []row{{1, 1}, {2, 2}, {"x", 3}, {nil, 4}, {1.5, 5}, {9, 6}}, inserted: 4,
			refused: []string{"2 refused 0: is not an integer, which a has to be", "4 refused 0: is not an integer, which a has to be"},
			query:   "SELECT a, b FROM t", want: "1|1 2|2 3|4 9|6",
		},
		{
			name: "conflict clauses of the table",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY ON CONFLICT ROLLBACK, b UNIQUE ON CONFLICT IGNORE, c UNIQUE ON CONFLICT REPLACE, d NOT NULL ON CONFLICT ROLLBACK)",
				"INSERT INTO t VALUES (1, 1, 1, 1)"},
			columns: "a b c d", rows: []row{{2, 2, 2, 2}, {1, 3, 3, 3}, {4, 1, 4, 4}, {5, 5, 1, 5}, {6, 6, 6, nil}, {7, 7, 7, 7}}, inserted: 2,
			refused: []string{"1 duplicate_key 0: another row has the same a", "2 duplicate_key 1: another row has the same b", "3 duplicate_key 2: another row has the same c", "4 required 3: d must have a value"},
			query:   "SELECT a FROM t", want: "1 2 7",
		},
		{
			name:    "conflict clauses of the table, updated",
			setup:   []string{"CREATE TABLE t (a INTEGER PRIMARY KEY ON CONFLICT ROLLBACK, b UNIQUE ON CONFLICT ROLLBACK)", "INSERT INTO t VALUES (1, 1), (2, 2)"},
			rule:    load.ConflictUpdate,
			columns: "a b", rows: []row{{1, 7}, {2, 7}, {3, 7}, {4, 4}}, inserted: 1, updated: 1,
			refused: []string{"1 duplicate_key 1: another row has the same b", "2 duplicate_key 1: another row has the same b"},
			query:   "SELECT a, b FROM t", want: "1|7 2|2 4|4",
		},
		{
			name: "indexes on a part and on an expression",
			setup: []string{"CREATE TABLE t (a, b)", "CREATE UNIQUE INDEX part ON t (b) WHERE a IS NULL",
				"CREATE UNIQUE INDEX low ON t (lower(a))"},
			columns: "a b", rows: []row{{nil, 1}, {nil, 1}, {"x", 1}, {"X", 2}, {"y", 1}}, inserted: 3,
			refused: []string{"1 duplicate_key 1: another row has the same b", "3 duplicate_key -1: another row has the same value in index 'low'"},
			query:   "SELECT a, b FROM t", want: "NULL|1 x|1 y|1",
		},
		{
			name:    "a key that ignores case",
			setup:   []string{"CREATE TABLE t (a TEXT COLLATE NOCASE PRIMARY KEY, b)", "INSERT INTO t VALUES ('Ab', 1)"},
			rule:    load.ConflictReplace,
			columns: "a b", rows: []row{{"AB", 2}, {"cd", 3}}, inserted: 1, updated: 1,
			query: "SELECT a, b FROM t", want: "AB|2 cd|3",
		},
		{
			name:    "a key that looks like the rowid and is not",
			setup:   []string{"CREATE TABLE t (a INTEGER PRIMARY KEY DESC, b)", "INSERT INTO t VALUES (1, 1)"},
			rule:    load.ConflictReplace,
			columns: "a b", rows: []row{{1, 2}, {2, 3}}, inserted: 1, updated: 1,
			query: "SELECT a, b FROM t ORDER BY a", want: "1|2 2|3",
		},
		{
			name:    "numbers that count up for ever",
			setup:   []string{"CREATE TABLE t (a INTEGER PRIMARY KEY AUTOINCREMENT, b UNIQUE)"},
			columns: "a b", rows: []row{{10, 1}, {nil, 2}, {nil, 2}, {nil, 3}, {nil, 3}}, inserted: 3,
			refused: []string{"2 duplicate_key 1: another row has the same b", "4 duplicate_key 1: another row has the same b"},
			query:   "SELECT group_concat(a), (SELECT seq FROM sqlite_sequence) FROM t", want: "10,11,12|12",
		},
		{
			name:    "names of the rowid that are columns",
			setup:   []string{"CREATE TABLE t (rowid, _rowid_, oid UNIQUE)"},
			columns: "rowid _rowid_ oid", rows: []row{{1, 1, 1}, {2, 2, 1}, {3, 3, 3}}, inserted: 2,
			refused: []string{"1 duplicate_key 2: another row has the same oid"},
			query:   "SELECT oid FROM t", want: "1 3",
		},
		{
			name: "foreign keys checked at the commit",
			setup: []string{"CREATE TABLE p (id INTEGER PRIMARY KEY)", "INSERT INTO p VALUES (1)",
				"CREATE TABLE t (a INTEGER PRIMARY KEY, b REFERENCES p DEFERRABLE INITIALLY DEFERRED, c REFERENCES t (a) DEFERRABLE INITIALLY DEFERRED)"},
			columns: "a b c", rows: []row{{1, 1, 3}, {2, 2, nil}, {3, nil, nil}, {4, 1, 9}, {5, 1, 5}}, inserted: 3,
			refused: []string{"1 foreign_key 1: p has no row with this id", "3 foreign_key 2: t has no row with this a"},
			query:   "SELECT a FROM t", want: "1 3 5",
		},
		{
			name: "one of several foreign keys",
			setup: []string{"CREATE TABLE p (x, y, PRIMARY KEY (x, y))", "INSERT INTO p VALUES (1, 2)", "CREATE TABLE q (z UNIQUE)", "INSERT INTO q VALUES ('a')",
				"CREATE TABLE t (a, b, c REFERENCES q (z), d REFERENCES q (z), FOREIGN KEY (a, b) REFERENCES p)"},
			columns: "a b c d", rows: []row{{1, 2, "a", nil}, {2, 1, "a", nil}, {1, 2, "b", nil}, {1, 2, "a", 1}, {nil, 7, "a", nil}}, inserted: 2,
			refused: []string{"1 foreign_key -1: p has no row with this x and y", "2 foreign_key 2: q has no row with this z", "3 foreign_key 3: q has no row with this z"},
			query:   "SELECT a, b, c FROM t", want: "1|2|a NULL|7|a",
		},
		{
			name: "a table that others refer to",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b UNIQUE)", "INSERT INTO t VALUES (1, 1)",
				"CREATE TABLE child (x REFERENCES t (b) ON DELETE CASCADE)", "INSERT INTO child VALUES (1)"},
			rule:    load.ConflictReplace,
			columns: "a b", rows: []row{{1, 1}, {2, 2}, {1, 3}}, inserted: 1, updated: 1,
			refused: []string{"2 foreign_key -1: refers to a row that does not exist"},
			query:   "SELECT a, b, (SELECT count(*) FROM child) FROM t", want: "1|1|1 2|2|1",
		},
		{
			name:    "replacing gives columns their defaults",
			setup:   []string{"CREATE TABLE t (id INTEGER PRIMARY KEY, k UNIQUE, v, d DEFAULT 'new', e)", "INSERT INTO t VALUES (7, 'a', 1, 'old', 'old')"},
			rule:    load.ConflictReplace,
			key:     []string{"k"},
			columns: "k v", rows: []row{{"a", 2}, {"b", 3}}, inserted: 1, updated: 1,
			query: "SELECT id, k, v, d, e FROM t", want: "7|a|2|new|NULL 8|b|3|new|NULL",
		},
		{
			name: "empty values of columns that take no NULL are their defaults",
			setup: []string{`CREATE TABLE t (a INTEGER PRIMARY KEY, b NOT NULL DEFAULT 'it''s', c NOT NULL DEFAULT word, d NOT NULL DEFAULT "two words",
				e INTEGER NOT NULL DEFAULT (3 + 4), f NOT NULL DEFAULT CURRENT_DATE, g NOT NULL DEFAULT (random()), h DEFAULT 8, i NOT NULL DEFAULT NULL)`},
			columns: "a b c d e f g h i",
			rows: []row{{1, nil, nil, nil, nil, nil, nil, nil, 9}, {2, "b", "c", "d", 5, "f", "g", "h", 9}, {3, nil, nil, nil, nil, nil, nil, nil, 9},
				{4, nil, nil, nil, nil, nil, nil, nil, nil}},
			inserted: 3,
			refused:  []string{"3 required 8: i must have a value"},
			query: `SELECT group_concat(b), group_concat(c), group_concat(d), group_concat(e), min(f = CURRENT_DATE OR f = 'f'),
				count(DISTINCT g), count(h) FROM t`,
			want: "it's,b,it's|word,c,word|two words,d,two words|7,5,7|1|3|1",
		},
		{
			name:    "an empty value is the default in an update too",
			setup:   []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL DEFAULT 'x')", "INSERT INTO t VALUES (1, 'old')"},
			rule:    load.ConflictUpdate,
			columns: "a b", rows: []row{{1, nil}, {2, nil}, {2, "y"}}, inserted: 1, updated: 2,
			query: "SELECT group_concat(a || b) FROM t", want: "1x,2y",
		},
		{
			name: "conflict clauses of statements in triggers",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "CREATE TABLE seen (b PRIMARY KEY, n)", "CREATE TABLE last (k PRIMARY KEY, a)",
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT OR IGNORE INTO seen VALUES (new.b, new.a); REPLACE INTO last VALUES ('last', new.a); END"},
			columns: "a b", rows: []row{{1, "x"}, {2, "x"}, {2, "y"}, {3, "y"}, {4, "x"}}, inserted: 4,
			refused: []string{"2 duplicate_key 0: another row has the same a"},
			query:   "SELECT (SELECT group_concat(a) FROM t), (SELECT group_concat(b || n) FROM seen), (SELECT a FROM last)", want: "1,2,3,4|x1,y3|4",
		},
		{
			name: "conflict clauses of statements in triggers of rows that are updated",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "CREATE TABLE seen (b PRIMARY KEY, n)", "INSERT INTO t VALUES (1, 'x'), (2, 'x')", "INSERT INTO seen VALUES ('new', 0)",
				"CREATE TRIGGER x BEFORE UPDATE ON t BEGIN INSERT OR IGNORE INTO seen VALUES (new.b, new.a); UPDATE OR IGNORE seen SET b = 'new' WHERE b = 'z'; END"},
			rule: load.ConflictUpdate, columns: "a b", rows: []row{{1, "y"}, {2, "y"}, {3, "y"}, {1, "z"}}, inserted: 1, updated: 3,
			query: "SELECT (SELECT group_concat(a || b) FROM t), (SELECT group_concat(b || n) FROM seen)", want: "1z,2y,3y|new0,y1,z1",
		},
		{
			name: "conflict clauses of tables that triggers write to",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "CREATE TABLE seen (b UNIQUE ON CONFLICT REPLACE, n NOT NULL ON CONFLICT IGNORE)",
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO seen VALUES (new.b, new.a); INSERT INTO seen VALUES ('none', NULL); END"},
			columns: "a b", rows: []row{{1, "x"}, {2, "x"}, {3, "y"}}, inserted: 3,
			query: "SELECT (SELECT group_concat(a) FROM t), (SELECT group_concat(b || n) FROM seen)", want: "1,2,3|x2,y3",
		},
		{
			name: "conflict clauses of a table with triggers",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY ON CONFLICT REPLACE, b UNIQUE ON CONFLICT ROLLBACK)", log, "INSERT INTO t VALUES (1, 1)",
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); END"},
			columns: "a b", rows: []row{{1, 2}, {2, 1}, {3, 3}}, inserted: 1,
			refused: []string{"0 duplicate_key 0: another row has the same a", "1 duplicate_key 1: another row has the same b"},
			query:   "SELECT group_concat(a || b), (SELECT group_concat(entry) FROM log) FROM t", want: "11,33|3",
		},
		{
			name: "a trigger whose conflict would undo the load",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "CREATE TABLE seen (b PRIMARY KEY)",
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT OR ROLLBACK INTO seen VALUES (new.b); END"},
			columns: "a b", rows: []row{{1, "x"}, {2, "x"}, {3, "y"}}, inserted: 2,
			refused: []string{"1 duplicate_key -1: another row has the same value in seen.b"},
			query:   "SELECT group_concat(a || b) FROM t", want: "1x,3y",
		},
		{
			name: "a trigger whose conflict leaves what was done before",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "CREATE TABLE seen (b PRIMARY KEY)", log,
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO log VALUES (new.a); INSERT OR FAIL INTO seen VALUES (new.b); END"},
			columns: "a b", rows: []row{{1, "x"}, {2, "x"}, {3, "y"}}, inserted: 2,
			refused: []string{"1 duplicate_key -1: another row has the same value in seen.b"},
			query:   "SELECT group_concat(a || b), (SELECT group_concat(entry) FROM log) FROM t", want: "1x,3y|1,3",
		},
		{
			name: "a trigger leaves out rows that are to be updated",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "INSERT INTO t VALUES (1, 'old'), (2, 'old')",
				"CREATE TRIGGER x BEFORE UPDATE ON t WHEN new.b = 'bad' BEGIN SELECT RAISE(IGNORE); END"},
			rule: load.ConflictUpdate, columns: "a b", rows: []row{{1, "bad"}, {2, "new"}, {3, "bad"}, {3, "bad"}}, inserted: 1, updated: 1,
			refused: []string{"0 refused -1: a trigger of the database left it out, without giving a reason", "3 refused -1: a trigger of the database left it out, without giving a reason"},
			query:   "SELECT group_concat(a || b) FROM t", want: "1old,2new,3bad",
		},
		{
			name: "a trigger leaves out rows that are to be replaced",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b, c DEFAULT 'no', d DEFAULT (1 + 1))", "INSERT INTO t VALUES (1, 'old', 'x', 'x'), (2, 'old', 'x', 'x')",
				"CREATE TRIGGER x BEFORE UPDATE ON t WHEN new.b = 'bad' BEGIN SELECT RAISE(IGNORE); END"},
			rule: load.ConflictReplace, columns: "a b", rows: []row{{1, "bad"}, {2, "new"}, {3, "bad"}}, inserted: 1, updated: 1,
			refused: []string{"0 refused -1: a trigger of the database left it out, without giving a reason"},
			query:   "SELECT group_concat(a || b || c || d) FROM t", want: "1oldxx,2newno2,3badno2",
		},
		{
			name: "triggers of an insert don't go off for a row that is updated",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", log, "INSERT INTO t VALUES (1, 'old')",
				"CREATE TRIGGER x BEFORE INSERT ON t BEGIN INSERT INTO log VALUES ('i' || new.a); END",
				"CREATE TRIGGER y BEFORE UPDATE ON t BEGIN INSERT INTO log VALUES ('u' || new.a); END"},
			rule: load.ConflictUpdate, columns: "a b", rows: []row{{1, "new"}, {2, "new"}}, inserted: 1, updated: 1,
			query: "SELECT group_concat(entry) FROM log", want: "u1,i2",
		},
		{
			name: "a deferred foreign key of another table, of which rows are taken away",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b UNIQUE)", "INSERT INTO t VALUES (1, 1), (2, 2)",
				"CREATE TABLE child (x REFERENCES t (b) DEFERRABLE INITIALLY DEFERRED)", "INSERT INTO child VALUES (1)"},
			rule: load.ConflictUpdate, columns: "a b", rows: []row{{1, 3}, {2, 4}, {5, 5}}, inserted: 1, updated: 1,
			refused: []string{"0 foreign_key -1: refers to a row that does not exist"},
			query:   "SELECT group_concat(a || b) FROM t", want: "11,24,55",
		},
		{
			name: "a deferred foreign key of a table that a trigger writes to",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b)", "CREATE TABLE p (id INTEGER PRIMARY KEY)", "INSERT INTO p VALUES (1)",
				"CREATE TABLE child (x REFERENCES p DEFERRABLE INITIALLY DEFERRED)",
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO child VALUES (new.b); END"},
			columns: "a b", rows: []row{{1, 1}, {2, 2}, {3, 1}}, inserted: 2,
			refused: []string{"1 foreign_key -1: refers to a row that does not exist"},
			query:   "SELECT group_concat(a || b), (SELECT group_concat(x) FROM child) FROM t", want: "11,31|1,1",
		},
		{
			name:    "a key of the rowid and another column",
			setup:   []string{"CREATE TABLE t (id INTEGER PRIMARY KEY, v, w, UNIQUE (id, v))", "INSERT INTO t VALUES (1, 'a', 'old'), (2, 'b', 'old')"},
			rule:    load.ConflictUpdate,
			key:     []string{"v", "id"},
			columns: "id v w", rows: []row{{1, "a", "new"}, {2, "x", "new"}, {3, "c", "new"}, {nil, "d", "new"}, {3, "c", "newer"}}, inserted: 2, updated: 2,
			refused: []string{"1 duplicate_key 0: another row has the same id"},
			query:   "SELECT id, v, w FROM t", want: "1|a|new 2|b|old 3|c|newer 4|d|new",
		},
		{
			name:    "a key of an index that compares in its own way",
			setup:   []string{"CREATE TABLE t (a TEXT, b)", "CREATE UNIQUE INDEX i ON t (a COLLATE NOCASE)", "INSERT INTO t VALUES ('Ab', 1)", "CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT 1; END"},
			rule:    load.ConflictUpdate,
			key:     []string{"a"},
			columns: "a b", rows: []row{{"AB", 2}, {"cd", 3}, {"CD", 4}}, inserted: 1, updated: 2,
			query: "SELECT a, b FROM t", want: "Ab|2 cd|4",
		},
		{
			name:    "an empty key that has a default",
			setup:   []string{"CREATE TABLE t (a TEXT NOT NULL DEFAULT 'x' PRIMARY KEY, b)", "INSERT INTO t VALUES ('x', 1)", "CREATE TRIGGER y AFTER INSERT ON t BEGIN SELECT 1; END"},
			rule:    load.ConflictSkip,
			columns: "a b", rows: []row{{nil, 2}, {"y", 3}, {"x", 4}}, inserted: 1, skipped: 2,
			query: "SELECT a, b FROM t", want: "x|1 y|3",
		},
		{
			name: "the words of a conflict clause in names, texts and comments",
			setup: []string{`CREATE TABLE t (a INTEGER PRIMARY KEY, "b on conflict rollback" DEFAULT 'x ON CONFLICT IGNORE' /* ON CONFLICT */) -- ON CONFLICT`, "CREATE TABLE seen (b PRIMARY KEY)",
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT OR IGNORE INTO seen VALUES (1); SELECT 'OR ROLLBACK', [b on conflict rollback] FROM t; END"},
			columns: "a", rows: []row{{1}, {2}, {1}}, inserted: 2,
			refused: []string{"2 duplicate_key 0: another row has the same a"},
			query:   "SELECT a FROM t", want: "1 2",
		},
		{
			name: "full-text search in a trigger, and math in a check",
			setup: []string{"CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT, c REAL CHECK (sqrt(c) <= 3))", "CREATE VIRTUAL TABLE found USING fts5 (b)",
				"CREATE TRIGGER x AFTER INSERT ON t BEGIN INSERT INTO found (rowid, b) VALUES (new.a, new.b); END"},
			columns: "a b c", rows: []row{{1, "one two", 9}, {2, "two three", 10}, {3, "two", 4}}, inserted: 2,
			refused: []string{"1 check_failed 2: does not satisfy the check sqrt(c) <= 3"},
			query:   "SELECT rowid FROM found WHERE found MATCH 'two' ORDER BY rowid", want: "1 3",
		},
		{
			name:    "updating where nothing but the key is written",
			setup:   []string{"CREATE TABLE t (k PRIMARY KEY, v)", "INSERT INTO t VALUES ('a', 1)"},
			rule:    load.ConflictUpdate,
			columns: "k", rows: []row{{"a"}, {"b"}}, inserted: 1, skipped: 1,
			query: "SELECT k, v FROM t", want: "a|1 b|NULL",
		},
		{
			name:    "integers at the edges",
			setup:   []string{"CREATE TABLE t (d NUMERIC(20,2))"},
			columns: "d",
			rows: []row{{"9223372036854775807"}, {"-9223372036854775808"}, {"-9223372036854775809"}, {"9223372036854775808"}, {"9007199254740992.00"}, {"-9007199254740992.0"},
				{"9007199254740993.00"}, {"-9223372036854775808.0"}, {"-000000000000000000000007"}, {"123456789012345000.00"}, {"100000000000000000.00"}},
			inserted: 7,
			refused: []string{
				"2 out_of_range 0: has more than the 15 digits that SQLite keeps of a number", "3 out_of_range 0: has more than the 15 digits that SQLite keeps of a number",
				"6 out_of_range 0: has more than the 15 digits that SQLite keeps of a number", "9 out_of_range 0: has more than the 15 digits that SQLite keeps of a number"},
			query: "SELECT CAST(d AS INTEGER) FROM t", want: "9223372036854775807 -9223372036854775808 9007199254740992 -9007199254740992 -9223372036854775808 -7 100000000000000000",
		},
		{
			name:    "texts that SQLite would make numbers of",
			setup:   []string{"CREATE TABLE t (s STRING, d NUMERIC, x)"},
			columns: "s d x",
			rows: []row{
				{"00420", "1", "00420"}, {"420", "1.50", " 7 "}, {"1e3", "1", ""}, {"abc", "12345678901234567.5", ""}, {"1.5", "9007199254740993", "1e3"},
				{"-", "0.1234567890123456", ""}, {"1.50", "1", ""}, {" 7", "1", ""}, {"+5", "1", ""}, {"-5", "-0.000001", ""}, {".5", "1", ""}, {"12345678901234567890", "1", ""}},
			inserted: 3,
			refused: []string{
				"0 refused 0: would be changed: to SQLite a column declared STRING is numeric, and it writes the number in another way",
				"2 refused 0: would be changed: to SQLite a column declared STRING is numeric, and it writes the number in another way",
				"3 out_of_range 1: has more than the 15 digits that SQLite keeps of a number",
				"5 out_of_range 1: has more than the 15 digits that SQLite keeps of a number",
				"6 refused 0: would be changed: to SQLite a column declared STRING is numeric, and it writes the number in another way",
				"7 refused 0: would be changed: to SQLite a column declared STRING is numeric, and it writes the number in another way",
				"8 refused 0: would be changed: to SQLite a column declared STRING is numeric, and it writes the number in another way",
				"10 refused 0: would be changed: to SQLite a column declared STRING is numeric, and it writes the number in another way",
				"11 refused 0: would be changed: to SQLite a column declared STRING is numeric, and it writes the number in another way",
			},
			query: "SELECT s, d, quote(x) FROM t", want: "420|1.5|' 7 ' 1.5|9007199254740993|'1e3' -5|-1e-06|''",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFile(t)
			for _, s := range c.setup {
				f.Exec(t, s)
			}
			columns := strings.Fields(c.columns)
			// The rows come in batches of one, of a few, and all together.
			for _, size := range []int{len(c.rows), 1, 2} {
				copied := newFile(t)
				f.Exec(t, "VACUUM INTO '"+copied.path+"'")
				w := begin(t, copied, load.Plan{Table: "t", OnConflict: c.rule, Key: c.key}, columns...)
				var got load.Result
				var refused []string
				for first := 0; first < len(c.rows); first += size {
					batch := c.rows[first:min(first+size, len(c.rows))]
					res, err := w.Write(t.Context(), targettest.Batch(batch...))
					if err != nil {
						t.Fatal(err)
					}
					got.Inserted += res.Inserted
					got.Updated += res.Updated
					got.Skipped += res.Skipped
					for _, r := range res.Refused {
						refused = append(refused, fmt.Sprintf("%d %s %d: %s", first+r.Row, r.Code, r.Column, r.Spelled(func(message.Setting) string { return "" }).Message))
					}
				}
				if err := w.Commit(t.Context(), load.Mark{}); err != nil {
					t.Fatal(err)
				}
				if err := w.Close(); err != nil {
					t.Fatal(err)
				}
				if c.name == "foreign keys checked at the commit" && size < len(c.rows) {
					continue // a row may only refer to a later one of its batch
				}
				if got.Inserted != c.inserted || got.Updated != c.updated || got.Skipped != c.skipped {
					t.Errorf("batches of %d: inserted %d, updated %d, skipped %d; want %d, %d, %d", size,
						got.Inserted, got.Updated, got.Skipped, c.inserted, c.updated, c.skipped)
				}
				if a, b := strings.Join(refused, "\n"), strings.Join(c.refused, "\n"); a != b {
					t.Errorf("batches of %d: refused\n%s\nwant\n%s", size, a, b)
				}
				var all []string
				for _, r := range copied.Query(t, c.query) {
					all = append(all, strings.Join(r, "|"))
				}
				if got := strings.Join(all, " "); got != c.want {
					t.Errorf("batches of %d: %s is %s, want %s", size, c.query, got, c.want)
				}
				copied.check(t)
			}
		})
	}
}

// begin begins a load into an existing table.
func begin(t *testing.T, f file, p load.Plan, columns ...string) load.Writer {
	t.Helper()
	w, err := tryBegin(t, f, p, columns...)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func tryBegin(t *testing.T, f file, p load.Plan, columns ...string) (load.Writer, error) {
	t.Helper()
	tg, err := f.Open(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := tg.Close(); err != nil {
			t.Errorf("close target: %v", err)
		}
	})
	l := load.Layout{Plan: p}
	for _, name := range columns {
		l.Columns = append(l.Columns, load.Column{Name: name})
	}
	return targettest.Begin(t.Context(), tg, l)
}
