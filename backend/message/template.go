package message

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// A template is a text of the catalogue. In it stand:
//
//	{name}                  a parameter: a number with separators, a list with
//	                        commas
//	{name:q}                in quotes
//	{name:d}                a number without separators
//	{name:or}               a list with "or" before the last
//	{name|record|records}   a number with what it counts: 1 record, 1,204 records
//	[ ({setting map=A=B})]  an aside for screens that spell settings; in plain
//	                        English there is none. A setting stands nowhere else.
type template struct {
	parts  []part
	static string // the English of a text without parameters
	fixed  bool
}

// A part is one of the things that stand in a template.
type part struct {
	text    string   // as it is, where the others are empty
	param   string   // a parameter
	verb    string   // how it is written
	forms   []string // what it counts
	aside   []part
	setting *settingPart
}

type settingPart struct {
	name  string
	given bool // with a value
	value []part
}

func parse(text string) *template {
	t := &template{parts: parseParts(text)}
	t.fixed = len(t.paramNames()) == 0
	for _, part := range t.parts {
		t.static += part.text
	}
	return t
}

func parseParts(text string) (parts []part) {
	for text != "" {
		i := strings.IndexAny(text, "{[")
		if i < 0 {
			return append(parts, part{text: text})
		}
		if i > 0 {
			parts = append(parts, part{text: text[:i]})
		}
		end := closing(text[i:])
		inner := text[i+1 : i+end]
		if text[i] == '[' {
			parts = append(parts, part{aside: parseParts(inner)})
		} else {
			parts = append(parts, parseBraces(inner))
		}
		text = text[i+end+1:]
	}
	return parts
}

// closing returns where the bracket is closed that s begins with.
func closing(s string) int {
	depth := 0
	for i := range len(s) {
		switch s[i] {
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i
			}
		}
	}
	panic(fmt.Sprintf("message: %q is not closed", s))
}

func parseBraces(inner string) part {
	if setting, ok := strings.CutPrefix(inner, "setting "); ok {
		name, value, given := strings.Cut(setting, "=")
		return part{setting: &settingPart{name, given, parseParts(value)}}
	}
	if name, forms, ok := strings.Cut(inner, "|"); ok {
		return part{param: name, forms: strings.Split(forms, "|")}
	}
	name, verb, _ := strings.Cut(inner, ":")
	return part{param: name, verb: verb}
}

// rooms has what texts are written into: each reject has its own.
var rooms = sync.Pool{New: func() any { return new([]byte) }}

// english returns the text in plain English.
func (t *template) english(p Params) string {
	if t.fixed {
		return t.static
	}
	room := rooms.Get().(*[]byte)
	defer rooms.Put(room)
	*room = appendParts((*room)[:0], t.parts, p, nil)
	return string(*room)
}

// spelled returns the text with the settings as a screen spells them.
func (t *template) spelled(p Params, spell Speller) string {
	return string(appendParts(nil, t.parts, p, spell))
}

func appendParts(b []byte, parts []part, p Params, spell Speller) []byte {
	for i := range parts {
		switch part := &parts[i]; {
		case part.text != "":
			b = append(b, part.text...)
		case part.aside != nil:
			if spell != nil {
				b = appendParts(b, part.aside, p, spell)
			}
		case part.setting != nil:
			for i, s := range part.setting.expand(p) {
				if i > 0 {
					b = append(b, " or "...)
				}
				b = append(b, spell(s)...)
			}
		default:
			b = part.append(b, p.get(part.param), spell)
		}
	}
	return b
}

// append appends the value of a parameter.
func (part *part) append(b []byte, value any, spell Speller) []byte {
	switch v := value.(type) {
	case string:
		if part.verb == "q" {
			return strconv.AppendQuote(b, v)
		}
		return append(b, v...)
	case int64:
		if part.verb == "d" {
			return strconv.AppendInt(b, v, 10)
		}
		b = append(b, Grouped(v)...)
		if len(part.forms) == 2 {
			form := part.forms[1]
			if v == 1 {
				form = part.forms[0]
			}
			b = append(append(b, ' '), form...)
		}
		return b
	case list:
		return part.appendList(b, v)
	case Text:
		return appendParts(b, textOf(v.ID).parts, v.Params, spell)
	}
	return append(append(append(b, '{'), part.param...), '}')
}

func (part *part) appendList(b []byte, l list) []byte {
	for i, item := range l.Items {
		switch {
		case i == 0:
		case part.verb == "or" && i == len(l.Items)-1 && l.More == 0:
			b = append(b, " or "...)
		default:
			b = append(b, ", "...)
		}
		if part.verb == "q" {
			b = strconv.AppendQuote(b, item)
		} else {
			b = append(b, item...)
		}
	}
	if l.More > 0 {
		b = append(b, " and "...)
		b = append(b, Grouped(l.More)...)
		b = append(b, " more"...)
	}
	return b
}

// expand returns the setting; one for each item where its value is a list.
func (s *settingPart) expand(p Params) []Setting {
	if !s.given {
		return []Setting{{Name: s.name}}
	}
	values := []string{""}
	for i := range s.value {
		part := s.value[i : i+1]
		l, ok := p.get(part[0].param).(list)
		if !ok {
			l.Items = []string{string(appendParts(nil, part, p, nil))}
		}
		var longer []string
		for _, item := range l.Items {
			for _, v := range values {
				longer = append(longer, v+item)
			}
		}
		values = longer
	}
	settings := make([]Setting, len(values))
	for i := range values {
		settings[i] = Setting{s.name, &values[i]}
	}
	return settings
}

// settings returns the settings in the asides of the text, and of texts in it.
func (t *template) settings(p Params) []Setting { return collect(nil, t.parts, p) }

func collect(all []Setting, parts []part, p Params) []Setting {
	for i := range parts {
		switch part := &parts[i]; {
		case part.setting != nil:
			all = append(all, part.setting.expand(p)...)
		case part.aside != nil:
			all = collect(all, part.aside, p)
		case part.param != "":
			if v, ok := p.get(part.param).(Text); ok {
				all = collect(all, textOf(v.ID).parts, v.Params)
			}
		}
	}
	return all
}

// paramNames returns the names of the text's parameters, each once.
func (t *template) paramNames() []string {
	names := namesIn(nil, t.parts)
	slices.Sort(names)
	return slices.Compact(names)
}

func namesIn(names []string, parts []part) []string {
	for _, part := range parts {
		switch {
		case part.param != "":
			names = append(names, part.param)
		case part.setting != nil:
			names = namesIn(names, part.setting.value)
		}
		names = namesIn(names, part.aside)
	}
	return names
}

// Grouped writes n with commas, as people read it.
func Grouped(n int64) string {
	s := strconv.FormatInt(n, 10)
	first := 0
	if n < 0 {
		first = 1
	}
	for i := len(s) - 3; i > first; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
