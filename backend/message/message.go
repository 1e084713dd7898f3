// Package message has what the program tells people: the English of every
// reject, problem, warning and error, by ID, in one catalogue.
//
// A [Note] is a message, perhaps with a hint, as plain English that names no
// screen; its [Origin], by which it can be told in other words or another
// language; and the settings that the hint is about, which each screen spells
// in its own way: the command line as flags, the window by its controls, the
// API by the names of its JSON.
package message

import (
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
)

// An ID names a text of the catalogue. IDs are part of the program's contract:
// they are never renamed.
type ID string

// A Note is a message for people, and a hint what to do. Its JSON is part of
// the program's contract.
type Note struct {
	Message string `json:"message"`        // in English
	Hint    string `json:"hint,omitempty"` // in English; may be empty
	Origin
	Settings []Setting `json:"settings,omitempty"` // those that the hint is about
}

// An Origin says which texts of the catalogue a note consists of. It is empty
// for a text that comes from elsewhere, such as a database.
type Origin struct {
	MessageID ID     `json:"messageId,omitempty" ts_type:"string"`
	HintID    ID     `json:"hintId,omitempty" ts_type:"string"`
	Params    Params `json:"params,omitempty" ts_type:"{[key: string]: any}"` // of both
}

// A Setting is what a hint refers to: one of a request, its plan, dialect or
// limits.
type Setting struct {
	Name  string  `json:"name"`            // as in the JSON of a request
	Value *string `json:"value,omitempty"` // what it may be set to; nil where the hint does not say
}

// A Speller returns how a screen spells a setting.
type Speller func(Setting) string

// New returns the note of a message and a hint, "" for none. The parameters of
// both follow as pairs of a name and a value: a text, a number, a list of texts
// or a [Text].
func New(id, hint ID, params ...any) Note {
	n := Note{Origin: Origin{MessageID: id, HintID: hint, Params: newParams(params)}}
	n.Message = textOf(id).english(n.Params)
	if hint != "" {
		t := textOf(hint)
		n.Hint, n.Settings = t.english(n.Params), t.settings(n.Params)
	}
	return n
}

// Foreign returns the note of a message that comes from elsewhere.
func Foreign(text string) Note { return Note{Message: text} }

// WithHint returns n with another hint, whose parameters are added to n's.
func (n Note) WithHint(hint ID, params ...any) Note {
	n.HintID = hint
	n.Params = n.Params.with(params)
	t := textOf(hint)
	n.Hint, n.Settings = t.english(n.Params), t.settings(n.Params)
	return n
}

// Pattern returns a text as it stands in the catalogue, to be documented: {name} for each
// parameter, and what it counts in the plural. Settings are as a screen spells them.
func Pattern(id ID, spell Speller) string {
	return string(appendParts(nil, inPlural(textOf(id).parts), nil, spell))
}

// inPlural returns parts with what they count as text.
func inPlural(parts []part) (all []part) {
	for _, part := range parts {
		part.aside = inPlural(part.aside)
		if part.aside == nil && part.text == "" && part.param == "" && part.setting == nil {
			continue
		}
		all = append(all, part)
		if n := len(part.forms); n > 0 {
			all = append(all, text(" "+part.forms[n-1]))
		}
	}
	return all
}

func text(s string) part { return part{text: s} }

// WithText returns n with a text as its hint, as [Note.WithHint] does; none has
// no ID.
func (n Note) WithText(t Text) Note {
	if t.ID == "" {
		return n
	}
	n.HintID = t.ID
	switch {
	case len(n.Params) == 0:
		n.Params = t.Params
	case len(t.Params) > 0:
		n.Params = slices.Concat(n.Params, t.Params)
	}
	n.Hint, n.Settings = textOf(t.ID).english(n.Params), textOf(t.ID).settings(n.Params)
	return n
}

// Spelled returns n with its settings as a screen spells them, in place.
func (n Note) Spelled(spell Speller) Note {
	n.Message, n.Hint = n.Origin.Spelled(n.Message, n.Hint, spell)
	return n
}

