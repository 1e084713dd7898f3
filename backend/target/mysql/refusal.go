package mysql

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// The numbers of errors and warnings about a row.
const (
	errDuplicate       = 1062
	errDuplicateNamed  = 1586
	errForeignParent   = 1451 // a row that others refer to
	errForeignKey      = 1452
	errNotNull         = 1048
	errNullToDefault   = 1263
	errNoDefault       = 1364
	errCheckMaria      = 4025
	errCheckMySQL      = 3819
	errTooLong         = 1406
	errOutOfRange      = 1264
	errOutOfRangeValue = 1690
	errTruncated       = 1265
	errTruncatedValue  = 1292
	errWrongValue      = 1366
	errWrongFunction   = 1411
	errSignal          = 1644
	errRowTooLarge     = 1118
	errIndexTooLong    = 1071
	errTwoRows         = 1242 // a subquery of two rows: the clause's own guard
)

// aboutRow are the errors that are about one row, beside those whose state says so.
var aboutRow = map[uint16]bool{
	errNoDefault: true, errCheckMySQL: true, errCheckMaria: true, errWrongValue: true, errSignal: true, errRowTooLarge: true,
	errTwoRows: true, errTruncated: true, errTruncatedValue: true, errWrongFunction: true, errDuplicate: true, errDuplicateNamed: true,
	errForeignKey: true, errForeignParent: true, 1216: true, 1217: true, 1526: true, 1748: true, 1467: true, 167: true, 1416: true, 3140: true,
	errNotNull: true, errNullToDefault: true, errTooLong: true, errOutOfRange: true, errOutOfRangeValue: true, 1761: true, 4078: true, 1442: true, 1365: true,
}

// isAboutRow reports whether an error is about a row, and not about the statement.
func isAboutRow(e said) bool {
	return aboutRow[e.number] || strings.HasPrefix(e.state, "22") || strings.HasPrefix(e.state, "23") || e.state == "45000"
}

// What a warning said of the row.
const (
	notStored = iota // and the row was left out
	changed          // and the row was stored with another value
	harmless
)

// effect returns what a warning about a row means in a statement that ignores errors.
func (e said) effect() int {
	switch e.number {
	case errDuplicate, errDuplicateNamed, errForeignKey, 1216, errCheckMaria, errCheckMySQL, 1526, 1748:
		return notStored
	case errNotNull, errNullToDefault, errNoDefault, errOutOfRange, errTruncated, errTruncatedValue, errWrongValue, errTooLong, errWrongFunction, errOutOfRangeValue,
		1261, 1262, 1300, 1301, 1365, 1416, 1441, 1918, 1977, 3854:
		return changed
	}
	if atRow().MatchString(e.message) || ofColumn().MatchString(e.message) {
		return changed
	}
	return harmless // such as a note that something is deprecated
}

// A said is an error or a warning of the server.
type said struct {
	number  uint16
	state   string // SQLSTATE; "" for a warning
	message string
	row     int // of a statement, from 0; -1 where it is not known
}

// reasons turns what the server says about rows into refusals. Many rows have the same
// reason, so each is worked out once.
type reasons struct {
	fit    *fit
	packet int // bytes that the server takes in a statement
	known  map[said]load.Refusal
}

// maxReasons bounds the number of known reasons: those that tell a value differ for
// every row.
const maxReasons = 1000

// find returns the refusal for what the server said, except for its row.
func (r *reasons) find(e said) load.Refusal {
	e.row = 0
	if known, ok := r.known[e]; ok {
		return known
	}
	if len(r.known) >= maxReasons || r.known == nil {
		r.known = map[said]load.Refusal{}
	}
	refusal := r.explain(e)
	r.known[e] = refusal
	return refusal
}

// pattern returns a regular expression, which is parsed when it is first used: most commands
// use few.
func pattern(text string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(text) })
}

var (
	ofKey        = pattern(`(?s) for key '(.+)'$`)
	ofColumn     = pattern("(?i)(?:column|field) '|for column `")
	ofConstraint = pattern("CONSTRAINT [`'](.+?)[`'] failed for")
	ofCheck      = pattern(`Check constraint '(.+)' is violated`)
	ofReference  = pattern("CONSTRAINT `((?:[^`]|``)+)` FOREIGN KEY")
	atRow        = pattern(`(?i) at row (\d+)\s*$`)
)

// columnOf returns the name of the column that a message names, "" for none. Names are
// searched for, not parsed: they may contain anything.
func (r *reasons) columnOf(text string) string {
	found := ""
	for _, c := range r.fit.t.columns {
		named := strings.Contains(text, "olumn '"+c.Name+"'") || strings.Contains(text, "ield '"+c.Name+"'") ||
			strings.Contains(text, ".`"+strings.ReplaceAll(c.Name, "`", "``")+"`")
		if named && len(c.Name) >= len(found) {
			found = c.Name
		}
	}
	return found
}

