package message

import "slices"

// texts is the catalogue.
var texts = compile(
	jobTexts, planTexts, fileTexts, valueTexts, momentTexts, formatTexts, databaseTexts, storeTexts, serverTexts, postgresTexts, mysqlTexts,
	mendTexts, undoTexts, profileTexts, setTexts, accessTexts, signinTexts,
)

func compile(all ...map[ID]string) map[ID]*template {
	compiled := map[ID]*template{}
	for _, some := range all {
		for id, text := range some {
			if compiled[id] != nil {
				panic("message: two texts are called " + string(id))
			}
			compiled[id] = parse(text)
		}
	}
	return compiled
}

// textOf returns a text; one that is not in the catalogue is its ID.
func textOf(id ID) *template {
	if t := texts[id]; t != nil {
		return t
	}
	return &template{static: string(id), fixed: true, parts: []part{{text: string(id)}}}
}

// SettingNames returns the names of all settings that hints refer to, each once.
func SettingNames() []string {
	var names []string
	for _, t := range texts {
		for _, s := range t.settings(nil) {
			names = append(names, s.Name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
