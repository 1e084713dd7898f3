package value

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"linefeed/backend/load"
	"linefeed/backend/message"
)

// share says how many of the field's values fit c: "200 of 200".
func (w *fieldWatch) share(c *candidate) string {
	return fmt.Sprintf("%s of %s", message.Grouped(w.matched(c)), message.Grouped(w.values))
}

// fit says why the field is of c's type; because is what decided between the
// ways in which the values can be read.
func (w *fieldWatch) fit(c *candidate, because string) string {
	var b strings.Builder
	b.WriteString(c.typ.String())
	if c.format != "" {
		b.WriteString(" as " + c.format)
	}
	if because != "" {
		b.WriteString(", " + because)
	}
	b.WriteString(", " + w.share(c))
	if c.missed > 0 {
		b.WriteString("; " + c.firstMiss.String())
		if c.missed > 1 {
			fmt.Fprintf(&b, ", and %s more don't fit", message.Grouped(c.missed-1))
		}
	}
	if n := w.withDecimals(c); n > 0 && tolerable(n, w.values) {
		fmt.Fprintf(&b, "; only %s with decimals", message.Grouped(n))
	}
	for _, m := range w.markers {
		fmt.Fprintf(&b, "; %s seems to mean NULL, %s", m.text, load.Count(m.count, "time"))
	}
	return b.String()
}

// withDecimals returns how many values keep the field from being integer.
func (w *fieldWatch) withDecimals(c *candidate) int64 {
	if c.typ != load.Decimal {
		return 0
	}
	for _, other := range w.candidates {
		if other.typ == load.Integer && formatOf(other.notation).group == formatOf(c.notation).group {
			return other.missed - c.missed
		}
	}
	return 0
}

// nothing says why a field without values is text.
func (w *fieldWatch) nothing() string {
	if len(w.markers) > 0 {
		return "text, because no value is more than a sign for none"
	}
	return "text, because no value was seen"
}

// misfit says why no type but text is fit.
func (w *fieldWatch) misfit() string {
	if w.mixed != "" {
		return w.mixed
	}
	for i := range w.conflicts {
		if r := &w.conflicts[i]; r.mixed(w.values) {
			return r.contrast()
		}
	}
	var near *candidate
	matched := w.nearMatched
	if w.near != nil && matched > w.near.missed {
		near = w.near
	}
	for _, c := range w.candidates {
		if n := w.matched(c); n > c.missed && n > matched && (!c.needsBoth || c.yes && c.no) {
			near, matched = c, n
		}
	}
	if near == nil {
		return fmt.Sprintf("text, %s of %s", message.Grouped(w.values), message.Grouped(w.values))
	}
	if near.dropped {
		return "text, because " + near.firstMiss.String() + ", and others are no " + near.typ.String() + " either"
	}
	return fmt.Sprintf("text, because %s; %s would be %s", near.firstMiss, w.share(near), near.typ)
}

// readBecause says how c reads values, with the one that proves it.
func (c *candidate) readBecause(proof held) string {
	how := c.order
	if c.number {
		how = "decimal " + pointNames[formatOf(c.notation).point]
	}
	if proof.text == "" {
		return how
	}
	return how + " because " + proof.String()
}

var pointNames = map[byte]string{'.': "point", ',': "comma"}

// contrast says why a field is text that is written in the ways of both.
func (r *conflict) contrast() string {
	what := "some " + r.a.order + ", some " + r.b.order
	if r.a.number {
		what = "some with a decimal point, some with a decimal comma"
	}
	return fmt.Sprintf("text, because %s and %s: %s", r.onlyA.first, r.onlyB.first, what)
}

// contrasts says in which ways the values may be read.
func (v *verdict) contrasts() string {
	var ways []string
	for _, c := range v.alternatives {
		way := c.order
		if c.number {
			way = c.example(v.doubt)
		}
		ways = append(ways, way)
	}
	return strings.Join(ways, " or ")
}

// example says what c makes of a value.
func (c *candidate) example(h held) string {
	buf := []byte(h.text)
	buf, cell, ok := c.parser.parse(buf, 0, len(buf))
	if !ok {
		return ""
	}
	c.cell = cell
	return string(c.reading(nil, buf))
}

// guess makes the verdict known, for a column of that name.
func (v *verdict) guess(name string) Guess {
	w := v.watch
	g := Guess{
		Field:      w.name,
		Column:     load.Column{Name: name, Nullable: true},
		Evidence:   v.why,
		Confidence: math.Round(v.confidence*100) / 100,
		Empty:      w.empty,
		Values:     w.values,
		MaxLength:  w.maxLength,
		misfits:    w.misfits(),
	}
	if !w.given && w.typ == nil {
		g.long = w.long
	}
	if c := v.chosen; c != nil {
		g.Column.Type, g.Column.Format, g.Exceptions = c.typ, c.format, c.missed
		if c.number && w.mayBeCodes(c) && !w.scales.spread() {
			g.Column.Scales = load.Scales{Known: true, Least: w.scales.least, Zeroed: w.scales.zeroed}
		}
		if c.typ == load.Decimal && w.scales.least == w.scales.most {
			g.Column.Fraction = w.scales.least
		}
		if p, ok := c.parser.(*booleanParser); ok && c.format == "" {
			g.Column.Words = string(p.yes) + "/" + string(p.no)
		}
		if v.asBoolean {
			g.Column.Type, g.Column.Format, g.Column.Words = load.Boolean, "", oneAndZero
		}
	}
	if w.typ != nil {
		g.Column.Type = *w.typ
		if v.asBoolean {
			g.Evidence = w.fit(v.chosen, "")
		}
	}
	most := v.most
	if most == nil && v.chosen == nil && len(v.alternatives) == 0 {
		written := w.written()
		most, g.doubts = written.chosen, written.choices()
	}
	if most != nil {
		g.most = spelling{most.typ, most.format}
	}
	g.Ambiguous = v.choices()
	slices.SortStableFunc(w.markers, func(a, b marker) int { return cmp.Compare(b.count, a.count) })
	for _, m := range w.markers {
		// In a text a dash or a point may well be meant.
		if v.chosen != nil || v.most != nil || len(v.alternatives) > 0 || load.IsClearNullSign([]byte(m.text)) {
			g.Nulls = append(g.Nulls, m.text)
		} else {
			g.Values += m.count
		}
	}
	return g
}

// choices returns the ways in which the values may be read, nil where that is
// in no doubt.
func (v *verdict) choices() []Choice {
	var list []Choice
	for _, c := range v.alternatives {
		list = append(list, Choice{Type: c.typ, Format: c.format, Example: v.doubt.text + " is " + c.example(v.doubt)})
	}
	return list
}
