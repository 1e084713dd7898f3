package postgres

import (
	"bytes"
	"errors"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// A rowError is why rows were not written: one of them was refused.
type rowError struct {
	row int          // of the batch; -1 if it is not known which
	why load.Refusal // but for its row
	key *key         // the one that is there, nil if it is another reason
}

func (e *rowError) Error() string { return e.why.Message }

// is reports whether it has a code.
func (e *rowError) is(code load.Code) bool { return e.why.Code == code }

// The classes of the server's errors that are about a row, and of those that are not. What
// does not fit into a page, or an index, exceeds a limit of the program (54).
//
// See Appendix A of PostgreSQL's documentation.
var (
	rowClasses   = []string{"09", "22", "23", "27", "2F", "38", "39", "44", "54", "P0"}
	otherClasses = []string{"08", "25", "40", "53", "57", "58", "F0", "XX"}
)

// internalError is also the code of what extensions and the functions of other languages
// say of a value that they don't take.
const internalError = "XX000"

// rowErrorOf returns the error about one of rows that the server told while they
// were written, nil if it is about something else.
func (w *writer) rowErrorOf(err error, rows []int) *rowError {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) || pg.Code == "57014" {
		return nil
	}
	line, column := w.place(pg)
	switch class := pg.Code[:2]; {
	case slices.Contains(rowClasses, class), pg.Code == internalError:
	case slices.Contains(otherClasses, class):
		return nil
	default:
		// A policy refuses a row, and a trigger may fail in any way. Anything else
		// is about the statement.
		if line == 0 && pg.Routine != "ExecWithCheckOptions" && !strings.Contains(pg.Where, "PL/") {
			return nil
		}
	}
	e := &rowError{row: -1, why: w.refusal(pg, column)}
	if pg.Code == "23505" {
		e.key = w.keyIn(pg)
	}
	if line > 0 && line <= len(rows) && w.writes.t.kind != "f" { // which sends its rows on in batches
		e.row = rows[line-1]
	}
	return e
}

// place returns the line, from 1, that COPY's error tells, and its column; 0 and ""
// if it tells none, or if that can't be told from the row's own texts, which follow it.
// What it tells is in the server's language, but for names and numbers.
func (w *writer) place(pg *pgconn.PgError) (line int, column string) {
	where := pg.Where
	begin := "COPY " + w.writes.t.name.Name + ", "
	i := strings.Index(where, begin)
	if i < 0 || i > 0 && where[i-1] != '\n' || strings.LastIndex(where, begin) != i {
		return 0, ""
	}
	where = where[i+len(begin):]
	start := strings.IndexAny(where, "0123456789")
	if start < 0 {
		return 0, ""
	}
	end := start
	for end < len(where) && where[end] >= '0' && where[end] <= '9' {
		end++
	}
	line, _ = strconv.Atoi(where[start:end])
	rest, ok := strings.CutPrefix(where[end:], ", ")
	if _, after, found := strings.Cut(rest, " "); ok && found {
		for _, c := range w.writes.columns {
			if tail, ok := strings.CutPrefix(after, c.Name); ok && (tail == "" || tail[0] == ':' || tail[0] == '\n') {
				return line, c.Name
			}
		}
	}
	return line, ""
}

// keyColumns matches the columns of a key, and its values, in an error's detail.
var keyColumns = regexp.MustCompile(`\((.*?)\)=\(`)

// refusal returns the refusal that an error of the server is, except for its row.
// column is that of COPY, "" if it is not known.
func (w *writer) refusal(pg *pgconn.PgError, column string) load.Refusal {
	t := w.writes.t
	r := load.Refusal{Column: -1, Code: load.CodeRefused, Note: message.Foreign(sentence(pg))}
	if pg.Hint != "" {
		r.Hint = pg.Hint
	}
	if w.isElsewhere(pg) {
		if pg.Code == "23503" {
			r.Code = load.CodeForeignKey // of a table that refers to this one
		}
		return r
	}
	if column == "" {
		column = pg.ColumnName
	}
	if column != "" {
		r.Column = w.only([]string{column})
	}
	switch pg.Code {
	case "23505":
		r.Code = load.CodeDuplicateKey
		k := w.keyIn(pg)
		if k == nil || slices.Contains(k.columns, "") {
			r.Note = message.New("same_value", "rule_for_conflict", "subject", pg.ConstraintName)
			break
		}
		return w.duplicate(k)
	case "23502":
		r.Code = load.CodeRequired
		r.Note = message.New("must_have_value", "fill_or_map", "columns", []string{column})
	case "23514":
		if c, ok := t.checks[pg.ConstraintName]; ok && pg.DataTypeName == "" {
			r.Code, r.Column = load.CodeCheckFailed, w.only(c.columns)
			r.Note = message.New("fails_check", "", "check", load.ShownSQL(trimParentheses(c.expression)))
		} else if pg.ConstraintName != "" { // of a domain
			r.Code = load.CodeCheckFailed
			r.Note = message.New("fails_check", "", "check", pg.ConstraintName)
		}
	case "23503":
		r.Code = load.CodeForeignKey
		for i := range t.references {
			if t.references[i].name == pg.ConstraintName {
				return w.orphan(&t.references[i])
			}
		}
		r.Note = message.New("no_referred_row", "load_other_first")
	case "22001":
		r.Code = load.CodeTooLong
	case "22003", "22008":
		r.Code = load.CodeOutOfRange
	case "P0001":
		if pg.Hint == "" {
			r.Note = r.WithHint("refused_by_trigger")
		}
	}
	return r
}

