package message

import (
	"slices"
	"sync/atomic"
)

// texts is the catalogue.
var texts = catalogue(
	jobTexts, planTexts, fileTexts, valueTexts, momentTexts, formatTexts, databaseTexts, storeTexts, serverTexts, postgresTexts, mysqlTexts,
	mendTexts, undoTexts, profileTexts, setTexts, accessTexts, signinTexts,
)

// An entry is a text of the catalogue, which is parsed when it is first used: most commands
// use few, and all of them would take a good part of the program's start.
type entry struct {
	text   string
	parsed atomic.Pointer[template]
}

func (e *entry) template() *template {
	t := e.parsed.Load()
	if t == nil {
		t = parse(e.text)
		e.parsed.Store(t)
	}
	return t
}

func catalogue(all ...map[ID]string) map[ID]*entry {
	entries := map[ID]*entry{}
	for _, some := range all {
		for id, text := range some {
			if entries[id] != nil {
				panic("message: two texts are called " + string(id))
			}
			entries[id] = &entry{text: text}
		}
	}
	return entries
}

// textOf returns a text; one that is not in the catalogue is its ID.
func textOf(id ID) *template {
	if e := texts[id]; e != nil {
		return e.template()
	}
	return &template{static: string(id), fixed: true, parts: []part{{text: string(id)}}}
}

// SettingNames returns the names of all settings that hints refer to, each once.
func SettingNames() []string {
	var names []string
	for _, e := range texts {
		for _, s := range e.template().settings(nil) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
