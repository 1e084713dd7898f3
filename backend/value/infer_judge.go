package value

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"linefeed/backend/load"
)

// A column of a new table gets the type that all values of its field fit. How
// values are written, in contrast, is found where most of them fit: a column that
// is there already, or whose type the plan gives, rejects the others, each
// with its reason. What a field is, without its type being known, may be
// said where one value in fifty misses it, of at least a hundred; not where
// identifiers are at stake.
const (
	exceptionShare  = 50
	exceptionValues = 100
)

func tolerable(missed, values int64) bool {
	return missed == 0 || values >= exceptionValues && missed*exceptionShare <= values
}

// A verdict is what was decided about a field.
type verdict struct {
	watch  *fieldWatch
	chosen *candidate // nil for text
	why    string     // the evidence

	confidence   float64
	alternatives []*candidate // what chosen would be, if the user decided: chosen is nil then
	doubt        held         // the value that could be read in each of those ways
	proved       bool         // the values themselves decided between rivals
	asBoolean    bool         // chosen is of whole numbers, which stand for true and false

	most *candidate // instead of chosen, where most values fit but not all
}

// restrict takes back a choice that not all values fit.
func (v *verdict) restrict() {
	w := v.watch
	if w.typ != nil {
		return
	}
	if c := v.chosen; c != nil && !w.given && (c.missed > 0 || w.signsCount()) {
		v.chosen, v.most, v.asBoolean = nil, c, false
		v.confidence = sureness(w.values)
		if v.why = w.misfit(); c.missed == 0 {
			v.why = fmt.Sprintf("text, because %s is no %s; %s would be", w.markers[0].text, c.typ, w.share(c))
		}
	}
	if slices.ContainsFunc(v.alternatives, func(c *candidate) bool { return c.missed > 0 }) && !w.given {
		v.alternatives, v.why = nil, w.misfit()
	}
}

// judge decides by the field alone.
func (w *fieldWatch) judge() verdict {
	v := verdict{watch: w}
	if w.given {
		v.chosen, v.confidence = slices.MinFunc(w.candidates, func(a, b *candidate) int { return cmp.Compare(a.missed, b.missed) }), 1
		v.why = w.fit(v.chosen, "as it was said")
		return v
	}
	best := w.best()
	if w.values == 0 {
		v.why = w.nothing()
		return v
	}
	v.confidence = sureness(w.values)
	switch {
	case w.typ != nil:
		v.confidence, v.why = 1, w.typ.String()+", as it was said"
		if best == nil {
			best = w.usual()
		}
		if best != nil {
			w.decide(&v, best)
		}
	case best == nil:
		v.why = w.misfit()
	case best.number && w.kept != nil:
		v.why = "text, because " + w.kept.String() + ", " + w.keptWhy.String()
	case best.typ == load.Float && w.mangled.text != "" && (w.digitsMost >= mangledDigits && w.whole > 0 || namesNumber(w.name)):
		v.why = "text, because " + w.mangled.String() + ", which is what a spreadsheet leaves of a longer number: identifiers of which some are lost"
	case best.typ == load.Float && w.inexact.text != "":
		v.why = "text, because " + w.inexact.String() + ", of which a float would not keep all digits; otherwise it would be " + w.fit(best, "")
	case best.typ == load.Decimal && namesVersion(w.name):
		v.why = "text, because by its name it holds versions, of which 1.1 is not 1.10"
	case best.number && w.scales.speak() && w.mayBeCodes(best):
		v.why = "text, because " + w.scales.first.String() + ", whose zero at the end a number would not keep, and others have one decimal less"
	case best.typ == load.Time && best.format == "" && namesDuration(w.name):
		v.why = "text, because by its name it holds how long something took, and " + best.firstFit.String()
	case best.calendar != nil && strings.HasPrefix(best.skeleton, "#.#.#") && !best.calendar.clear() && !namesDate(w.name):
		v.why = "text, because " + best.firstFit.String() + ", which may be a code of three numbers as well as a date"
	case best.number && !best.readsDigits(w.scales.least > 0) && namesCode(w.name):
		v.why = "text, because by its name it holds identifiers; " + w.share(best) + " are numbers, but not of digits alone"
	case best.number && namesIdentifier(w.name):
		v.why = "text, because by its name it holds identifiers; " + w.share(best) + " are of digits"
	case best.number && w.looksLikePhone(best):
		v.why = "text, because " + best.firstFit.String() + ", and all have as many digits: phone numbers rather than numbers"
	case best.number && best.missed > 0 && w.codes != nil && w.whole*2 > w.values:
		v.why = "text, because " + w.codes.String() + ": identifiers of digits and letters rather than numbers"
	default:
		w.decide(&v, best)
	}
	return v
}