// isElsewhere reports whether an error is about another table: one that a trigger writes
// to, or that refers to this one. Of a view and a partitioned table others are told in any case.
func (w *writer) isElsewhere(pg *pgconn.PgError) bool {
	t := w.writes.t
	return pg.TableName != "" && t.kind == "r" && load.TableName{Schema: pg.SchemaName, Name: pg.TableName} != t.name
}

// keyIn returns the key that an error about a duplicate is about, nil if it is not
// one of the table's.
func (w *writer) keyIn(pg *pgconn.PgError) *key {
	if w.isElsewhere(pg) {
		return nil
	}
	keys := w.writes.t.keys
	i := slices.IndexFunc(keys, func(k key) bool { return k.name == pg.ConstraintName })
	if i < 0 { // that of a partition
		if m := keyColumns.FindStringSubmatch(pg.Detail); m != nil {
			i = slices.IndexFunc(keys, func(k key) bool { return strings.Join(k.columns, ", ") == m[1] })
		}
	}
	if i < 0 {
		return nil
	}
	return &keys[i]
}

// duplicate returns the refusal of a row whose key is there, except for its row.
func (w *writer) duplicate(k *key) load.Refusal {
	return load.Refusal{
		Column: w.only(k.columns), Code: load.CodeDuplicateKey,
		Note: message.New("same_key", "rule_for_conflict", "key", strings.Join(k.columns, " and ")),
	}
}

// orphan returns the refusal of a row that refers to none, except for its row.
func (w *writer) orphan(r *reference) load.Refusal {
	return load.Refusal{
		Column: w.only(r.from), Code: load.CodeForeignKey,
		Note: message.New("no_row_in_table", "load_table_first", "table", r.table.Name, "columns", strings.Join(r.to, " and ")),
	}
}

// ignored is the refusal of a row that a trigger left out.
func ignored() *rowError {
	return &rowError{row: -1, why: load.Refusal{Column: -1, Code: load.CodeRefused, Note: message.New("ignored_by_trigger", "look_for_return_null")}}
}

// only returns the index in the layout of the column, if it is a single one and
// mapped, and else -1.
func (w *writer) only(columns []string) int {
	if len(columns) != 1 {
		return -1
	}
	return slices.IndexFunc(w.writes.columns, func(c *column) bool { return c.Name == columns[0] })
}

// unfit takes those of rows out that have a value which no column can hold, or not
// without a change.
func (w *writer) unfit(b *load.Batch, rows []int, out *outcome) []int {
	nul := slices.Contains(b.Arena, 0) // perhaps only of the records' own bytes
	if !nul && len(w.writes.rounded) == 0 {
		return rows
	}
	fit := rows[:0]
	for _, row := range rows {
		if column, has := hasNUL(b, row); nul && has {
			out.refuse(row, load.Refusal{Column: column, Code: load.CodeRefused, Note: message.New("holds_nul", "remove_nul")})
		} else if column, why := w.tooFine(b, row); column >= 0 {
			out.refuse(row, load.Refusal{Column: column, Code: load.CodeOutOfRange, Note: why})
		} else {
			fit = append(fit, row)
		}
	}
	return fit
}

// tooFine returns the column of a row whose value would be rounded, and why, or -1.
func (w *writer) tooFine(b *load.Batch, row int) (column int, why message.Note) {
	for _, i := range w.writes.rounded {
		c, of := b.Row(row)[i], w.writes.columns[i]
		switch {
		case c.Kind == load.CellText && c.Len > 8 && of.timed && load.SecondDigits(b.Bytes(c)) > of.digits:
			return i, message.New("second_too_fine", "text_keeps_second", "digits", of.digits)
		case c.Kind == load.CellText && of.rounds && !fitsScale(b.Bytes(c), of.digits):
			return i, message.New("number_rounded", "not_rounded", "type", of.Declared)
		case c.Kind == load.CellFloat && of.single && !fitsSingle(c.Float()):
			return i, message.New("float_too_fine", "wider_float")
		}
	}
	return -1, message.Note{}
}

// fitsScale reports whether a canonical decimal is kept with as many digits after the point as
// it is; a negative number is that of digits before it which are zeros.
func fitsScale(text []byte, scale int) bool {
	whole, fraction, _ := bytes.Cut(text, []byte{'.'})
	fraction = bytes.TrimRight(fraction, "0")
	if scale >= 0 {
		return len(fraction) <= scale
	}
	digits := bytes.TrimLeft(whole, "-")
	lost := digits[max(0, len(digits)+scale):]
	return len(fraction) == 0 && len(bytes.Trim(lost, "0")) == 0
}

// fitsSingle reports whether a number is kept by 4 bytes as it is written. What is
// too large for them is left to the server.
func fitsSingle(f float64) bool {
	single := float64(float32(f))
	return single == f || math.IsNaN(f) || math.IsInf(single, 0) || strconv.FormatFloat(single, 'g', -1, 32) == strconv.FormatFloat(f, 'g', -1, 64)
}

// trimParentheses removes parentheses around an expression.
func trimParentheses(expression string) string {
	if !strings.HasPrefix(expression, "(") || !strings.HasSuffix(expression, ")") {
		return expression
	}
	if inner := expression[1 : len(expression)-1]; isClosed(inner) {
		return inner
	}
	return expression
}
