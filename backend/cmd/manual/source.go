package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"net/http"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"linefeed/backend/message"
)

// textID is an ID that was read and is not asked for, as the tests of the catalogue tell them apart.
type textID = message.ID

// A source is what the program's source says of its messages: their groups, with which hints they
// are told, and under which codes.
type source struct {
	groups []group
	hints  map[message.ID][]message.ID // of each message that is told, in the order of the source
	under  map[string][]message.ID     // of each code the messages, the same way
	codes  []codeOf
	advice map[string][]message.ID // hints by the members that have them

	refusals []refusal         // of the API, with words of their own
	named    map[string]string // the codes by the names of their constants
}

// A group are the texts of a file of the catalogue.
type group struct {
	name string // of its variable
	ids  []message.ID
}

// A codeOf is the code of a reject or a warning.
type codeOf struct {
	code    string
	warning bool
}

// A refusal is an answer of the API that is an error and comes from no import.
type refusal struct {
	status     int
	says, hint string
}

// readSource reads the Go source below backend in root, without tests.
func readSource(root string) (*source, error) {
	s := &source{hints: map[message.ID][]message.ID{}, under: map[string][]message.ID{}, named: map[string]string{}, advice: map[string][]message.ID{}}
	var files []*ast.File
	err := filepath.WalkDir(filepath.Join(root, "backend"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		switch {
		case strings.HasPrefix(d.Name(), "english_"):
			s.readGroup(file)
		case !slices.Contains([]string{"message", "manual", "targettest", "sample"}, filepath.Base(filepath.Dir(path))):
			files = append(files, file)
		}
		return nil
	})
	for _, file := range files {
		s.readCodes(file)
	}
	for _, file := range files {
		for _, d := range file.Decls {
			s.readUses(d)
		}
	}
	slices.SortFunc(s.refusals, func(a, b refusal) int {
		return cmp.Or(cmp.Compare(a.status, b.status), cmp.Compare(a.says, b.says), cmp.Compare(a.hint, b.hint))
	})
	s.refusals = slices.Compact(s.refusals)
	slices.SortFunc(s.codes, func(a, b codeOf) int { return cmp.Compare(a.code, b.code) })
	s.codes = slices.Compact(s.codes)
	return s, err
}

func (s *source) readGroup(file *ast.File) {
	for _, d := range file.Decls {
		texts, ok := d.(*ast.GenDecl)
		if !ok || texts.Tok != token.VAR {
			continue
		}
		of := texts.Specs[0].(*ast.ValueSpec)
		g := group{name: of.Names[0].Name}
		for _, pair := range of.Values[0].(*ast.CompositeLit).Elts {
			g.ids = append(g.ids, textID(textOf(pair.(*ast.KeyValueExpr).Key)))
		}
		s.groups = append(s.groups, g)
	}
}

// readCodes finds the constants of codes, and warnings whose code is a literal.
func (s *source) readCodes(file *ast.File) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ValueSpec:
			for i, name := range n.Names {
				warning := strings.HasPrefix(name.Name, "Warn")
				kind, _ := n.Type.(*ast.Ident)
				if i >= len(n.Values) || !warning && (kind == nil || kind.Name != "Code") {
					continue
				}
				if code := textOf(n.Values[i]); code != "" {
					s.named[name.Name] = code
					s.codes = append(s.codes, codeOf{code, warning})
				}
			}
		case *ast.CompositeLit:
			if code := textOf(member(n, "Code")); code != "" {
				s.codes = append(s.codes, codeOf{code, true})
			}
		case *ast.KeyValueExpr:
			key, _ := n.Key.(*ast.Ident)
			if call, ok := n.Value.(*ast.CallExpr); ok && key != nil {
				if name, args := texts(call); name == "ID" {
					s.advice[key.Name] = append(s.advice[key.Name], textID(textOf(args[0])))
				}
			}
		}
		return true
	})
}

// readUses finds the messages that a declaration tells. One whose hint is added to it may have any
// that is made in the block that makes it.
func (s *source) readUses(d ast.Decl) {
	type made struct {
		id    message.ID
		block ast.Node
	}
	var open, later []made // messages without a hint, and hints with each block around them
	var above []ast.Node
	ast.Inspect(d, func(n ast.Node) bool {
		if n == nil {
			above = above[:len(above)-1]
			return true
		}
		above = append(above, n)
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		s.readRefusal(call)
		name, args := texts(call)
		switch name {
		case "New", "NewError":
			id, hint := textID(textOf(args[0])), textID(textOf(args[1]))
			if id == "" {
				break
			}
			s.tell(id, hint)
			if field, ok := args[1].(*ast.SelectorExpr); ok { // one of several, as who asks says
				for _, hint := range s.advice[field.Sel.Name] {
					s.tell(id, hint)
				}
			} else if hint == "" {
				open = append(open, made{id, innermost(above)})
			}
			if code := s.codeAbove(above); code != "" && !slices.Contains(s.under[code], id) {
				s.under[code] = append(s.under[code], id)
			}
		case "T", "WithHint":
			if hint := textID(textOf(args[0])); hint != "" {
				for _, n := range above {
					later = append(later, made{hint, n})
				}
			}
		case "":
			s.pairArguments(call)
		}
		return true
	})
	for _, m := range open {
		for _, hint := range later {
			if hint.block == m.block && hint.id != m.id {
				s.tell(m.id, hint.id)
			}
		}
	}
}

