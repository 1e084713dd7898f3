package message

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A use is a place in the source where a text is asked for.
type use struct {
	at     token.Position
	ids    []ID
	params []string
	hint   bool // by WithHint: parameters of the note may be used too
}

// uses finds every call that asks for a text. The IDs and the names of
// parameters stand there as literals, so that they can be checked.
func uses(t *testing.T) []use {
	t.Helper()
	var all []use
	eachFile(t, func(files *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			f, ok := call.Fun.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			x, _ := f.X.(*ast.Ident)
			var ids, skip int
			switch ours := x != nil && x.Name == "message"; {
			case ours && f.Sel.Name == "New":
				ids = 2
			case ours && f.Sel.Name == "NewError":
				ids, skip = 2, 1
			case ours && (f.Sel.Name == "T" || f.Sel.Name == "ID"), f.Sel.Name == "WithHint":
				ids = 1
			default:
				return true
			}
			u := use{at: files.Position(call.Pos()), hint: f.Sel.Name == "WithHint"}
			for i, arg := range call.Args[skip:] {
				switch {
				case i < ids:
					if _, chosen := arg.(*ast.SelectorExpr); chosen && i == 1 {
						break // a hint without parameters, as an ID of somewhere else
					}
					if id := literal(t, u, arg); id != "" {
						u.ids = append(u.ids, ID(id))
					}
				case (i-ids)%2 == 0:
					u.params = append(u.params, literal(t, u, arg))
				}
			}
			if (len(call.Args)-skip-ids)%2 != 0 {
				t.Errorf("%s: a parameter has no value", u.at)
			}
			all = append(all, u)
			return true
		})
	})
	return all
}

// eachFile reads the source of the other packages, without tests.
func eachFile(t *testing.T, f func(*token.FileSet, *ast.File)) {
	t.Helper()
	files := token.NewFileSet()
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") || filepath.Dir(path) == "../message" {
			return err
		}
		file, err := parser.ParseFile(files, path, nil, 0)
		if err != nil {
			return err
		}
		f(files, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func literal(t *testing.T, u use, e ast.Expr) string {
	t.Helper()
	lit, ok := e.(*ast.BasicLit)
	if !ok {
		t.Errorf("%s: what a text or a parameter is called stands there as a literal", u.at)
		return ""
	}
	s, err := strconv.Unquote(lit.Value)
	if err != nil {
		t.Error(err)
	}
	return s
}

// Every ID that is used has a text, which gets just its parameters; and every
// text is used.
func TestUses(t *testing.T) {
	used := map[ID]bool{}
	for _, u := range uses(t) {
		var want []string
		for _, id := range u.ids {
			used[id] = true
			if texts[id] == nil {
				t.Errorf("%s: there is no text %q", u.at, id)
				continue
			}
			want = append(want, texts[id].template().paramNames()...)
		}
		for _, name := range u.params {
			if !slices.Contains(want, name) {
				t.Errorf("%s: %v have no parameter %q", u.at, u.ids, name)
			}
		}
		for _, name := range want {
			if !u.hint && !slices.Contains(u.params, name) {
				t.Errorf("%s: %v need the parameter %q", u.at, u.ids, name)
			}
		}
	}
	for id := range texts {
		if !used[id] {
			t.Errorf("the text %q is not used", id)
		}
	}
	if len(used) < 100 {
		t.Errorf("only %d texts are used", len(used))
	}
}

// What notes say comes from the catalogue: nothing outside of it sets a message or
// a hint to a text of its own.
func TestOwnTexts(t *testing.T) {
	for _, tt := range []struct {
		source string
		want   int
	}{
		{`n.Message = "a text"`, 1},
		{`n.Message, n.Hint = "a text", "a hint"`, 2},
		{`n.Hint += ": " + why`, 1},
		{`r.Note.Hint = fmt.Sprintf("%d more", n)`, 1},
		{`_ = &Fault{Code: c, Note: message.Note{Message: "a text", Hint: hint}}`, 1},
		{`n.Message, n.Hint = "", other.Hint`, 0},
		{`n.Message = message.New("only_header", "").Message`, 0},
		{`text.Message.ID = "x"`, 0},
		{`_ = problem{Hint: "of another kind"}`, 0},
	} {
		file, err := parser.ParseFile(token.NewFileSet(), "", "package p\nfunc f() { "+tt.source+" }", 0)
		if err != nil {
			t.Fatal(err)
		}
		if got := ownTexts(file); len(got) != tt.want {
			t.Errorf("%s: %d texts, want %d", tt.source, len(got), tt.want)
		}
	}
	eachFile(t, func(files *token.FileSet, file *ast.File) {
		for _, at := range ownTexts(file) {
			t.Errorf("%s: a message or a hint is set to a text that is not in the catalogue", files.Position(at))
		}
	})
}

// ownTexts returns where a file sets a Message or a Hint to an expression with a
// text in it, other than what names one of the catalogue.
func ownTexts(file *ast.File) []token.Pos {
	var found []token.Pos
	check := func(name string, value ast.Expr) {
		if name != "Message" && name != "Hint" {
			return
		}
		ast.Inspect(value, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.CallExpr:
				f, _ := n.Fun.(*ast.SelectorExpr)
				if f != nil {
					x, _ := f.X.(*ast.Ident)
					return f.Sel.Name != "WithHint" && (x == nil || x.Name != "message")
				}
			case *ast.BasicLit:
				if n.Kind == token.STRING && n.Value != `""` {
					found = append(found, value.Pos())
					return false
				}
			}
			return true
		})
	}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for i, to := range n.Lhs {
				if s, ok := to.(*ast.SelectorExpr); ok && len(n.Rhs) == len(n.Lhs) {
					check(s.Sel.Name, n.Rhs[i])
				}
			}
		case *ast.CompositeLit:
			for _, e := range n.Elts {
				pair, ok := e.(*ast.KeyValueExpr)
				if !ok || !holdsNote(n.Type) {
					continue
				}
				if key, ok := pair.Key.(*ast.Ident); ok {
					check(key.Name, pair.Value)
				}
			}
		}
		return true
	})
	return slices.Compact(found)
}

