package functions

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

const (
	mostColumns = 150 // of a line; a tab counts as one
	mostLines   = 60  // of a function, its tables apart
)

// Every exported name has a doc comment, no line is over 150 columns but for raw strings, and no function over 60 lines. Seen to catch: the
// comment of tax.Assess taken away; a line of 151 columns; a test of 61 lines.
func TestTheCodeReads(t *testing.T) {
	t.Parallel()
	for _, dir := range []string{"../events", ".", "../infra", "../localstack", "../statemachines"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
				return err
			}
			source, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			files := token.NewFileSet()
			f, err := parser.ParseFile(files, path, source, parser.ParseComments|parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			whole := unbreakable(files, f)
			for n, line := range bytes.Split(source, []byte("\n")) {
				if columns := utf8.RuneCount(line); columns > mostColumns && !whole[n+1] {
					t.Errorf("%s:%d: %d columns, %d at most", path, n+1, columns, mostColumns)
				}
			}
			for _, d := range f.Decls {
				if f, ok := d.(*ast.FuncDecl); ok && codeLines(files, f) > mostLines {
					t.Errorf("%s: %s has %d lines of code, %d at most", files.Position(f.Pos()), f.Name.Name, codeLines(files, f), mostLines)
				}
				if !strings.HasSuffix(path, "_test.go") && f.Name.Name != "main" {
					for _, name := range undocumented(d) {
						t.Errorf("%s: %s has no doc comment", files.Position(name.Pos()), name.Name)
					}
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// unbreakable tells which lines hold a raw string, which is data or a field's tag and cannot be broken.
func unbreakable(files *token.FileSet, f *ast.File) map[int]bool {
	lines := map[int]bool{}
	ast.Inspect(f, func(n ast.Node) bool {
		if x, ok := n.(*ast.BasicLit); ok && strings.HasPrefix(x.Value, "`") {
			for k := files.Position(x.Pos()).Line; k <= files.Position(x.End()).Line; k++ {
				lines[k] = true
			}
		}
		return true
	})
	return lines
}

// codeLines counts a function's lines without those of the slices and maps that it spells out.
func codeLines(files *token.FileSet, f *ast.FuncDecl) int {
	span := func(n ast.Node) int { return files.Position(n.End()).Line - files.Position(n.Pos()).Line }
	lines := span(f) + 1
	ast.Inspect(f, func(n ast.Node) bool {
		switch x := n.(type) {
		case *ast.CompositeLit:
			switch x.Type.(type) {
			case *ast.ArrayType, *ast.MapType:
				lines -= span(x)
				return false
			}
		}
		return true
	})
	return lines
}

// undocumented lists the exported names of a declaration that no comment speaks of. A comment on a group speaks of all
// its names; methods of what is not exported, and those that an interface of this house or the language documents, need
// none.
func undocumented(d ast.Decl) []*ast.Ident {
	var names []*ast.Ident
	switch d := d.(type) {
	case *ast.FuncDecl:
		if d.Doc == nil && d.Name.IsExported() && receiverExported(d) && !slices.Contains(wellKnown, d.Name.Name) {
			names = append(names, d.Name)
		}
	case *ast.GenDecl:
		for _, s := range d.Specs {
			switch s := s.(type) {
			case *ast.TypeSpec:
				if d.Doc == nil && s.Doc == nil && s.Comment == nil && s.Name.IsExported() {
					names = append(names, s.Name)
				}
			case *ast.ValueSpec:
				for _, n := range s.Names {
					if d.Doc == nil && s.Doc == nil && s.Comment == nil && n.IsExported() {
						names = append(names, n)
					}
				}
			}
		}
	}
	return names
}

// wellKnown are methods whose interface says what they do.
var wellKnown = []string{"Error", "String", "Unwrap", "Is", "ServeHTTP", "MarshalJSON", "UnmarshalJSON", "Get", "GetMany", "Snapshot",
	"Query", "Apply", "Transact", "Scan"}

func receiverExported(d *ast.FuncDecl) bool {
	if d.Recv == nil {
		return true
	}
	t := d.Recv.List[0].Type
	if s, ok := t.(*ast.StarExpr); ok {
		t = s.X
	}
	if i, ok := t.(*ast.IndexExpr); ok {
		t = i.X
	}
	name, ok := t.(*ast.Ident)
	return ok && name.IsExported()
}
