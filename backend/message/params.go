package message

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
)

// Params are the parameters of a text, by name: each is a string, an int64, a
// list or a [Text]. Their JSON is an object.
type Params []param

type param struct {
	name  string
	value any
}

// A list is the first of some texts. Its JSON is an array, or {"items", "more"}.
type list struct {
	Items []string `json:"items"`
	More  int64    `json:"more"` // how many others there are
}

// mostListed is how many items of a list are told.
const mostListed = 12

func newList(items []string) list {
	n := min(len(items), mostListed)
	return list{slices.Clone(items[:n]), int64(len(items) - n)}
}

func newParams(pairs []any) Params { return Params(nil).with(pairs) }

// with returns p with more parameters, as pairs of a name and a value.
func (p Params) with(pairs []any) Params {
	if len(pairs) == 0 {
		return p
	}
	p = append(make(Params, 0, len(p)+len(pairs)/2), p...)
	for i := 0; i+1 < len(pairs); i += 2 {
		p = append(p, param{pairs[i].(string), plain(pairs[i+1])})
	}
	return p
}

// plain returns a value as one of the types of parameters.
func plain(v any) any {
	switch v := v.(type) {
	case string, int64, Text:
		return v
	case []string:
		return newList(v)
	case int:
		return int64(v)
	default: // an error, a type
		return fmt.Sprint(v)
	}
}

func (p Params) get(name string) any {
	for i := range p {
		if p[i].name == name {
			return p[i].value
		}
	}
	return nil
}

// MarshalJSON implements json.Marshaler.
func (p Params) MarshalJSON() ([]byte, error) { return p.AppendJSON(nil), nil }

// AppendJSON appends the JSON of p to b.
func (p Params) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	for i, v := range p {
		if i > 0 {
			b = append(b, ',')
		}
		b = append(appendString(b, v.name), ':')
		switch v := v.value.(type) {
		case string:
			b = appendString(b, v)
		case int64:
			b = strconv.AppendInt(b, v, 10)
		case list:
			var text []byte // lists and texts always encode
			if text, _ = json.Marshal(v.Items); v.More > 0 {
				text, _ = json.Marshal(v)
			}
			b = append(b, text...)
		default:
			text, _ := json.Marshal(v)
			b = append(b, text...)
		}
	}
	return append(b, '}')
}

// appendString appends the JSON of a text, soon where nothing in it needs an
// escape.
func appendString(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			text, _ := json.Marshal(s) // a text always encodes
			return append(b, text...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}

// UnmarshalJSON implements json.Unmarshaler.
func (p *Params) UnmarshalJSON(b []byte) error {
	dec := json.NewDecoder(bytes.NewReader(b))
	if _, err := dec.Token(); err != nil { // the brace
		return err
	}
	*p = nil
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return err
		}
		var raw json.RawMessage
		if err := dec.Decode(&raw); err != nil {
			return err
		}
		v, err := decodeValue(raw)
		if err != nil {
			return err
		}
		*p = append(*p, param{fmt.Sprint(name), v})
	}
	return nil
}

func decodeValue(raw json.RawMessage) (v any, err error) {
	switch raw[0] {
	case '"':
		return decode[string](raw)
	case '[':
		items, err := decode[[]string](raw)
		return list{Items: items}, err
	case '{':
		if l, err := decode[list](raw); err != nil || l.More > 0 {
			return l, err
		}
		return decode[Text](raw)
	default:
		return decode[int64](raw)
	}
}

func decode[T any](raw json.RawMessage) (v T, err error) {
	err = json.Unmarshal(raw, &v)
	return v, err
}