// holdsNote reports whether a type is a note, or has one, by its name.
func holdsNote(e ast.Expr) bool {
	if s, ok := e.(*ast.SelectorExpr); ok {
		e = s.Sel
	}
	name, ok := e.(*ast.Ident)
	return ok && slices.Contains([]string{"Note", "Reject", "Fault", "Refusal", "Warning", "Problem"}, name.Name)
}

var (
	flagLike = regexp.MustCompile(`(^|[^\w-])--?[a-z]+`)
	idLike   = regexp.MustCompile(`^[a-z][a-z0-9]*(_[a-z0-9]+)*$`)
)

// A text is part of a sentence, and names no screen but by settings.
func TestTexts(t *testing.T) {
	for id, e := range texts {
		text := e.template()
		s := string(appendParts(nil, text.parts, nil, func(Setting) string { return "SETTING" }))
		switch {
		case !idLike.MatchString(string(id)):
			t.Errorf("%s is no ID", id)
		case flagLike.MatchString(strings.ReplaceAll(s, "\"SETTING", "")):
			t.Errorf("%s names a flag: %s", id, s)
		case s != strings.TrimSpace(s), strings.HasSuffix(s, "."):
			t.Errorf("%s has blanks or a full stop at its end: %q", id, s)
		}
		for _, part := range text.parts {
			if part.setting != nil {
				t.Errorf("%s has a setting outside of an aside", id)
			}
			if part.aside != nil && len(collect(nil, part.aside, nil)) == 0 {
				t.Errorf("%s has an aside without a setting, which plain English leaves out", id)
			}
		}
	}
}

// The window has a name for every setting that a hint refers to.
func TestWindowNamesSettings(t *testing.T) {
	source, err := os.ReadFile("../../frontend/src/app/notice/settings.ts")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range SettingNames() {
		if !strings.Contains(string(source), fmt.Sprintf("\n  %s: ", name)) {
			t.Errorf("the window has no name for the setting %s", name)
		}
	}
}
