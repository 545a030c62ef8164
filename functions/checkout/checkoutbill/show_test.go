package checkoutbill_test

import (
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"rialto/functions/internal/store"
)

// show prints the bill beside the design's aims, and where one is missed, what is left to save.
func show(t *testing.T, bills []bill, m model, p prices) {
	t.Helper()
	fmt.Print("\nwhat a checkout costs, in process on virtual time\n\n", table(bills), "\n")
	aim, ok := new(big.Rat).SetString(m.Aims.USD)
	if !ok {
		t.Fatal("the aim in USD is no number")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "order\tUSD counted\tUSD of modelled durations\tUSD\taim")
	for _, b := range bills {
		counted, modelled, err := b.cost(p)
		if err != nil {
			t.Fatal(err)
		}
		sum := new(big.Rat).Add(counted, modelled)
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", b.name, counted.FloatString(8), modelled.FloatString(8), sum.FloatString(8), verdict(sum.Cmp(aim) <= 0, m.Aims.USD))
	}
	_ = w.Flush()

	one := bills[0]
	_, of := one.figures()
	chain := store.Depth(one.calls)
	wcu := of["write units"]
	fmt.Printf("\n%s against the design's aims\n", one.name)
	fmt.Printf("  sequential calls  %d, %s; floor of this machine %d: one for each function that waits for the one before\n", len(chain), verdict(len(chain) <= m.Aims.Sequential, fmt.Sprint(m.Aims.Sequential)), stations(chain))
	fmt.Printf("  write units       %g, %s; floor of these writes %g: every record within 1 KB\n", wcu, verdict(wcu <= m.Aims.WCU, fmt.Sprint(m.Aims.WCU)), one.least())
	small := one
	small.counts = maps.Clone(one.counts)
	small.counts["dynamodb.write_unit"] -= wcu - one.least()
	fmt.Printf("  USD               %s; floor of this run %s: every record within 1 KB\n", total(t, one, p, aim, m.Aims.USD), total(t, small, p, aim, m.Aims.USD))
	fmt.Println("\nthe sequence of", one.name)
	for n, c := range chain {
		fmt.Printf("  %2d  %-20s %-9s %s\n", n+1, c.Label, c.Operation, strings.Join(c.Tables, ", "))
	}
	fmt.Println("\nthe writes of", one.name)
	w = tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  function\tcall\twrite\ttable\tbytes before\tafter\twrite units")
	for _, c := range one.calls {
		for _, x := range c.Writes {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%d\t%d\t%g\n", c.Label, c.Operation, x.Write, x.Table, x.Before, x.After, x.WCU)
		}
	}
	_ = w.Flush()
	fmt.Printf("\nprices of %s; not confirmed by the service's own pages:", p.Looked)
	for _, what := range slices.Sorted(maps.Keys(p.Prices)) {
		if !p.Prices[what].Confirmed {
			fmt.Print(" ", what)
		}
	}
	fmt.Printf("\ndurations are modelled, not measured: %g ms a call to DynamoDB, %g ms a call to the gateway, computing and dispatch free\n", m.DynamoDB, m.Gateway)
}

func total(t *testing.T, b bill, p prices, aim *big.Rat, text string) string {
	t.Helper()
	counted, modelled, err := b.cost(p)
	if err != nil {
		t.Fatal(err)
	}
	sum := counted.Add(counted, modelled)
	return sum.FloatString(8) + ", " + verdict(sum.Cmp(aim) <= 0, text)
}

func verdict(met bool, aim string) string {
	if met {
		return "aim " + aim
	}
	return "MISSES its aim " + aim
}

// stations counts the functions along a chain of calls.
func stations(chain []store.Call) int {
	seen := map[string]bool{}
	for _, c := range chain {
		seen[c.Label] = true
	}
	return len(seen)
}
