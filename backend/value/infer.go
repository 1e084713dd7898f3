package value

import (
	"fmt"
	"strings"
	"unicode"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// An Inference watches records and tells for every field which type its
// values fit, and why. It uses the parsers of the conversion: what it finds
// converts.
//
// Its memory is bounded by the number of fields, not by the records. It is
// used by one goroutine.
type Inference struct {
	fields []*fieldWatch
	nulls  *conversion // knows the plan's texts for NULL
}

// A Guess is what an [Inference] found out about one field. Its JSON is part
// of the program's contract.
type Guess struct {
	Field string `json:"field"`

	// Column is the column that would hold the field's values: its name, type
	// and format. It takes NULL, and has no limits, because records that were
	// not seen may hold more than those that were.
	Column load.Column `json:"column"`

	// Evidence says in words why: "text, because line 48,112 is 00420".
	Evidence string `json:"evidence"`

	// Confidence is how sure that is, from 0 (nothing was seen) to 1.
	Confidence float64 `json:"confidence"`

	// Ambiguous holds the ways to read the values where they allow more than
	// one. The column is then text until somebody chooses.
	Ambiguous []Choice `json:"ambiguous,omitempty"`

	// Nulls lists the texts seen that seem to stand for no value. They were
	// left out of account, and would have to be texts for NULL in the plan.
	Nulls []string `json:"nulls,omitempty"`

	Values     int64 `json:"values"`     // that are neither empty nor in Nulls
	Empty      int64 `json:"empty"`      // empty, missing, or NULL by the plan
	Exceptions int64 `json:"exceptions"` // values that don't fit the column's type
	MaxLength  int   `json:"maxLength"`  // characters of the longest value

	long []longNumber

	// most are the type and the format that most values fit, where not all do.
	most spelling

	// doubts are the ways in which most values may be read, where not all do.
	doubts []Choice

	misfits misfits
}

// A spelling is a type and the format of its values.
type spelling struct {
	typ    load.Type
	format string
}

// Misfit returns the first value that does not fit a column's type, and its
// line, in words: "line 7 is 1.5". The line is 0 where none is known.
func (g Guess) Misfit(c load.Column) (line int64, says string) {
	var first held
	see := func(h held) {
		if h.line > 0 && (first.line == 0 || h.line < first.line) {
			first = h
		}
	}
	m := &g.misfits
	if c.Type == load.Boolean && c.Words == oneAndZero {
		see(m.bit)
	} else {
		see(m.bySpelling[spelling{c.Type, c.Format}].held)
	}
	if c.Type.IsNumber() {
		see(m.number)
		if c.Type == load.Float {
			see(m.float)
		}
		if first.line == 0 {
			see(beyond(g.long, floatDigits))
		}
	}
	if m.signsCount || len(g.Nulls) > 0 && first.line == 0 { // in a column that takes no NULL
		see(m.sign)
	}
	return first.line, first.String()
}

// ForNewTable returns the guess for the column of a table that is to be made in
// a database that keeps that number of digits of a decimal, 0 for all: decimals of more
// are text.
func (g Guess) ForNewTable(digits int) Guess {
	long := beyond(g.long, digits)
	if g.Column.Type == load.Decimal && long.text != "" {
		g.Evidence = fmt.Sprintf("text, because %s: not every database keeps more than %d digits of a decimal; otherwise it would be %s",
			long, digits, g.Evidence)
		g.Column.Type, g.Column.Format, g.Exceptions = load.Text, "", 0
	}
	return g
}

// A Choice is one way to read the values of a field.
type Choice struct {
	Type    load.Type `json:"type" ts_type:"string"`
	Format  string    `json:"format"`
	Example string    `json:"example"` // "03/04/2026 is 2026-04-03"
}

// Doubts returns the ways in which a column whose type is known may read the
// values, or most of them, where they allow more than one.
func (g Guess) Doubts() []Choice {
	if len(g.Ambiguous) > 0 {
		return g.Ambiguous
	}
	return g.doubts
}

// FormatFor returns the format in which a column of type t, which is there
// already, would read the values, or most of them; "" where they say nothing of
// it. A column with a zone gets none from values without: that would be to guess
// the zone.
func (g Guess) FormatFor(t load.Type) string {
	from := spelling{g.Column.Type, g.Column.Format}
	if g.most.typ != load.Text {
		from = g.most
	}
	switch {
	case t.IsNumber():
		if from.typ.IsNumber() {
			return from.format
		}
	case t == load.Date, t == load.Timestamp:
		if from.typ == load.Date || from.typ == load.Timestamp || from.typ == load.TimestampTZ {
			return from.format
		}
	case t == from.typ:
		return from.format
	}
	return ""
}

// NewInference returns an Inference for records with the given fields. What
// the plan says about NULL, the decimal sign, dates and the formats of columns
// is taken as given.
func NewInference(fields []string, p load.Plan) (*Inference, error) {
	nulls, err := newConversion(load.Column{Nullable: true}, p)
	if err != nil {
		return nil, err
	}
	forms, err := newForms(p)
	if err != nil {
		return nil, err
	}
	i := &Inference{nulls: nulls}
	for _, name := range fields {
		i.fields = append(i.fields, &fieldWatch{name: name, forms: forms})
	}
	for n, column := range columnNames(i.fields) {
		if to := p.Map[fields[n]]; to != "" {
			column = to
		}
		i.fields[n].format = p.Formats[column]
		if typ, given := p.ColumnTypes[column]; given {
			i.fields[n].typ = &typ
		}
	}
	return i, nil
}

// Add takes the values of a record into account. It does not keep r. Fields
// beyond those that the Inference knows are left out.
func (i *Inference) Add(r *load.Record) {
	for n, w := range i.fields {
		if n >= len(r.Fields) {
			w.empty++
			continue
		}
		i.add(w, r.Field(n), r.Fields[n].Quoted, r.Line)
	}
}

// AddBlock takes the good records of b into account, field by field.
func (i *Inference) AddBlock(b *load.Block) {
	for n, w := range i.fields {
		i.addField(w, b, n)
	}
}

// AddBlockOf returns what does as AddBlock for a file whose fields are others: from holds
// for each field of the Inference the index of the one in the file, -1 for none.
func (i *Inference) AddBlockOf(from []int) func(*load.Block) {
	return func(b *load.Block) {
		for n, w := range i.fields {
			if from[n] >= 0 {
				i.addField(w, b, from[n])
			}
		}
	}
}

// addField takes the values of field at of a block into account.
func (i *Inference) addField(w *fieldWatch, b *load.Block, at int) {
	for row := range b.Rows {
		f := &b.Fields[at]
		at += b.Width
		i.add(w, b.Arena[f.Start:f.End:f.End], f.Quoted, b.Rows[row].Line)
	}
}

// add takes a value of w's field into account.
func (i *Inference) add(w *fieldWatch, text []byte, quoted bool, line int64) {
	if len(text) == 0 || len(i.nulls.nulls) > 0 && i.nulls.isNull(trimBlanks(text), quoted) {
		w.empty++
		return
	}
	w.add(text, line)
}

// Guesses ends the inference and returns what it found, one guess for each
// field, in order.
func (i *Inference) Guesses() []Guess {
	verdicts := make([]verdict, len(i.fields))
	for n, w := range i.fields {
		w.close()
		verdicts[n] = w.judge()
	}
	settleByNeighbours(verdicts)
	for n := range verdicts {
		verdicts[n].restrict()
	}
	names := columnNames(i.fields)
	guesses := make([]Guess, len(verdicts))
	for n := range verdicts {
		guesses[n] = verdicts[n].guess(names[n])
	}
	return guesses
}

// columnNames makes the names of columns from those of fields: without blanks,
// and each only once, in any case.
func columnNames(fields []*fieldWatch) []string {
	names := make([]string, len(fields))
	taken := map[string]bool{}
	for i, w := range fields {
		name := strings.Join(strings.FieldsFunc(w.name, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsControl(r) }), "_")
		if name == "" {
			name = fmt.Sprintf("field_%d", i+1)
		}
		free := name
		for n := 2; taken[strings.ToLower(free)]; n++ {
			free = fmt.Sprintf("%s_%d", name, n)
		}
		taken[strings.ToLower(free)] = true
		names[i] = free
	}
	return names
}

// A held value is kept to be shown.
type held struct {
	line int64
	text string
}

func hold(text []byte, line int64) held { return held{line, load.Shown(text)} }

func (h held) String() string { return fmt.Sprintf("line %s is %s", message.Grouped(h.line), h.text) }
