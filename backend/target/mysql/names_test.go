package mysql

import (
	"slices"
	"strings"
	"testing"

	"linefeed/backend/load"
)

// A name in backquotes ends where it is to end, whatever it contains.
func FuzzQuote(f *testing.F) {
	for _, name := range []string{"a", "`", "a`; DROP TABLE t; -- ", "\\`", "a\x00b", "ü漢😀", "", "``", "'\"", " "} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		quoted := quote(name)
		if got, rest, ok := unquote(quoted+".x", '`', false); !ok || got != name || rest != ".x" {
			t.Errorf("%q is %s, which is read as %q and %q", name, quoted, got, rest)
		}
		text := literal(name)
		if got, rest, ok := unquote(text+"; x", '\'', true); !ok || got != name || rest != "; x" {
			t.Errorf("%q is %s, which is read as %q and %q", name, text, got, rest)
		}
		if line := string(appendEscaped(nil, []byte(name))); strings.ContainsAny(line, "\t\n\x00") {
			t.Errorf("%q is %q in a file", name, line)
		}
	})
}

// unquote reads what is in quotes as the server does.
func unquote(text string, quote byte, backslash bool) (inside, rest string, ok bool) {
	if text == "" || text[0] != quote {
		return "", "", false
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case backslash && text[i] == '\\' && i+1 < len(text):
			i++
		case text[i] == quote && i+1 < len(text) && text[i+1] == quote:
			i++
		case text[i] == quote:
			return b.String(), text[i+1:], true
		}
		b.WriteByte(text[i])
	}
	return "", "", false
}

func TestNames(t *testing.T) {
	for name, want := range map[string]bool{
		"a": true, "the `table`; -- ü": true, "select": true, "a.b": true, " a": true, strings.Repeat("漢", 64): true,
		"": false, "a ": false, "a\x00": false, "😀": false, strings.Repeat("a", 65): false, "\xff": false,
	} {
		if got := isName(name); got != want {
			t.Errorf("%q: %v", name, got)
		}
	}
}

// What is copied into a statement can't leave its place there.
func TestMadeTexts(t *testing.T) {
	for declared, want := range map[string]bool{
		"INT": true, "BIGINT UNSIGNED": true, "DECIMAL(10,2)": true, "DOUBLE PRECISION": true, "VARCHAR(20)": true, "DECIMAL(10,2) UNSIGNED": true,
		"INT AUTO_INCREMENT": false, "INT COMMENT": false, "INT REFERENCES t": false, "INT, b INT": false, "ENUM('a')": false, "INT DEFAULT 1": false, "INT/**/": false,
	} {
		if got := isTypeName(declared); got != want {
			t.Errorf("%q: %v", declared, got)
		}
	}
	for check, want := range map[string]bool{
		"a >= 0": true, "a IN ('x', 'it''s')": true, "(a > 0)": true, "`a)` > 0": true,
		"a > 0) , b INT CHECK (1": false, "a > 0 -- ": false, "a > 0 # ": false, `a = '\'`: false, "a > 0; DROP TABLE t": false, "a /* */": false,
	} {
		if got := isClosed(check); got != want {
			t.Errorf("%q: %v", check, got)
		}
	}
}

// What servers say of themselves.
func TestVersions(t *testing.T) {
	for text, want := range map[string]string{
		"10.11.19-MariaDB-0+deb12u1":       "MariaDB 10.11.19",
		"5.5.5-10.6.12-MariaDB-log":        "MariaDB 10.6.12",
		"8.0.36-0ubuntu0.22.04.1":          "MySQL 8.0.36",
		"8.4.0":                            "MySQL 8.4.0",
		"8.0.11-TiDB-v7.5.0":               "TiDB v7.5.0",
		"11.8.2-MariaDB-ubu2404":           "MariaDB 11.8.2",
		"5.7.44-log":                       "MySQL 5.7.44",
		"10.11.19-MariaDB-0+deb12u1-wsrep": "MariaDB 10.11.19",
	} {
		if got := readVersion(text); got.product() != want {
			t.Errorf("%s: %s, want %s", text, got.product(), want)
		}
	}
	if s := readVersion("10.6.12-MariaDB"); s.rowNumbers() || !readVersion("10.7.1-MariaDB").rowNumbers() {
		t.Error("rows have numbers since 10.7")
	}
}

