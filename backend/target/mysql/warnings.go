package mysql

import (
	"context"
	"strconv"
	"strings"

	"linefeed/backend/load"
)

// counts asks how many rows the last statement stored, and how many warnings it has.
const counts = "SELECT ROW_COUNT(), @@warning_count"

func readCounts(all []result) (stored, warnings int64) {
	if len(all) == 0 || len(all[len(all)-1]) == 0 {
		return -1, -1
	}
	row := all[len(all)-1][0]
	return num(row[0]), num(row[1])
}

// leftOut refuses the rows that a statement left out which ignores errors. It reports
// false, and refuses none, if its warnings, nil where they are not known, don't say for
// sure which ones those are, or say that other rows were changed.
func (w *writer) leftOut(o *outcome, rows []int, stored int64, told []said, loaded bool) bool {
	if told == nil {
		return false
	}
	refused := map[int]said{}
	for _, e := range told {
		if e.effect() == harmless {
			continue
		}
		// LOAD DATA does not count every row that it leaves out, such as one that a check
		// refused.
		wrong := e.effect() == changed || loaded && !countedByLoad[e.number]
		if wrong || e.row < 0 || e.row >= len(rows) || !w.plausible(o.b, rows[e.row], e) {
			return false
		}
		if _, there := refused[e.row]; !there {
			refused[e.row] = e
		}
	}
	if int64(len(rows)-len(refused)) != stored {
		return false
	}
	for i, e := range refused {
		o.refuse(rows[i], w.reasons.find(e))
	}
	w.refusing = len(refused)
	o.Inserted += stored
	return true
}

// countedByLoad are the warnings about rows that LOAD DATA counts.
var countedByLoad = map[uint16]bool{errDuplicate: true, errDuplicateNamed: true, errForeignKey: true, 1216: true}

// plausible reports whether a row may be the one that a warning is about: of a
// duplicate key it tells the value.
func (w *writer) plausible(b *load.Batch, row int, e said) bool {
	if e.number != errDuplicate && e.number != errDuplicateNamed {
		return true
	}
	m := ofKey().FindStringSubmatch(e.message)
	if m == nil {
		return true
	}
	k := w.reasons.key(m[1])
	if k == nil || len(k.columns) != 1 || k.partial {
		return true
	}
	at := w.fit.at(k.columns[0])
	if at < 0 {
		return true
	}
	cell := b.Row(row)[at]
	switch {
	case cell.Kind == load.CellInt && w.fit.columns[at].kind != "bit" && w.fit.columns[at].kind != "year":
		return strings.HasPrefix(e.message, "Duplicate entry '"+strconv.FormatInt(cell.Int(), 10)+"' for key")
	case cell.Kind == load.CellText && w.fit.columns[at].kind == "varchar":
		text := string(b.Bytes(cell))
		return len(text) > 60 || strings.ContainsFunc(text, func(c rune) bool { return c < ' ' || c > '~' || c == '\\' }) ||
			strings.HasPrefix(e.message, "Duplicate entry '"+text+"' for key")
	}
	return true
}

// warnings returns the warnings of the last statement, of which there are n, with the
// rows they are about; nil where the server does not tell these.
func (w *writer) warnings(ctx context.Context, n int64) ([]said, error) {
	if !w.canIgnore || n > mostRows {
		return nil, nil
	}
	all, err := w.conn.query(ctx, "SHOW WARNINGS; "+rowNumbers)
	if err != nil || len(all) < 2 || len(all[1]) == 0 {
		return nil, err
	}
	return readWarnings(all[0], all[1], n), nil
}

// readWarnings reads n warnings and the numbers of their rows; nil where these don't go
// together.
func readWarnings(warnings, list result, n int64) []said {
	if len(list) != 1 {
		return nil
	}
	numbers := strings.Fields(str(list[0][0]))
	if len(numbers) != len(warnings) || int64(len(numbers)) != n {
		return nil
	}
	found := make([]said, len(numbers))
	for i, row := range warnings {
		number, err := strconv.Atoi(numbers[i])
		if err != nil {
			return nil
		}
		found[i] = said{number: uint16(num(row[1])), message: str(row[2]), row: number - 1}
	}
	return found
}

// rowNumbers lists the numbers of the rows that the warnings of the last statement are
// about.
const rowNumbers = `BEGIN NOT ATOMIC
DECLARE linefeed_i, linefeed_n, linefeed_r INT DEFAULT 0;
DECLARE linefeed_list LONGTEXT DEFAULT '';
GET DIAGNOSTICS linefeed_n = NUMBER;
WHILE linefeed_i < linefeed_n DO
SET linefeed_i = linefeed_i + 1;
GET DIAGNOSTICS CONDITION linefeed_i linefeed_r = ROW_NUMBER;
SET linefeed_list = CONCAT(linefeed_list, ' ', linefeed_r);
END WHILE;
SELECT linefeed_list;
END`
