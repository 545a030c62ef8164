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

	"rialto/functions/contract"
	"rialto/functions/laboratory/recorded"
)

// show prints the bill beside the design's aims, and where one is missed, what is left to save.
func show(t *testing.T, bills []bill, m model, p contract.Prices) {
	t.Helper()
	fmt.Print("\nwhat a checkout costs, in process on virtual time\n\n", table(bills), "\n")
	aim, ok := new(big.Rat).SetString(m.Aims.USD)
	if !ok {
		t.Fatal("the aim in USD is no number")
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "order\tUSD counted\tUSD of modelled durations\tUSD\taim")
	var missed []bill
	for _, b := range bills {
		counted, modelled, err := b.cost(p)
		if err != nil {
			t.Fatal(err)
		}
		sum := new(big.Rat).Add(counted, modelled)
		if sum.Cmp(aim) > 0 {
			missed = append(missed, b)
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", b.name, counted.FloatString(8), modelled.FloatString(8), sum.FloatString(8),
			verdict(sum.Cmp(aim) <= 0, m.Aims.USD))
	}
	_ = w.Flush()
	for _, b := range missed {
		twice, _ := writes(b.calls)
		fmt.Printf("  floor of %s %s: every record within 1 KB, %d writes within transactions, which are charged\n"+
			"    twice (a line's hold, its stock and the hold's commit), and three writes of each payment\n",
			b.name, total(t, b.small(), p, aim, m.Aims.USD), twice)
	}

	showBeside(t, bills, p)

	one := bills[0]
	_, of := one.figures()
	chain := recorded.Depth(one.calls)
	wcu := of["write units"]
	fmt.Printf("\n%s against the design's aims\n", one.name)
	fmt.Printf("  sequential calls  %d, %s; floor of what is promised %d: one for each of %d functions that wait for each other, and %d more,\n"+
		"                    since each call to the gateway is written down before it is made and after it is answered\n",
		len(chain), verdict(len(chain) <= m.Aims.Sequential, fmt.Sprint(m.Aims.Sequential)), stations(chain)+one.gateway, stations(chain), one.gateway)
	twice, once := writes(one.calls)
	fmt.Printf("  write units       %g, %s; floor of what is promised %g: %d writes within transactions, which are charged twice, %d others,\n"+
		"                    and %g entries of indexes (due, by_customer), every record within 1 KB\n",
		wcu, verdict(wcu <= m.Aims.WCU, fmt.Sprint(m.Aims.WCU)), one.least(), twice, once, one.least()-float64(2*twice+once))
	fmt.Printf("  USD               %s; floor of this run %s: every record within 1 KB\n",
		total(t, one, p, aim, m.Aims.USD), total(t, one.small(), p, aim, m.Aims.USD))
	one.showCalls(chain)
	fmt.Printf("\nprices of %s; not confirmed by the service's own pages:", p.Looked)
	for _, what := range slices.Sorted(maps.Keys(p.Prices)) {
		if !p.Prices[what].Confirmed {
			fmt.Print(" ", what)
		}
	}
	fmt.Printf("\ndurations are modelled, not measured: %g ms a call to DynamoDB, %g ms a call to the gateway, "+
		"computing and dispatch free\n", m.DynamoDB, m.Gateway)
}

// showBeside prints what is no part of the aim: what the order sets in motion, and its share of what runs anyway.
func showBeside(t *testing.T, bills []bill, p contract.Prices) {
	t.Helper()
	fmt.Println("\nbeside it, in USD an order")
	for _, b := range bills {
		counted, modelled, err := costOf(p, b.after)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf(
			"  %-14s %s to tell others of it: %g stream records, %d events, %g functions started\n",
			b.name,
			counted.Add(counted, modelled).FloatString(8),
			b.after["dynamodb.stream_read_by_lambda"],
			b.events,
			b.after["lambda.request"],
		)
	}
	var f fixed
	load(t, "fixed-prod.json", &f)
	counted, modelled, err := costOf(p, f.Units)
	if err != nil {
		t.Fatal(err)
	}
	hour := counted.Add(counted, modelled)
	share := new(big.Rat).Quo(hour, new(big.Rat).SetFloat64(f.Orders/24))
	fmt.Printf(
		"  fixed          %s at %g orders a day: stage prod costs USD %s an hour whatever is sold\n",
		share.FloatString(8),
		f.Orders,
		hour.FloatString(2),
	)
}

// small is the bill if every record were within 1 KB.
func (b bill) small() bill {
	_, of := b.figures()
	b.counts = maps.Clone(b.counts)
	b.counts["dynamodb.write_unit"] -= of["write units"] - b.least()
	return b
}

func total(t *testing.T, b bill, p contract.Prices, aim *big.Rat, text string) string {
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

// writes counts the writes of transactions and the other ones.
func writes(calls []recorded.Call) (twice, once int) {
	for _, c := range calls {
		if c.Operation == "Transact" {
			twice += len(c.Writes)
		} else {
			once += len(c.Writes)
		}
	}
	return twice, once
}

// stations counts the functions along a chain of calls.
func stations(chain []recorded.Call) int {
	seen := map[string]bool{}
	for _, c := range chain {
		seen[c.Label] = true
	}
	return len(seen)
}

// showCalls prints the calls that wait for each other, and every write.
func (b bill) showCalls(chain []recorded.Call) {
	fmt.Println("\nthe sequence of", b.name)
	for n, c := range chain {
		fmt.Printf("  %2d  %-20s %-9s %s\n", n+1, c.Label, c.Operation, strings.Join(c.Tables, ", "))
	}
	fmt.Println("\nthe writes of", b.name)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "  function\tcall\twrite\ttable\tbytes before\tafter\twrite units")
	for _, c := range b.calls {
		for _, x := range c.Writes {
			fmt.Fprintf(w, "  %s\t%s\t%s\t%s\t%d\t%d\t%g\n", c.Label, c.Operation, x.Write, x.Table, x.Before, x.After, x.WCU)
		}
	}
	_ = w.Flush()
}
