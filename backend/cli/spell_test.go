package cli

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"linefeed/backend/message"
)

// A shell and the flag understand what a hint says to type.
func TestFlag(t *testing.T) {
	for _, tt := range [][2]string{
		{"a=b", "--map a=b"},
		{"a=", "--map a="},
		{"a b=c", "--map 'a b=c'"},
		{"it's=c", `--map 'it'\''s=c'`},
		{"a,b=c", `--map '"a,b=c"'`},
		{`5"=c`, `--map '"5""=c"'`},
	} {
		if got := flag(message.Setting{Name: "map", Value: &tt[0]}); got != tt[1] {
			t.Errorf("%s: %s, want %s", tt[0], got, tt[1])
		}
	}
	none := ""
	if got := flag(message.Setting{Name: "null", Value: &none}); got != "--null ''" {
		t.Error(got)
	}
}

// Every setting that a hint may mention is a flag, of import or of the command whose hint it
// is.
func TestEverySettingIsAFlag(t *testing.T) {
	known := map[string]bool{}
	p := &program{}
	others := map[string]*cobra.Command{"changed": p.resumeCommand(), "unsure": p.resumeCommand(), "partly": p.undoCommand()}
	for _, name := range message.SettingNames() {
		of, other := others[name]
		if !other {
			of = p.importCommand()
		}
		f := of.Flags().Lookup(strings.TrimPrefix(flag(message.Setting{Name: name}), "--"))
		if known[name] = true; f == nil {
			t.Errorf("%s is no flag", name)
		}
	}
	if len(known) == 0 {
		t.Error("there are no settings")
	}
}
