package postgres

import (
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"linefeed/backend/load"
	"linefeed/backend/target/testserver"
)

// forms are the types that have a binary form of their texts, and the functions by
// which the server sends values: their bytes are those that it receives.
var forms = []struct {
	oid  uint32
	name string
	send string
	any  func(r *rand.Rand) string
	odd  []string
	none []string // texts that have no binary form
}{
	{pgtype.NumericOID, "numeric", "numeric_send", anyNumber,
		[]string{"0", "-0", "0.0", "-0.00", "00012", "10000", "-10000.0001", "0.0001", "0.00001", "99999999.99990", "100000000000000000000", "1." + strings.Repeat("0", 99) + "1"},
		[]string{"", "-", ".5", "1e5", "NaN", "1.2.3", strings.Repeat("9", mostNumeric+1), "0." + strings.Repeat("1", mostNumeric+1)}},
	{pgtype.DateOID, "date", "date_send", func(r *rand.Rand) string { return anyTime(r).Format(time.DateOnly) },
		[]string{"0001-01-01", "9999-12-31", "1900-02-28", "1900-03-01", "2000-02-29", "2000-01-01", "1999-12-31", "2024-12-31"},
		[]string{"", "0000-01-01", "2023-02-29", "1900-02-29", "2023-13-01", "2023-00-10", "2023-04-31", "10000-01-01", "2023-01-01 "}},
	{pgtype.TimeOID, "time", "time_send", func(r *rand.Rand) string { return anyTime(r).Format("15:04:05.999999") },
		[]string{"00:00:00", "23:59:59.999999", "12:00:00.5"},
		[]string{"", "24:00:00", "12:60:00", "12:00:60", "12:00:00.1234567", "12:00:00Z", "1:00:00"}},
	{pgtype.TimestampOID, "timestamp", "timestamp_send", func(r *rand.Rand) string { return anyTime(r).Format("2006-01-02 15:04:05.999999") },
		[]string{"0001-01-01 00:00:00", "9999-12-31 23:59:59.999999", "1999-12-31 23:59:59.000001"},
		[]string{"", "2023-01-01", "2023-01-01T00:00:00", "2023-01-01 00:00:00Z", "2023-02-30 00:00:00"}},
	{pgtype.TimestamptzOID, "timestamptz", "timestamptz_send", func(r *rand.Rand) string {
		zone := time.FixedZone("", (r.IntN(31*60)-15*60)*60)
		return anyTime(r).In(zone).Format("2006-01-02 15:04:05.999999Z07:00")
	},
		[]string{"2000-01-01 00:00:00Z", "2000-01-01 00:00:00+05:45", "1999-12-31 19:00:00-05:00", "0001-01-01 00:00:00+15:00"},
		[]string{"", "2023-01-01 00:00:00", "2023-01-01 00:00:00+0100", "2023-01-01 00:00:00+16:00", "2023-01-01 00:00:00+01"}},
	{pgtype.UUIDOID, "uuid", "uuid_send", func(r *rand.Rand) string {
		var b [16]byte
		for i := range b {
			b[i] = byte(r.Uint32())
		}
		return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	}, nil, []string{"", "550e8400e29b41d4a716446655440000", "550e8400-e29b-41d4-a716-44665544000g", "550e8400-e29b-41d4-a716-4466554400000"}},
}

func anyNumber(r *rand.Rand) string {
	digits := func(n int) string {
		var b strings.Builder
		for range n {
			c := '0'
			if r.IntN(3) > 0 { // zeros are left out where they can be
				c += rune(r.IntN(10))
			}
			b.WriteRune(c)
		}
		return b.String()
	}
	text := digits(1 + r.IntN(20))
	if r.IntN(3) > 0 {
		text += "." + digits(1+r.IntN(20))
	}
	if r.IntN(2) == 0 {
		text = "-" + text
	}
	return text
}

func anyTime(r *rand.Rand) time.Time {
	const from, to = -60_000_000_000, 250_000_000_000 // seconds of the years 68 to 9892
	return time.Unix(from+r.Int64N(to-from), r.Int64N(1_000_000)*1000).UTC()
}

// The server says what the binary form of a text is.
func TestBinaryForms(t *testing.T) {
	config, err := ParseURL(testserver.Postgres(t).Database(t).URL())
	if err != nil {
		t.Fatal(err)
	}
	c, err := pgx.ConnectConfig(t.Context(), config.conn)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	r := rand.New(rand.NewPCG(1, 2))
	for _, f := range forms {
		form := binaryFormOf(f.oid)
		bytesOf := func(text string) (string, bool) {
			b := &load.Batch{Arena: []byte(text)}
			data, ok := form(nil, b, load.TextCell(0, len(text)))
			return hex.EncodeToString(data), ok
		}
		texts := slices.Clone(f.odd)
		for range 2000 {
			texts = append(texts, f.any(r))
		}
		rows, err := c.Query(t.Context(), fmt.Sprintf("SELECT encode(%s(t::%s), 'hex') FROM unnest($1::text[]) WITH ORDINALITY AS x (t, n) ORDER BY n", f.send, f.name), texts)
		if err != nil {
			t.Fatal(err)
		}
		want, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range texts {
			if got, ok := bytesOf(text); !ok || got != want[i] {
				t.Errorf("%s %q: %s, %v, want %s", f.name, text, got, ok, want[i])
			}
		}
		for _, text := range f.none {
			if got, ok := bytesOf(text); ok {
				t.Errorf("%s %q: %s, want none", f.name, text, got)
			}
		}
	}
}

// A value without a binary form is left to the server as text, and so is what comes
// after it.
func TestValuesWithoutBinaryForm(t *testing.T) {
	d := testserver.Postgres(t).Database(t)
	d.Exec(t, "CREATE TABLE items (id integer PRIMARY KEY, n numeric)")
	config, err := ParseURL(d.URL())
	if err != nil {
		t.Fatal(err)
	}
	db, err := Open(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	into, err := db.Prepare(t.Context(), "", load.Layout{
		Plan: load.Plan{Table: "items", Writers: 1}, Fields: []string{"id", "n"}, Index: []int{0, 1},
		Columns: []load.Column{{Name: "id"}, {Name: "n"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer into.Close()
	w, err := into.Writer(t.Context(), 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	long := strings.Repeat("7", mostNumeric+1)
	for i, want := range []struct {
		id      int64
		n       string
		textual bool
	}{{1, "1.50", false}, {1 << 40, "2", true}, {3, long, true}, {4, "4", true}} {
		b := &load.Batch{Cols: 2, Rows: make([]load.Row, 1), Arena: []byte(want.n), Cells: []load.Cell{load.IntCell(want.id), load.TextCell(0, len(want.n))}}
		res, err := w.Write(t.Context(), b)
		if err != nil {
			t.Fatal(err)
		}
		if refused := want.id > 1<<31; refused != (len(res.Refused) == 1) || !refused && res.Inserted != 1 {
			t.Errorf("row %d: %+v", i, res)
		}
		if got := w.(*writer).textual; got != want.textual {
			t.Errorf("row %d: written as text: %v", i, got)
		}
	}
	if err := w.Commit(t.Context(), load.Mark{Writers: 1}); err != nil {
		t.Fatal(err)
	}
	got := d.Query(t, "SELECT id, n FROM items ORDER BY id")
	if want := [][]string{{"1", "1.50"}, {"3", long}, {"4", "4"}}; !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("rows: %v", got)
	}
}