var verb = regexp.MustCompile(`%[a-z]`)

// readRefusal takes down what a call of the API's refuse says.
func (s *source) readRefusal(call *ast.CallExpr) {
	f, ok := call.Fun.(*ast.Ident)
	if !ok || f.Name != "refuse" || len(call.Args) < 3 {
		return
	}
	named, ok := call.Args[0].(*ast.SelectorExpr)
	says := strings.ReplaceAll(verb.ReplaceAllString(textOf(call.Args[2]), "…"), `"`, "")
	if !ok || strings.Trim(says, "… ") == "" {
		return // another status, or the words of something else
	}
	for status := 400; status < 600; status++ {
		if "Status"+strings.ReplaceAll(http.StatusText(status), " ", "") == named.Sel.Name {
			s.refusals = append(s.refusals, refusal{status, says, textOf(call.Args[1])})
		}
	}
}

// texts returns how a call asks for texts, "" for one that does not, and the arguments from the
// first ID on.
func texts(call *ast.CallExpr) (string, []ast.Expr) {
	f, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return "", nil
	}
	x, _ := f.X.(*ast.Ident)
	ours := x != nil && x.Name == "message"
	switch name := f.Sel.Name; {
	case ours && name == "NewError":
		return name, call.Args[1:]
	case ours && slices.Contains([]string{"New", "T", "ID"}, name), name == "WithHint":
		return name, call.Args
	}
	return "", nil
}

// innermost returns the block, or else the declaration, in which something stands.
func innermost(above []ast.Node) ast.Node {
	for _, n := range slices.Backward(above) {
		switch n.(type) {
		case *ast.BlockStmt, *ast.CaseClause:
			return n
		}
	}
	return nil // hints of the others are no hints of it
}

// pairArguments pairs the message and the hint that a function is given.
func (s *source) pairArguments(call *ast.CallExpr) {
	var id, hint message.ID
	for _, arg := range call.Args {
		if part, ok := arg.(*ast.CallExpr); ok {
			switch name, args := texts(part); name {
			case "New":
				id = textID(textOf(args[0]))
			case "ID":
				hint = textID(textOf(args[0]))
			}
		}
	}
	if id != "" && hint != "" {
		s.tell(id, hint)
	}
}

func (s *source) tell(id, hint message.ID) {
	hints := s.hints[id]
	if hint != "" && !slices.Contains(hints, hint) {
		hints = append(hints, hint)
	}
	s.hints[id] = hints
}

// codeAbove returns the code of what a message stands in: a literal that has it, a call that is
// given it, or a block that sets it.
func (s *source) codeAbove(above []ast.Node) string {
	for _, n := range slices.Backward(above) {
		var code string
		switch n := n.(type) {
		case *ast.CompositeLit:
			if e := member(n, "Code"); e != nil {
				code = cmp.Or(textOf(e), s.codeOf(e))
			}
		case *ast.CallExpr:
			for _, arg := range n.Args {
				code = cmp.Or(code, s.codeOf(arg))
			}
		case *ast.BlockStmt:
			code = s.codeSet(n.List)
		case *ast.CaseClause:
			code = s.codeSet(n.Body)
		}
		if code != "" {
			return code
		}
	}
	return ""
}

// codeSet returns the code that statements give to something.
func (s *source) codeSet(list []ast.Stmt) (code string) {
	for _, stmt := range list {
		set, ok := stmt.(*ast.AssignStmt)
		if !ok || len(set.Lhs) != len(set.Rhs) {
			continue
		}
		for i, to := range set.Lhs {
			if f, ok := to.(*ast.SelectorExpr); ok && f.Sel.Name == "Code" {
				code = cmp.Or(code, s.codeOf(set.Rhs[i]))
			}
		}
	}
	return code
}

// codeOf returns the code that a constant is.
func (s *source) codeOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return s.named[e.Sel.Name]
	case *ast.Ident:
		return s.named[e.Name]
	}
	return ""
}

// member returns what a literal gives to a member, nil for nothing.
func member(literal *ast.CompositeLit, name string) ast.Expr {
	for _, e := range literal.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			if key, ok := pair.Key.(*ast.Ident); ok && key.Name == name {
				return pair.Value
			}
		}
	}
	return nil
}

// textOf returns the text that a literal is, "" for anything else.
func textOf(e ast.Expr) string {
	literal, ok := e.(*ast.BasicLit)
	if !ok || literal.Kind != token.STRING {
		return ""
	}
	text, err := strconv.Unquote(literal.Value)
	if err != nil {
		panic(err) // it was parsed
	}
	return text
}
