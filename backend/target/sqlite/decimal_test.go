package sqlite_test

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"linefeed/backend/load"
	"linefeed/backend/target"
	"linefeed/backend/target/targettest"
)

// Decimals become exactly the numbers that SQLite makes of their texts.
func TestDecimals(t *testing.T) {
	path := filepath.Join(t.TempDir(), "decimals.db")
	dst, err := target.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer dst.Close()
	cols := []load.Column{{Name: "number", Type: load.Decimal}, {Name: "text", Type: load.Text}}
	l := load.Layout{Plan: load.Plan{Table: "t", Create: true}, Make: cols, Columns: cols, Index: []int{0, 1}}
	w, err := targettest.Begin(t.Context(), dst, l)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()

	texts := []string{"0", "0.0", "-0.5", "129.00", "0.1", "0.3", "5", "-5", "999999999999999", "-999999999999999.0",
		"99999999999999.9", "0.000000000000001", "0.999999999999999", "100000000000000.000", "1000000000000000"}
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		digits := fmt.Sprintf("%0*d", 1+r.IntN(15), r.Int64N(1e15))
		digits = digits[len(digits)-1-r.IntN(len(digits)):]
		if point := r.IntN(len(digits) + 1); point < len(digits) {
			digits = digits[:point] + "." + digits[point:]
			if point == 0 {
				digits = "0" + digits
			}
		}
		texts = append(texts, []string{"", "-"}[r.IntN(2)]+digits)
	}
	for len(texts) > 0 {
		n := min(len(texts), 1000)
		var rows [][]any
		for _, text := range texts[:n] {
			rows = append(rows, []any{text, text})
		}
		texts = texts[n:]
		if res, err := w.Write(t.Context(), targettest.Batch(rows...)); err != nil || len(res.Refused) > 0 {
			t.Fatalf("%+v, %v", res, err)
		}
	}
	if err := w.Commit(t.Context(), load.Mark{}); err != nil {
		t.Fatal(err)
	}

	db, err := sql.Open("sqlite3", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), `SELECT text, number, typeof(number), typeof(CAST(text AS NUMERIC)) FROM t
		WHERE number <> CAST(text AS NUMERIC) OR typeof(number) <> typeof(CAST(text AS NUMERIC))`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var text, number, is, want string
		if err := rows.Scan(&text, &number, &is, &want); err != nil {
			t.Fatal(err)
		}
		t.Errorf("%s became %s, %s, want %s", text, number, is, want)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}