// Of a cluster that commits within LOAD DATA, it is not used.
func TestSplitting(t *testing.T) {
	text := func(s string) *string { return &s }
	for splits, want := range map[string]bool{"ON": false, "OFF": true} {
		d := &DB{}
		err := d.learn([]result{{{text("10.3.39-MariaDB"), text("16777216")}}, {
			{text("local_infile"), text("ON")}, {text("wsrep_on"), text("ON")}, {text("wsrep_load_data_splitting"), text(splits)},
		}})
		if err != nil || !d.server.galera || d.server.local != want {
			t.Errorf("%s: %+v, %v", splits, d.server, err)
		}
	}
}

// Members are read whatever is escaped in them.
func TestMembers(t *testing.T) {
	got := members(`enum('a\\b','c''d','e\nf','g\'h','i,j','')`)
	if want := []string{`a\b`, "c'd", "e\nf", "g'h", "i,j", ""}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// Warnings that a row is not as it was sent are told from those that change nothing.
func TestEffects(t *testing.T) {
	for _, c := range []struct {
		said said
		want int
	}{
		{said{number: 1062, message: "Duplicate entry '1' for key 'PRIMARY'"}, notStored},
		{said{number: 1265, message: "Data truncated for column 'v' at row 1"}, changed},
		{said{number: 1261, message: "Row 1 doesn't contain data for all columns"}, changed},
		{said{number: 1301, message: "Result of unhex() was larger than max_allowed_packet (1048576) - truncated"}, changed},
		{said{number: 1977, message: `Cannot convert 'utf8mb4' character 0xE6BCA2 to 'latin1'`}, changed},
		{said{number: 9999, message: "Something new about column 'v' at row 1"}, changed},
		{said{number: 1287, message: "'VALUES function' is deprecated and will be removed in a future release"}, harmless},
	} {
		if got := c.said.effect(); got != c.want {
			t.Errorf("%s: %d, want %d", c.said.message, got, c.want)
		}
	}
}

// What MySQL says of a row is understood as what MariaDB says.
func TestReasons(t *testing.T) {
	of := func(name, kind string, typ load.Type) column {
		return column{Column: load.Column{Name: name, Type: typ, Declared: kind}, kind: kind, charset: "latin1"}
	}
	tab := &table{
		schema: "s", name: "t",
		columns:    []column{of("id", "int", load.Integer), of("v", "varchar", load.Text), of("d", "datetime", load.Timestamp), of("p", "int", load.Integer)},
		keys:       []key{{name: "PRIMARY", columns: []string{"id"}}, {name: "both", columns: []string{"v", "d"}}},
		checks:     map[string]string{"t_chk_1": "(`p` > 0)"},
		references: []reference{{name: "t_ibfk_1", schema: "s", table: "other", from: []string{"p"}, to: []string{"id"}}},
	}
	r := reasons{fit: &fit{t: tab, columns: tab.columns}}
	for _, c := range []struct {
		number  uint16
		message string
		code    load.Code
		column  int
	}{
		{1062, "Duplicate entry '1' for key 't.PRIMARY'", load.CodeDuplicateKey, 0},
		{1062, "Duplicate entry 'a-2' for key 'both'", load.CodeDuplicateKey, -1},
		{1048, "Column 'v' cannot be null", load.CodeRequired, 1},
		{1364, "Field 'd' doesn't have a default value", load.CodeRequired, 2},
		{3819, "Check constraint 't_chk_1' is violated.", load.CodeCheckFailed, 3},
		{1452, "Cannot add or update a child row: a foreign key constraint fails (`s`.`t`, CONSTRAINT `t_ibfk_1` FOREIGN KEY (`p`) REFERENCES `other` (`id`))", load.CodeForeignKey, 3},
		{1406, "Data too long for column 'v' at row 3", load.CodeTooLong, 1},
		{1264, "Out of range value for column 'id' at row 1", load.CodeOutOfRange, 0},
		{1366, `Incorrect string value: '\xF0\x9F' for column 'v' at row 1`, load.CodeRefused, 1},
		{1366, "Incorrect integer value: 'x' for column 'p' at row 1", load.CodeOutOfRange, 3},
		{1292, "Incorrect datetime value: '2026-02-30' for column 'd' at row 7", load.CodeOutOfRange, 2},
		{1644, "not today", load.CodeRefused, -1},
	} {
		got := r.find(said{number: c.number, message: c.message})
		if got.Code != c.code || got.Column != c.column || got.Message == "" || strings.Contains(got.Message, "at row") {
			t.Errorf("%s: %+v", c.message, got)
		}
	}
}
