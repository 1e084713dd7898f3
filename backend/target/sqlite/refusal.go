package sqlite

import (
	"slices"
	"strings"

	driver "github.com/mattn/go-sqlite3"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// errConstraintDatatype is SQLITE_CONSTRAINT_DATATYPE, which the driver does not
// define.
var errConstraintDatatype = driver.ErrConstraint.Extend(12)

// reasons turns SQLite's errors about refused rows into refusals. Many rows have
// the same error, so each error is worked out once.
type reasons struct {
	table  *table
	layout load.Layout
	known  map[rowError]load.Refusal
}

// A rowError is SQLite's error about a row.
type rowError struct {
	code    int // the extended result code
	message string
}

// maxReasons bounds the number of known errors: those of triggers can differ for
// every row.
const maxReasons = 1000

func reasonsFor(t *table, l load.Layout) reasons {
	return reasons{table: t, layout: l, known: map[rowError]load.Refusal{}}
}

// find returns the refusal for an extended result code and SQLite's message, except
// for its row.
func (r *reasons) find(code int, message []byte) load.Refusal {
	if known, ok := r.known[rowError{code, string(message)}]; ok {
		return known
	}
	if len(r.known) >= maxReasons {
		clear(r.known)
	}
	reason := r.explain(driver.ErrNoExtended(code), string(message))
	r.known[rowError{code, string(message)}] = reason
	return reason
}

func (r *reasons) explain(code driver.ErrNoExtended, said string) load.Refusal {
	refusal := load.Refusal{Column: -1, Code: load.CodeRefused, Note: message.Foreign(said)}
	_, subject, _ := strings.Cut(said, " failed: ")
	switch code {
	case driver.ErrConstraintUnique, driver.ErrConstraintPrimaryKey, driver.ErrConstraintRowID:
		refusal.Code = load.CodeDuplicateKey
		columns := r.columnsOf(subject)
		refusal.Column = r.only(columns)
		if columns == nil {
			refusal.Note = message.New("same_value", "rule_for_conflict", "subject", subject)
		} else {
			refusal.Note = message.New("same_key", "rule_for_conflict", "key", strings.Join(columns, " and "))
		}
	case driver.ErrConstraintNotNull:
		refusal.Code = load.CodeRequired
		columns := r.columnsOf(subject)
		refusal.Column = r.only(columns)
		refusal.Note = message.New("must_have_value", "fill_or_map", "columns", columns)
	case driver.ErrConstraintCheck:
		refusal.Code = load.CodeCheckFailed
		refusal.Column = r.mentioned(subject)
		refusal.Note = message.New("fails_check", "", "check", subject)
	case driver.ErrConstraintForeignKey:
		refusal.Code = load.CodeForeignKey
		refusal.Note = message.New("no_referred_row", "load_other_first")
	case errConstraintDatatype: // a strict table: cannot store X value in Y column table.column
		if _, column, ok := strings.Cut(said, " column "); ok {
			refusal.Column = r.only(r.columnsOf(column))
		}
	case driver.ErrNoExtended(driver.ErrMismatch):
		if r.table.alias != "" {
			refusal.Column = r.only([]string{r.table.alias})
			refusal.Note = message.New("not_integer_rowid", "", "column", r.table.alias)
		}
	case driver.ErrConstraintTrigger:
		refusal.Note = refusal.WithHint("refused_by_trigger")
	case 0:
		refusal.Note = message.New("ignored_by_trigger", "look_for_ignore")
	}
	return refusal
}

// columnsOf returns the columns of a list such as "table.a, table.b", nil if they
// are not columns of the table.
func (r *reasons) columnsOf(subject string) []string {
	var columns []string
	for _, c := range r.table.columns {
		// Names are searched for, not parsed: they may contain anything.
		if hasItem(subject, r.table.name+"."+c.Name) {
			columns = append(columns, c.Name)
		}
	}
	return columns
}

// hasItem reports whether a list separated by ", " contains item.
func hasItem(items, item string) bool {
	return strings.Contains(", "+items+", ", ", "+item+", ")
}

// only returns the index in the layout of the column, if it is a single one and
// mapped, and else -1.
func (r *reasons) only(columns []string) int {
	if len(columns) != 1 {
		return -1
	}
	return slices.IndexFunc(r.layout.Columns, func(c load.Column) bool { return strings.EqualFold(c.Name, columns[0]) })
}

// mentioned returns the index in the layout of the column that an expression
// mentions, if it is a single one and mapped, and else -1.
func (r *reasons) mentioned(expression string) int {
	var found []string
	words := strings.FieldsFunc(strings.ToLower(expression), func(c rune) bool {
		return c != '_' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && c < 0x80
	})
	for _, c := range r.table.columns {
		if slices.Contains(words, strings.ToLower(c.Name)) || strings.Contains(expression, quote(c.Name)) {
			found = append(found, c.Name)
		}
	}
	return r.only(found)
}