func (r *reasons) explain(e said) load.Refusal {
	text := atRow().ReplaceAllString(e.message, "")
	named := r.columnOf(text)
	refusal := load.Refusal{Column: r.only([]string{named}), Code: load.CodeRefused, Note: message.Foreign(text)}
	var c *column
	if refusal.Column >= 0 {
		c = &r.fit.columns[refusal.Column]
	}
	switch e.number {
	case errDuplicate, errDuplicateNamed:
		r.duplicate(&refusal, e.message)
	case errNotNull, errNullToDefault, errNoDefault:
		refusal.Code = load.CodeRequired
		if named != "" {
			refusal.Note = message.New("must_have_value", "fill_or_map", "columns", []string{named})
		}
	case errCheckMaria, errCheckMySQL:
		refusal.Code = load.CodeCheckFailed
		r.check(&refusal, e.message)
	case errForeignKey, 1216:
		refusal.Code = load.CodeForeignKey
		r.foreign(&refusal, e.message)
	case errForeignParent, 1217:
		refusal.Code = load.CodeForeignKey
		refusal.Note = message.New("others_refer_to_it", "leave_key")
	case errTooLong, errIndexTooLong, errRowTooLarge:
		if c != nil && c.kind == "bit" {
			c.unfit(&refusal)
			break
		}
		refusal.Code = load.CodeTooLong
		refusal.Note = message.New("too_long_for_column", "widen_column")
	case errPacket:
		refusal.Code = load.CodeTooLong
		refusal.Note = message.New("longer_than_packet", "raise_packet", "most", r.packet)
	case errOutOfRange, errOutOfRangeValue:
		refusal.Code = load.CodeOutOfRange
		if c != nil {
			refusal.Note = message.New("beyond_range", "widen_column_type", "declared", c.Declared)
		}
	case errTruncated, errTruncatedValue, errWrongValue, errWrongFunction:
		if c != nil {
			c.unfit(&refusal)
		}
	case errSignal:
		refusal.Note = refusal.WithHint("refused_by_trigger")
	case 3140:
		refusal.Code = load.CodeNotJSON
	}
	return refusal
}

// unfit says why a column does not take a value.
func (c *column) unfit(r *load.Refusal) {
	switch {
	case c.members != nil:
		r.Note = message.New("not_a_member", "members_are", "members", c.members)
	case c.Type == load.Text && c.charset != "" && !strings.HasPrefix(c.charset, "utf8mb4") && strings.Contains(r.Message, "Incorrect string value"):
		r.Note = message.New("not_in_charset", "use_utf8mb4", "charset", c.charset)
	case c.Type == load.Text && c.charset != "", c.Type == load.Binary:
		r.Code = load.CodeTooLong
		r.Note = message.New("too_long_for_column", "widen_column")
	case c.Type == load.Decimal, c.Type == load.Float, c.Type == load.Integer, c.Type == load.Boolean:
		r.Code = load.CodeOutOfRange
		r.Note = message.New("beyond_range", "widen_column_type", "declared", c.Declared)
	case c.Type == load.Date, c.Type == load.Timestamp, c.Type == load.TimestampTZ, c.Type == load.Time:
		r.Code = load.CodeOutOfRange
		r.Note = message.New("no_such_moment", "moment_limits", "declared", c.Declared)
	case c.Type == load.UUID:
		r.Code = load.CodeNotAUUID
	case c.Type == load.JSON:
		r.Code = load.CodeNotJSON
	}
}

// duplicate says in which key another row has the same value.
func (r *reasons) duplicate(refusal *load.Refusal, text string) {
	refusal.Code, refusal.Column = load.CodeDuplicateKey, -1
	m := ofKey().FindStringSubmatch(text)
	if m == nil {
		return
	}
	k := r.key(m[1])
	if k == nil || slices.Contains(k.columns, "") {
		refusal.Note = message.New("same_value", "rule_for_conflict", "subject", m[1])
		return
	}
	refusal.Note = message.New("same_key", "rule_for_conflict", "key", strings.Join(k.columns, " and "))
	refusal.Column = r.only(k.columns)
}

// key returns the key of that name, which MySQL 8 puts the table before.
func (r *reasons) key(name string) *key {
	t := r.fit.t
	for i := range t.keys {
		if k := &t.keys[i]; k.name == name || t.name+"."+k.name == name {
			return k
		}
	}
	return nil
}

// check says which check a row does not satisfy.
func (r *reasons) check(refusal *load.Refusal, text string) {
	name := ""
	if m := ofConstraint().FindStringSubmatch(text); m != nil {
		name = strings.TrimPrefix(m[1], r.fit.t.name+".")
	} else if m := ofCheck().FindStringSubmatch(text); m != nil {
		name = m[1]
	}
	clause := r.fit.t.checks[name]
	if clause == "" {
		clause = name
	}
	refusal.Note = message.New("fails_check", "", "check", clause)
	refusal.Column = r.mentioned(clause)
	if refusal.Column < 0 {
		refusal.Column = r.fit.at(name) // MariaDB calls a column's own check by its name
	}
}

// foreign says which row is missing.
func (r *reasons) foreign(refusal *load.Refusal, text string) {
	refusal.Column = -1
	refusal.Note = message.New("no_referred_row", "load_other_first")
	m := ofReference().FindStringSubmatch(text)
	if m == nil {
		return
	}
	name := strings.ReplaceAll(m[1], "``", "`")
	for _, ref := range r.fit.t.references {
		if ref.name == name {
			refusal.Column = r.only(ref.from)
			refusal.Note = message.New("no_row_in_table", "load_table_first", "table", ref.table, "columns", strings.Join(ref.to, " and "))
		}
	}
}

// only returns the index in the layout of the column, if it is a single one and mapped,
// and else -1.
func (r *reasons) only(columns []string) int {
	if len(columns) != 1 {
		return -1
	}
	return r.fit.at(columns[0])
}

// mentioned returns the index in the layout of the column that an expression mentions,
// if it is a single one and mapped, and else -1.
func (r *reasons) mentioned(expression string) int {
	var found []string
	words := strings.FieldsFunc(strings.ToLower(expression), func(c rune) bool {
		return c != '_' && c != '$' && (c < '0' || c > '9') && (c < 'a' || c > 'z') && c < 0x80
	})
	for _, c := range r.fit.t.columns {
		if slices.Contains(words, strings.ToLower(c.Name)) || strings.Contains(expression, quote(c.Name)) {
			found = append(found, c.Name)
		}
	}
	return r.only(found)
}