// Spelled returns a message and its hint as [Note.Spelled] does.
func (o Origin) Spelled(message, hint string, spell Speller) (string, string) {
	if e := texts[o.MessageID]; e != nil {
		message = e.template().spelled(o.Params, spell)
	}
	if e := texts[o.HintID]; e != nil {
		hint = e.template().spelled(o.Params, spell)
	}
	return message, hint
}

// HintSettings returns the settings that the hint is about.
func (o Origin) HintSettings() []Setting {
	if e := texts[o.HintID]; e != nil {
		return e.template().settings(o.Params)
	}
	return nil
}

// Hinted returns the hint in English, or otherwise where it comes from
// elsewhere.
func (o Origin) Hinted(otherwise string) string {
	if e := texts[o.HintID]; e != nil {
		return e.template().english(o.Params)
	}
	return otherwise
}

// String returns the message and the hint.
func (n Note) String() string {
	if n.Hint == "" {
		return n.Message
	}
	return n.Message + ": " + n.Hint
}

// Told returns n, of whatever it is a part of.
func (n Note) Told() Note { return n }

// A Text is a text of the catalogue as the parameter of another.
type Text struct {
	ID     ID     `json:"id"`
	Params Params `json:"params,omitempty"`
}

// T returns a text with its parameters, as [New] takes them.
func T(id ID, params ...any) Text { return Text{id, newParams(params)} }

func (t Text) String() string { return textOf(t.ID).english(t.Params) }

// An Error is a note as an error.
type Error struct {
	Note
	Err error // the cause, which the message may tell; may be nil
}

// NewError returns an error with the note of [New], and its cause.
func NewError(cause error, id, hint ID, params ...any) *Error {
	return &Error{New(id, hint, params...), cause}
}

func (e *Error) Error() string { return e.Note.String() }

func (e *Error) Unwrap() error { return e.Err }

// Notes returns the notes that an error consists of, in the order of its text.
func Notes(err error) []Note {
	if err == nil {
		return nil
	}
	if told, ok := err.(interface{ Told() Note }); ok {
		return []Note{told.Told()}
	}
	switch err := err.(type) { //nolint:errorlint // it walks what is wrapped itself
	case interface{ Unwrap() error }:
		return Notes(err.Unwrap())
	case interface{ Unwrap() []error }:
		var all []Note
		for _, e := range err.Unwrap() {
			all = append(all, Notes(e)...)
		}
		return all
	}
	return nil
}

// SpelledError returns the text of an error with the settings as a screen
// spells them.
func SpelledError(err error, spell Speller) string {
	return SpelledText(err.Error(), Notes(err), spell)
}

// SpelledText returns a text that consists of notes with the settings as a
// screen spells them.
func SpelledText(text string, notes []Note, spell Speller) string {
	for _, n := range notes {
		if plain := n.String(); n.HintID != "" {
			text = strings.Replace(text, plain, n.Spelled(spell).String(), 1)
		}
	}
	return text
}

// Of returns the note that an error is; one that comes from elsewhere where it
// says more than that, or something else.
func Of(err error) Note {
	if notes := Notes(err); len(notes) == 1 && notes[0].String() == err.Error() {
		return notes[0]
	}
	return Foreign(err.Error())
}

// Panic returns the error of p, which was recovered from a panic, with the stack.
func Panic(p any) error {
	return fmt.Errorf("the program has a mistake, please report it: %v\n%s", p, debug.Stack())
}

// PanicNote returns what a log may have of p, which was recovered from a panic, and the
// stack: what Go's runtime says, and of anything else the type alone.
func PanicNote(p any) (what, stack string) {
	what = fmt.Sprintf("%T", p)
	if err, ok := p.(error); ok {
		if own, ok := errors.AsType[runtime.Error](err); ok {
			what = own.Error()
		}
	}
	return what, string(debug.Stack())
}

// StackOf returns the stack in the text of an error by [Panic], which others may be joined
// with; "" for any other.
func StackOf(text string) string {
	begin, last := strings.LastIndex(text, "\ngoroutine "), strings.LastIndex(text, "\n\t") // the line of a place
	if begin < 0 || last < begin {
		return ""
	}
	line, _, _ := strings.Cut(text[last+1:], "\n")
	return text[begin+1:last+1] + line
}
