package fulfillmenttrial_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"rialto/functions/contract"
	"rialto/functions/laboratory/schedule"
)

// mains is what each function's entry in its binary's table has to name: the same handler that the trial runs. The tables
// themselves are out of reach, as a main is imported by nobody, and what they wire is AWS's.
var mains = map[string]string{
	"inventory-ship":      "service(s).HandleEvent",
	"inventory-return":    "service(s).HandleEvent",
	"inventory-publish":   "inventorystore.Events",
	"payments-capture":    "s.HandleEvent",
	"payments-refund":     "s.HandleEvent",
	"payments-watch":      "w.HandleEvent",
	"payments-renew":      "w.Sweep",
	"payments-publish":    "paymentsstore.Events",
	"orders-publish":      "ordersstore.Events",
	"fulfillment-start":   "shipments(s).HandleEvent",
	"fulfillment-advance": "fulfillmentaws.Receive",
	"fulfillment-returns": "fulfillmentstore.ReturnEvents",
	"fulfillment-publish": "fulfillmentstore.Events",
	"fulfillment-overdue": "sweeper(s).Overdue",
	"payouts-book":        "ledger.HandleEvent",
	"payouts-run":         "service(s).Run",
}

// Every function that the contract wires to the events of these contexts, or to a schedule, is run by the trial with the
// handler that its main names. Seen to catch: a subscription of a function that the trial does not know; the stream of
// returns wired to the events of shipments in fulfillment's main.
func TestTheTrialIsWiredAsTheMainsAre(t *testing.T) {
	t.Parallel()
	p := (&trial{s: schedule.New(1, dawn)}).newProcess()
	derived, handlers, sweeps := p.derived(), p.handlers(), p.sweeps()
	for _, f := range slices.Concat(plan, scheduled) {
		if slices.Contains(outsiders, f.ID()) {
			continue
		}
		if derived[f.ID()] == nil && handlers[f.ID()] == nil && sweeps[f.ID()] == nil {
			t.Errorf("%s is in the contract, and the trial does not run it", f.ID())
		}
		if says := mains[f.ID()]; says == "" || !strings.Contains(entryOf(t, f), says) {
			t.Errorf("%s: its main does not wire %q", f.ID(), says)
		}
	}
}

// entryOf is the source of a function's entry in the table of its context's main, with what publish and with are given.
func entryOf(t *testing.T, f contract.Function) string {
	t.Helper()
	file := filepath.Join("..", "..", f.Context, "lambda", "main.go")
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	fset := token.NewFileSet()
	parsed, err := parser.ParseFile(fset, file, src, 0)
	if err != nil {
		t.Fatal(err)
	}
	text := func(n ast.Node) string {
		return string(src[fset.Position(n.Pos()).Offset:fset.Position(n.End()).Offset])
	}
	var entry string
	ast.Inspect(parsed, func(n ast.Node) bool {
		if kv, ok := n.(*ast.KeyValueExpr); ok && text(kv.Key) == `"`+f.Name+`"` {
			entry = text(kv.Value)
		}
		return true
	})
	for _, d := range parsed.Decls { // an entry may be a function of its own
		if fn, ok := d.(*ast.FuncDecl); ok && fn.Name.Name == entry {
			entry = text(fn)
		}
	}
	return entry
}

// The lists of those who hear elsewhere, or not at all, name what there is.
func TestOutsidersAreInTheContract(t *testing.T) {
	t.Parallel()
	var ids []string
	for _, f := range contract.Functions() {
		ids = append(ids, f.ID())
	}
	for _, id := range outsiders {
		if !slices.Contains(ids, id) {
			t.Errorf("there is no %s", id)
		}
	}
}
