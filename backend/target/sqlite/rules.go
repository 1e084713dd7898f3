package sqlite

import (
	"context"
	"slices"
	"strings"

	"linefeed/backend/load"
)

// rules are what only the text of the CREATE statements tells, and none of
// SQLite's pragmas.
type rules struct {
	autoincrement bool
	conflict      bool // the table's constraints have conflict clauses
	deferred      bool // the table has deferred foreign keys
	elsewhere     bool // other tables have deferred foreign keys
	raises        bool // a trigger may refuse a row and keep what it did
	rollsBack     bool // a conflict in a trigger may end the transaction
}

// readRules reads the rules of a table and of whatever its triggers may touch:
// all triggers and other tables of the database.
func (d *DB) readRules(ctx context.Context, table string) (r rules, err error) {
	rows, err := d.conn.QueryContext(ctx, `
		SELECT type = 'trigger', type = 'table' AND name = ? COLLATE NOCASE, sql FROM main.sqlite_schema
		WHERE type IN ('table', 'trigger') AND sql IS NOT NULL`, table)
	if err != nil {
		return r, err
	}
	defer rows.Close()
	for rows.Next() {
		var trigger, own bool
		var text string
		if err := rows.Scan(&trigger, &own, &text); err != nil {
			return r, err
		}
		switch words := bareWords(text); {
		case trigger:
			r.raises = r.raises || says(words, "RAISE") || says(words, "OR", "FAIL")
			r.rollsBack = r.rollsBack || says(words, "OR", "ROLLBACK")
		case own:
			r.autoincrement = says(words, "AUTOINCREMENT")
			r.conflict = says(words, "ON", "CONFLICT")
			r.deferred = says(words, "DEFERRED")
		default:
			r.elsewhere = r.elsewhere || says(words, "DEFERRED")
			r.raises = r.raises || says(words, "CONFLICT", "FAIL")
			r.rollsBack = r.rollsBack || says(words, "CONFLICT", "ROLLBACK")
		}
	}
	return r, rows.Err()
}

// guarded reports whether each row needs a savepoint: because a refused row may
// still be in the table, or have left traces in others, or because a violated
// foreign key may only be found at the commit, too late to tell the row.
func (t *table) guarded(rule load.Conflict) bool {
	changes := rule == load.ConflictUpdate || rule == load.ConflictReplace
	return t.triggers && t.rules.raises || t.rules.deferred ||
		t.rules.elsewhere && (t.triggers || t.referred && changes)
}

// orAbort returns the conflict clause of the statements that write to t.
//
// It overrides the clauses that the table's constraints declare, among them
// REPLACE, which deletes other rows, and ROLLBACK, which ends the transaction.
// But it also overrides those of the triggers' statements and of the tables that
// they write to: INSERT OR IGNORE would fail there. So a table with triggers gets
// no clause, as in a plain INSERT, where that does no harm.
func (t *table) orAbort() string {
	if t.triggers && !t.rules.conflict && !t.rules.rollsBack {
		return ""
	}
	return " OR ABORT"
}

// says reports whether the words occur in all, in sequence.
func says(all []string, words ...string) bool {
	for i := range all {
		if i+len(words) <= len(all) && slices.Equal(all[i:i+len(words)], words) {
			return true
		}
	}
	return false
}

// bareWords returns the words of a statement in capitals, except for those in
// quotes and comments. Any other character is a word of its own.
func bareWords(sql string) []string {
	var words []string
	for sql != "" {
		n, space := wordLength(sql)
		switch c := sql[0]; {
		case space, strings.ContainsRune("['\"`", rune(c)):
		default:
			words = append(words, strings.ToUpper(sql[:n]))
		}
		sql = sql[n:]
	}
	return words
}

// wordLength returns how long the word is that a statement begins with: a name, also
// in quotes, a string, or any other character; or what separates words.
func wordLength(sql string) (n int, space bool) {
	n = 1
	switch c := sql[0]; {
	case strings.HasPrefix(sql, "--"):
		return through(sql, 2, "\n"), true
	case strings.HasPrefix(sql, "/*"):
		return through(sql, 2, "*/"), true
	case strings.ContainsRune(" \t\n\f\r", rune(c)):
		return 1, true
	case c == '[':
		n = through(sql, 1, "]")
	case c == '\'', c == '"', c == '`':
		for n = through(sql, 1, sql[:1]); n < len(sql) && sql[n] == c; { // a doubled quote goes on
			n = through(sql, n+1, sql[:1])
		}
	case inWord(c):
		for n < len(sql) && inWord(sql[n]) {
			n++
		}
	}
	return n, false
}

// through returns the index after the first end in text at or after start, or the
// length of text.
func through(text string, start int, end string) int {
	if i := strings.Index(text[start:], end); i >= 0 {
		return start + i + len(end)
	}
	return len(text)
}

func inWord(c byte) bool {
	return c == '_' || c == '$' || c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' || c >= 0x80
}