// sureness is how sure a type is, by the number of values that fit it.
func sureness(values int64) float64 {
	switch {
	case values >= 100:
		return 0.99
	case values >= 20:
		return 0.95
	case values >= 5:
		return 0.85
	default:
		return 0.6
	}
}

// best returns the candidate that misses the fewest values, the narrowest of
// several; nil where none misses few enough.
func (w *fieldWatch) best() *candidate {
	best := w.nearest()
	if best == nil || w.matched(best) == 0 || !tolerable(best.missed, w.values) {
		return nil
	}
	return best
}

// usual returns the candidate that says how values are written whose type is
// known: that which most of them fit, the narrowest of several; nil for none.
func (w *fieldWatch) usual() *candidate {
	c := w.nearest()
	if c == nil || w.matched(c) <= c.missed {
		return nil
	}
	return c
}

// nearest returns the candidate that misses the fewest values, the narrowest of
// several; nil where there is none.
func (w *fieldWatch) nearest() *candidate {
	var nearest *candidate
	for _, c := range w.candidates {
		if c.needsBoth && !(c.yes && c.no) {
			continue
		}
		if nearest == nil || c.missed < nearest.missed {
			nearest = c
		}
	}
	return nearest
}

// written returns how the values of the field are written where its own type is
// text, for a column whose type is known: nothing is chosen where that is in doubt.
func (w *fieldWatch) written() verdict {
	v := verdict{watch: w}
	if c := w.usual(); c != nil && !w.given {
		w.decide(&v, c)
	}
	return v
}

// looksLikePhone reports whether numbers with blanks among their digits all
// have the same number of digits and no decimals.
func (w *fieldWatch) looksLikePhone(c *candidate) bool {
	return c.typ == load.Integer && formatOf(c.notation).group == groupSpace && w.whole == 0 && w.values > 1 &&
		w.digitsLeast == w.digitsMost && w.digitsMost >= 7
}

// decide takes c, unless a rival reads the same values differently and
// nothing proves which of the two is right.
func (w *fieldWatch) decide(v *verdict, c *candidate) {
	for _, f := range w.conflictsOf(c) {
		if !f.proves() && w.likelier(f.other, c) != "" {
			c = f.other
			break
		}
	}
	var because []string
	for _, f := range w.conflictsOf(c) {
		likelier := w.likelier(c, f.other)
		switch {
		case f.mine.count > f.theirs.count*exceptionShare:
			v.proved = true
			if !c.number || len(because) == 0 { // other numbers only repeat it
				because = append(because, c.readBecause(f.mine.first))
			}
		case f.mine.count > 0:
			v.confidence = 0.5
			v.why = f.contrast()
			v.alternatives = nil
			return
		case c.order == dayFirst && f.other.order == monthFirst && strings.HasPrefix(c.skeleton, "#.#.#"):
			// No country puts the month first and points between.
			v.proved = true
			because = append(because, "day first as everywhere where points separate")
		case likelier != "":
			v.proved = true
			because = append(because, likelier)
		default:
			if len(v.alternatives) == 0 {
				v.alternatives = []*candidate{c}
				v.doubt = f.doubt.first
			}
			if !c.number || len(v.alternatives) == 1 { // other numbers only repeat the question
				v.alternatives = append(v.alternatives, f.other)
			}
		}
	}
	if len(v.alternatives) > 0 {
		v.confidence = 0.5
		v.why = "text, because " + v.doubt.String() + ", which may be " + v.contrasts()
		return
	}
	v.chosen = c
	v.why = w.fit(c, joinReasons(because))
	if c.missed > 0 {
		v.confidence -= min(0.2, 5*float64(c.missed)/float64(w.values))
	}
	if c.typ == load.Integer && c.missed == 0 && w.notBit.line == 0 && w.zero && w.one {
		if namesBoolean(w.name) {
			v.asBoolean = true
			v.confidence = min(v.confidence, 0.9)
			v.why = "boolean, because all values are 0 or 1 and the name says so, " + w.share(c)
		} else {
			v.why += "; all are 0 or 1, so it could be boolean"
		}
	}
}

