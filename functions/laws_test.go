// Package functions_test keeps the laws of the house. Beside each law stands the breakage that it was seen to catch.
//
//	1  a context has one name, in every folder
//	2  contexts meet along one acyclic table: roots, wiring and grants
//	3  a store belongs to its context
//	4  who sees whom: infra and localstack only the contract, the ground nothing above it
//	5  no float touches money
//	6  an error turns outward in three places only
//	7  time and randomness enter through parameters
//	8  no package is named util, common, types, models, helpers or manager
package functions_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"rialto/functions/contract"
)

type pkg struct {
	ImportPath   string
	Imports      []string
	TestImports  []string
	XTestImports []string
	Deps         []string
}

var all = sync.OnceValues(func() ([]pkg, error) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports,Deps", "./...")
	cmd.Dir = ".."
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, errors.New(stderr.String())
	}
	var ps []pkg
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p pkg
		if err := d.Decode(&p); err == io.EOF {
			return ps, nil
		} else if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
})

func packages(t *testing.T) []pkg {
	t.Helper()
	ps, err := all()
	if err != nil {
		t.Fatal(err)
	}
	return ps
}

// room returns the context that a package belongs to and what it is in it ("" for the root), or no context.
func room(path string) (context, part string) {
	rest, ok := strings.CutPrefix(path, "rialto/functions/")
	if !ok {
		return "", ""
	}
	context, part, _ = strings.Cut(rest, "/")
	if !known(context) {
		return "", ""
	}
	return context, part
}

// shared are the tables that are of no context: a package of functions/internal owns each (internal/ratelimit).
var shared = []string{"rate_limits"}

func known(name string) bool {
	return slices.ContainsFunc(contract.Contexts(), func(c contract.Context) bool { return c.Name == name })
}

// Law 1: a context's name is the same in every folder. Seen to catch: functions/orders renamed to
// functions/order; a function of a context that is no room.
func TestAContextHasOneName(t *testing.T) {
	t.Parallel()
	dirs, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range dirs {
		if d.IsDir() && !slices.Contains([]string{"internal", "contract", "laboratory"}, d.Name()) && !known(d.Name()) {
			t.Errorf("functions/%s is no context: list it in functions/contract/contexts.go", d.Name())
		}
	}
	deployed := map[string]bool{}
	for _, f := range contract.Functions() {
		deployed[f.Context] = true
		if !known(f.Context) {
			t.Errorf("function %s belongs to no context", f.ID())
		}
	}
	for _, table := range contract.Tables() {
		if !known(table.Context) && !(table.Context == "" && slices.Contains(shared, table.Name)) {
			t.Errorf("table %s belongs to no context", table.Name)
		}
	}
	for _, c := range contract.Contexts() {
		if _, err := os.Stat(c.Name + "/doc.go"); err != nil {
			t.Errorf("write functions/%s/doc.go: what it owns, its invariants, its events in and out", c.Name)
		}
		if _, err := os.Stat(c.Name + "/lambda/main.go"); err != nil && deployed[c.Name] {
			t.Errorf("write functions/%s/lambda/main.go, which wires the context's functions", c.Name)
		}
	}
	rooms, err := os.ReadDir("../events")
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range rooms {
		if d.IsDir() && !known(d.Name()) {
			t.Errorf("events/%s is no context", d.Name())
		}
	}
}

// Law 2: a context's root package imports no AWS and no HTTP, and other contexts' roots only along the table.
// Seen to catch: net/http in functions/tax; orders importing checkout.
func TestRootPackagesArePureAndTheTableIsKept(t *testing.T) {
	t.Parallel()
	above := map[string]bool{}
	for _, c := range contract.Contexts() {
		for _, m := range c.Imports {
			if !above[m] {
				t.Errorf("%s may import %s, which is no context that stands above it in functions/contract/contexts.go", c.Name, m)
			}
		}
		above[c.Name] = true
	}
	for _, p := range packages(t) {
		context, part := room(p.ImportPath)
		if context == "" || part != "" {
			continue
		}
		for _, d := range p.Deps {
			if d == "net/http" || strings.HasPrefix(d, "github.com/aws/") {
				t.Errorf("%s reaches %s", p.ImportPath, d)
			}
			other, otherPart := room(d)
			if other == "" || other == context {
				continue
			}
			if otherPart != "" {
				t.Errorf("%s reaches %s, which is no root package", p.ImportPath, d)
			}
			if slices.Contains(p.Imports, d) && other != "marketplaces" && !slices.Contains(allowed(context), other) {
				t.Errorf("the root of %s imports %s: name it in Imports of functions/contract/%s.go, if it stands above, or use an interface",
					context, other, context)
			}
		}
	}
}

