package message

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
)

func spell(s Setting) string {
	if s.Value == nil {
		return "<" + s.Name + ">"
	}
	return "<" + s.Name + "=" + *s.Value + ">"
}

func TestTemplate(t *testing.T) {
	many := strings.Split(strings.Repeat("a ", 1213), " ")[:1212]
	for _, tt := range []struct {
		text           string
		params         []any
		plain, spelled string
	}{
		{"as it is", nil, "as it is", "as it is"},
		{"{a} of {b:q}", []any{"a", "x", "b", `y"`}, `x of "y\""`, `x of "y\""`},
		{"{n|record|records}", []any{"n", 1}, "1 record", "1 record"},
		{"{n|record|records}", []any{"n", 12345}, "12,345 records", "12,345 records"},
		{"{n} of {m}", []any{"n", -1234, "m", int64(5)}, "-1,234 of 5", "-1,234 of 5"},
		{"{l}", []any{"l", []string{"a", "b", "c"}}, "a, b, c", "a, b, c"},
		{"{l:or}?", []any{"l", []string{"a", "b", "c"}}, "a, b or c?", "a, b or c?"},
		{"{l:q}", []any{"l", []string{"a", "b"}}, `"a", "b"`, `"a", "b"`},
		{"{l}", []any{"l", many}, strings.Repeat("a, ", 11) + "a and 1,200 more", strings.Repeat("a, ", 11) + "a and 1,200 more"},
		{"{err}", []any{"err", errors.New("broken")}, "broken", "broken"},
		{"map it[ ({setting map=F=C})] or not[ ({setting key})]", nil, "map it or not", "map it (<map=F=C>) or not (<key>)"},
		{"say[ ({setting formats={c}={l}}, or {setting null=})]", []any{"c", "x", "l", []string{"1", "2"}}, "say", "say (<formats=x=1> or <formats=x=2>, or <null=>)"},
	} {
		text, params := parse(tt.text), newParams(tt.params)
		if got := text.english(params); got != tt.plain {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.plain)
		}
		if got := text.spelled(params, spell); got != tt.spelled {
			t.Errorf("%s: %q, want %q", tt.text, got, tt.spelled)
		}
	}
}

// What comes back from JSON can be told as what went there.
func TestJSON(t *testing.T) {
	for _, n := range []Note{
		New("unmapped", "map_or_leave_out", "field", `a "b" <é>`),
		New("no_such_field", "fields_are", "field", "x", "fields", strings.Fields(strings.Repeat("f ", 40))),
		New("no_records", "", "fields", 3),
		New("only_header", ""),
		Foreign("no such module"),
		{Message: "a text", Origin: Origin{MessageID: "only_header", Params: newParams([]any{"inner", T("only_header"), "l", []string{"a"}})}},
	} {
		b, err := json.Marshal(n)
		if err != nil {
			t.Fatal(err)
		}
		var back Note
		if err := json.Unmarshal(b, &back); err != nil || !reflect.DeepEqual(back, n) {
			t.Errorf("%s: %+v, want %+v (%v)", b, back, n, err)
		}
		if got, want := back.Spelled(spell), n.Spelled(spell); got.String() != want.String() {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// Notes are found in whatever wraps them, and told in its text.
func TestErrors(t *testing.T) {
	cause := errors.New("cause")
	first, second := NewError(cause, "no_table_name", "name_table"), NewError(nil, "no_key", "name_key", "rule", "skip")
	err := fmt.Errorf("open: %w", errors.Join(first, fmt.Errorf("then %w", second)))
	if !errors.Is(err, cause) {
		t.Error("the cause is lost")
	}
	if want := "open: the table has no name: name it\nthen the table has no primary key to skip by: name the columns that tell its rows apart"; err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	want := "open: the table has no name: name it (<table=NAME>)\nthen the table has no primary key to skip by: name the columns that tell its rows apart (<key>)"
	if got := SpelledError(err, spell); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if n := Notes(err); len(n) != 2 || n[0].MessageID != "no_table_name" || len(n[1].Settings) != 1 || n[1].Settings[0].Name != "key" {
		t.Errorf("%+v", n)
	}
	if n := Of(second); n.HintID != "name_key" {
		t.Errorf("%+v", n)
	}
	if n := Of(err); n.MessageID != "" || n.Message != err.Error() {
		t.Errorf("%+v", n)
	}
}

// Of an error the log may have the stack alone, and of one with no stack nothing.
func TestStackOf(t *testing.T) {
	err := func() (err error) {
		defer func() { err = Panic(recover()) }()
		panic("hush\ngoroutine hush")
	}()
	for _, err := range []error{err, fmt.Errorf("import: %w", err), errors.Join(err, errors.New("close hush.csv"))} {
		got := StackOf(err.Error())
		if !strings.HasPrefix(got, "goroutine ") || !strings.Contains(got, "message_test.go") || strings.Contains(got, "hush") {
			t.Errorf("of %v it is\n%s", err, got)
		}
	}
	if got := StackOf("open hush\ngoroutine hush.csv: no such file"); got != "" {
		t.Errorf("where there is none it is %s", got)
	}
}