// joinReasons joins the reasons for which a way of reading was taken, each once:
// "day first because line 2 is 14/3/26 and line 3 is 5/6/26".
func joinReasons(all []string) string {
	joined := ""
	for i, r := range all {
		what, why, _ := strings.Cut(r, " because ")
		switch {
		case joined == "":
			joined = r
		case slices.Contains(all[:i], r):
		case why != "" && strings.HasPrefix(joined, what+" because "):
			joined += " and " + why
		default:
			joined += ", " + r
		}
	}
	return joined
}

// A side is a conflict as one of the two candidates has it.
type side struct {
	*conflict
	other        *candidate
	mine, theirs proof
}

// proves reports whether there are values that only one of the two can read.
func (f *side) proves() bool { return f.mine.count+f.theirs.count > 0 }

// conflictsOf returns the rivals of c that read some values differently.
func (w *fieldWatch) conflictsOf(c *candidate) []side {
	var list []side
	for i := range w.conflicts {
		switch r := &w.conflicts[i]; {
		case !r.inDoubt():
		case r.a == c:
			list = append(list, side{r, r.b, r.onlyA, r.onlyB})
		case r.b == c:
			list = append(list, side{r, r.a, r.onlyB, r.onlyA})
		}
	}
	return list
}

// settleByNeighbours decides what a field alone leaves open by the other
// fields of the file, where those that prove anything agree.
func settleByNeighbours(verdicts []verdict) {
	var order, point decided
	for i := range verdicts {
		v := &verdicts[i]
		if v.chosen == nil {
			continue
		}
		switch {
		case v.chosen.order != "" && v.proved:
			order.add(v.chosen.order, v.watch.name)
		case v.chosen.number && v.watch.provesPoint(v.chosen):
			point.add(string(formatOf(v.chosen.notation).point), v.watch.name)
		}
	}
	for i := range verdicts {
		v := &verdicts[i]
		for _, c := range v.alternatives {
			by := decided{}
			if c.order != "" && c.order == order.what {
				by = order
			} else if c.number && string(formatOf(c.notation).point) == point.what {
				by = point
			}
			if by.what == "" || by.divided {
				continue
			}
			v.chosen, v.alternatives = c, nil
			v.confidence = 0.8
			v.why = v.watch.fit(c, c.readBecause(v.doubt)+", as in the field "+by.field)
			break
		}
	}
}

// A decided is what the fields of a file prove.
type decided struct {
	what, field string
	divided     bool // they prove different things
}

func (d *decided) add(what, field string) {
	if d.what == "" {
		d.what, d.field = what, field
	}
	d.divided = d.divided || d.what != what
}

// provesPoint reports whether the values can't have been written with the
// other decimal sign.
func (w *fieldWatch) provesPoint(chosen *candidate) bool {
	if chosen.typ == load.Integer && formatOf(chosen.notation).group != groupPoint && formatOf(chosen.notation).group != groupComma {
		return false
	}
	for _, c := range w.candidates {
		if c.number && formatOf(c.notation).point != formatOf(chosen.notation).point && c.missed <= chosen.missed {
			return false
		}
	}
	return true
}