func allowed(context string) []string {
	for _, c := range contract.Contexts() {
		if c.Name == context {
			return c.Imports
		}
	}
	return nil
}

// Law 2 in the wiring: what a context's parts import of other contexts, and the tables that its functions are granted,
// follow the registry's acyclic table; a table of another is written by name only. Seen to catch: catalog
// granted a read of offers; a grant on a table of another name; the pivot's redemptions left out of the names;
// reviews' read of fulfillment taken away.
func TestTheWiringKeepsTheTable(t *testing.T) {
	t.Parallel()
	above := map[string]bool{}
	owner := map[string]string{}
	for _, table := range contract.Tables() {
		owner[table.Name] = table.Context
	}
	for _, c := range contract.Contexts() {
		may := map[string]bool{c.Name: true, "marketplaces": true}
		for _, m := range slices.Concat(c.Imports, c.Reads) {
			may[m] = true
			if !above[m] {
				t.Errorf("%s may read %s, which is no context that stands above it in functions/contract/contexts.go", c.Name, m)
			}
		}
		above[c.Name] = true
		for _, p := range packages(t) {
			context, part := room(p.ImportPath)
			if context != c.Name || part == "" {
				continue
			}
			for _, i := range p.Imports {
				if other, _ := room(i); other != "" && !may[other] {
					t.Errorf("%s imports %s: name the context in Reads of functions/contract/%s.go, if it stands above", p.ImportPath, i, c.Name)
				}
			}
		}
		for _, f := range c.Functions {
			for _, g := range f.Grants {
				of, isTable := owner[g.Name]
				switch {
				case g.Access != contract.Read && g.Access != contract.Scan && g.Access != contract.Write && g.Access != contract.Append:
				case !isTable:
					t.Errorf("%s-%s is granted %s of a table %s: there is none; add it to functions/internal/tables",
						c.Name, f.Name, g.Access, g.Name)
				case of == "" || of == c.Name:
				case (g.Access == contract.Write || g.Access == contract.Append) && !slices.Contains(c.Writes, g.Name):
					t.Errorf("%s-%s writes %s, which is of %s and not named in the registry", c.Name, f.Name, g.Name, of)
				case g.Access != contract.Write && g.Access != contract.Append && !may[of]:
					t.Errorf("%s-%s reads %s of %s, which the registry does not let it read", c.Name, f.Name, g.Name, of)
				}
			}
		}
	}
}

// A context's binary has exactly the functions that the contract lists. Seen to catch: "api" misspelt in carts' main.
func TestTheBinariesHaveTheFunctions(t *testing.T) {
	t.Parallel()
	for _, c := range contract.Contexts() {
		if len(c.Functions) == 0 {
			continue
		}
		var want []string
		for _, f := range c.Functions {
			want = append(want, f.Name)
		}
		slices.Sort(want)
		if got := tableKeys(t, c.Name+"/lambda/main.go"); !slices.Equal(got, want) {
			t.Errorf("functions/%s/lambda/main.go has the functions %v, functions/contract/%s.go lists %v", c.Name, got, c.Name, want)
		}
	}
}

// A main is a table of functions and no more: 60 lines at most. What wires them stands in other files beside it, what they do
// in the context. Seen to catch: checkout's wiring back in its main.
func TestMainsOnlyWire(t *testing.T) {
	t.Parallel()
	const most = 60
	mains, err := filepath.Glob("*/lambda/main.go")
	if err != nil || len(mains) == 0 {
		t.Fatal(mains, err)
	}
	for _, path := range mains {
		source, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if lines := bytes.Count(source, []byte("\n")); lines > most {
			t.Errorf("functions/%s has %d lines, %d at most: move wiring to a file beside it, rules into the context", path, lines, most)
		}
	}
}

// tableKeys reads the keys of the entry.Table that a main spells out.
func tableKeys(t *testing.T, path string) (keys []string) {
	t.Helper()
	f, err := parser.ParseFile(token.NewFileSet(), path, overlaid(path), parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(f, func(n ast.Node) bool {
		lit, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		if of, ok := lit.Type.(*ast.SelectorExpr); !ok || of.Sel.Name != "Table" {
			return true
		}
		for _, e := range lit.Elts {
			if kv, ok := e.(*ast.KeyValueExpr); ok {
				if key, ok := kv.Key.(*ast.BasicLit); ok {
					keys = append(keys, strings.Trim(key.Value, `"`))
				}
			}
		}
		return false
	})
	slices.Sort(keys)
	return keys
}

// Law 3: a store belongs to its context. Others reach it from their wiring (lambda), and checkout's pivot alone
// joins several. Seen to catch: cartsapi importing cartsstore; ordersstore importing cartsstore.
func TestStoresBelongToTheirContext(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		context, part := room(p.ImportPath)
		if part == "lambda" || p.ImportPath == "rialto/functions/checkout/checkoutstore" {
			continue
		}
		for _, i := range p.Imports {
			other, otherPart := room(i)
			if !strings.HasSuffix(otherPart, "store") {
				continue
			}
			if other != context || part == "" || part == context+"api" {
				t.Errorf("%s imports %s: only the wiring (lambda) imports a store; give the service a small interface", p.ImportPath, i)
			}
		}
	}
}

// Law 4: infra, localstack and their tests see only contract, statemachines and events; contract reaches no store
// and no AWS SDK; functions/internal knows no context. Seen to catch: localstack importing functions/orders;
// contract importing ordersstore; internal/store importing functions/orders.
func TestWhoSeesWhom(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		outside := strings.HasPrefix(p.ImportPath, "rialto/infra") || strings.HasPrefix(p.ImportPath, "rialto/localstack")
		for _, i := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			if outside && strings.HasPrefix(i, "rialto/functions/") && !strings.HasPrefix(i, "rialto/functions/contract") {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
			if context, _ := room(i); context != "" && strings.HasPrefix(p.ImportPath, "rialto/functions/internal/") {
				t.Errorf("%s knows the context %s", p.ImportPath, context)
			}
		}
		if p.ImportPath == "rialto/functions/contract" {
			for _, d := range p.Deps {
				if _, part := room(d); strings.HasSuffix(part, "store") || d == "rialto/functions/internal/store" ||
					strings.HasPrefix(d, "github.com/aws/aws-sdk-go-v2") {
					t.Errorf("contract reaches %s", d)
				}
			}
		}
	}
}

// The instruments of proof stand in functions/laboratory and are no part of what is deployed: only tests, and packages
// that are nothing but tests' (trials, benches, fakes), reach them. Seen to catch: functions/tax/lambda importing
// laboratory/memory; inventorystore importing laboratory/schedule.
func TestTheLaboratoryIsApart(t *testing.T) {
	t.Parallel()
	const laboratory = "rialto/functions/laboratory"
	for _, p := range packages(t) {
		_, part := room(p.ImportPath)
		if strings.HasPrefix(p.ImportPath, laboratory) || strings.HasSuffix(part, "test") {
			continue
		}
		for _, d := range p.Deps {
			if strings.HasPrefix(d, laboratory) {
				t.Errorf("%s reaches %s", p.ImportPath, d)
			}
		}
	}
}

// No binary holds a template: where one is executed, the linker keeps every exported method of every type, and a client of AWS whole.
// (What runs none of it may import it: goose does.) Seen to catch: mails written by html/template, 3.2 MB of notifications' zip.
func TestBinariesHoldNoTemplates(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.ImportPath, "rialto/functions/") || strings.HasPrefix(p.ImportPath, "rialto/functions/laboratory") {
			continue
		}
		for _, i := range p.Imports {
			if i == "text/template" || i == "html/template" {
				t.Errorf("%s imports %s", p.ImportPath, i)
			}
		}
	}
}

// Nothing of the ground knows what stands on it: functions/internal reaches no contract. Seen to catch:
// internal/tables moved back to contract/tables.
func TestTheGroundIsTheGround(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if !strings.HasPrefix(p.ImportPath, "rialto/functions/internal/") {
			continue
		}
		for _, d := range p.Deps {
			if strings.HasPrefix(d, "rialto/") && !strings.HasPrefix(d, "rialto/functions/internal/") {
				t.Errorf("%s reaches up to %s", p.ImportPath, d)
			}
		}
	}
}

// Laws 5, 7 and 8, by a walk of the tree. Seen to catch: a float64 price in functions/offers; time.Now in
// functions/checkout/service.go; a package named util.
func TestTheTree(t *testing.T) {
	t.Parallel()
	banned := []string{"util", "utils", "common", "types", "models", "helpers", "manager"}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, overlaid(path), parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		if slices.Contains(banned, f.Name.Name) {
			t.Errorf("%s: a package is named %s", path, f.Name.Name)
		}
		context, part := room("rialto/functions/" + filepath.ToSlash(filepath.Dir(path)))
		if strings.HasSuffix(part, "test") { // fakes for tests
			return nil
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch x := n.(type) {
			case *ast.Ident:
				money := context != "" && !slices.Contains([]string{"search", "recommendations"}, context) || strings.HasPrefix(path, "internal/money")
				if money && part != "lambda" && (x.Name == "float64" || x.Name == "float32") {
					t.Errorf("%s: %s where money is", path, x.Name)
				}
			case *ast.SelectorExpr:
				if p, ok := x.X.(*ast.Ident); ok && context != "" && part != "lambda" && p.Name == "time" &&
					slices.Contains([]string{"Now", "Since", "Until", "Sleep"}, x.Sel.Name) {
					t.Errorf("%s: time.%s; time enters through parameters", path, x.Sel.Name)
				}
			case *ast.ImportSpec:
				if context != "" && part != "lambda" && slices.Contains([]string{`"crypto/rand"`, `"math/rand"`, `"math/rand/v2"`}, x.Path.Value) {
					t.Errorf("%s: imports %s; randomness enters through parameters", path, x.Path.Value)
				}
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// overlaid is the text that a mutant has in a file's place, nil for none (laboratory/mutants).
func overlaid(path string) any {
	list, err := os.ReadFile(os.Getenv("RIALTO_OVERLAY"))
	if err != nil {
		return nil
	}
	var o struct{ Replace map[string]string }
	full, err := filepath.Abs(path)
	if json.Unmarshal(list, &o) != nil || err != nil || o.Replace[full] == "" {
		return nil
	}
	text, err := os.ReadFile(o.Replace[full])
	if err != nil {
		return nil
	}
	return text
}

// Law 6: an error turns outward in three places only. Seen to catch: messages.InvokeResponse_Error built in
// functions/tax/lambda. The function that localstack/checks/conformance scripts is none of ours.
func TestErrorsLeaveInThreePlaces(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		if slices.Contains(p.Imports, "github.com/aws/aws-lambda-go/lambda/messages") && p.ImportPath != "rialto/functions/internal/saga" &&
			p.ImportPath != "rialto/localstack/checks/conformance/scripted" {
			t.Errorf("%s names a Step Functions error; package saga does", p.ImportPath)
		}
	}
}

// The top level holds nothing else. Seen to catch: a folder scripts/.
func TestTheTopLevel(t *testing.T) {
	t.Parallel()
	want := []string{"LICENSE", "Makefile", "README.md", "events", "functions", "go.mod", "go.sum", "infra", "localstack", "statemachines"}
	entries, err := os.ReadDir("..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(want, e.Name()) {
			t.Errorf("%s does not belong on the top level", e.Name())
		}
	}
}
