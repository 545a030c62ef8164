package checkoutbill_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"text/tabwriter"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/contract"
	"rialto/functions/laboratory/recorded"
)

// model is testdata/model.json.
type model struct {
	Aims struct {
		Sequential int     `json:"sequential_calls"`
		WCU        float64 `json:"wcu"`
		USD        string  `json:"usd"`
	} `json:"aims"`
	Growth      float64 `json:"growth_percent"`
	After       float64 `json:"after_ms"` // of a function that publishes or takes an event
	DynamoDB    float64 `json:"dynamodb_ms"`
	SQS         float64 `json:"sqs_ms"`
	Gateway     float64 `json:"gateway_ms"`
	ExpressMB   float64 `json:"express_mb"`
	ExpressStep int64   `json:"express_step_ms"`
	Sealed      int     `json:"sealed_address_bytes"`
	Product     int     `json:"product_bytes"`
}

// bill is one checkout.
type bill struct {
	name        string
	calls       []recorded.Call // until the answer
	others      []string        // calls to other services until the answer
	timer       []recorded.Call // the timer's look afterwards
	counts      map[string]float64
	after       map[string]float64 // what the order sets in motion, by price
	events      int
	transitions int
	gateway     int // calls in a row
}

var orders = []struct {
	name           string
	lines, sellers int
	coupon         bool
}{{"one line", 1, 1, false}, {"five lines", 5, 1, false}, {"three sellers", 3, 3, false}, {"a coupon", 1, 1, true}}

func load(t *testing.T, file string, v any) {
	t.Helper()
	b, err := os.ReadFile("testdata/" + file)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func listPrices(t *testing.T) contract.Prices {
	t.Helper()
	p, err := contract.ListPrices()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func run(t *testing.T, m model) []bill {
	t.Helper()
	var out []bill
	for _, o := range orders {
		synctest.Test(t, func(t *testing.T) {
			s := open(t, m)
			cart := s.stock(o.lines, o.sellers, o.coupon)
			before := s.images()
			reply := s.checkout(cart)
			b := bill{name: o.name, calls: s.db.Calls(), others: slices.Clone(s.others), gateway: s.chain, transitions: s.transitions, counts: s.counts}
			b.after, b.events = s.aftermath(before)
			s.db.Reset()
			time.Sleep(checkout.Due)
			s.ring(reply.CheckoutID)
			b.timer = s.db.Calls()
			for _, c := range slices.Concat(b.calls, b.timer) {
				if !c.Exact || c.Refused || c.Failed || c.Ended == 0 {
					t.Errorf("no call of a smooth run: %+v", c)
				}
				b.counts["dynamodb.write_unit"] += c.WCU
				b.counts["dynamodb.read_unit"] += c.RCU
			}
			out = append(out, b)
		})
	}
	return out
}

// figures are what is compared and printed, in this order; no times, no prices.
func (b bill) figures() (names []string, of map[string]float64) {
	of = map[string]float64{}
	add := func(name string, n float64) { names, of[name] = append(names, name), n }
	add("sequential calls to DynamoDB", float64(len(recorded.Depth(b.calls))))
	add("sequential calls to the gateway", float64(b.gateway))
	add("calls to DynamoDB", float64(len(b.calls)))
	add("calls to the gateway", b.counts["gateway.call"])
	wcu, rcu := 0.0, 0.0
	for _, c := range b.calls {
		wcu, rcu = wcu+c.WCU, rcu+c.RCU
	}
	add("write units", wcu)
	add("read units", rcu)
	add("write units, if no record were over 1 KB", b.least())
	add("read units of the timer afterwards", b.counts["dynamodb.read_unit"]-rcu)
	add("state transitions", float64(b.transitions))
	add("executions", b.counts["states.request"])
	add("function invocations", b.counts["lambda.request"])
	add("requests to SQS", b.counts["sqs.request"])
	return names, of
}

// list is every call until the answer, function by function: service and operation, tables and units. An end-to-end
// test compares it with what the deployed functions record.
func (b bill) list() string {
	lines := slices.Clone(b.others)
	for _, c := range b.calls {
		lines = append(lines, fmt.Sprintf("%s DynamoDB %s %s %g", c.Label, c.Operation, strings.Join(c.Tables, ","), c.WCU+c.RCU))
	}
	slices.Sort(lines)
	return strings.Join(lines, "\n") + "\n"
}

func (b bill) least() (n float64) {
	for _, c := range b.calls {
		n += c.LeastWCU
	}
	return n
}

// cost is the checkout's, until its timer has looked. It is exact in USD: what counts cost, and what modelled durations
// cost. Whatever has no price is an error.
func (b bill) cost(p contract.Prices) (counted, modelled *big.Rat, err error) {
	return costOf(p, b.counts)
}

func costOf(p contract.Prices, counts map[string]float64) (counted, modelled *big.Rat, err error) {
	counted, modelled = new(big.Rat), new(big.Rat)
	for what, n := range counts {
		usd, err := p.USD(what, n)
		if err != nil {
			return nil, nil, err
		}
		if strings.Contains(what, ".gb_") {
			modelled.Add(modelled, usd)
		} else {
			counted.Add(counted, usd)
		}
	}
	return counted, modelled, nil
}

func table(bills []bill) string {
	var out bytes.Buffer
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', 0)
	fmt.Fprint(w, "figure")
	for _, b := range bills {
		fmt.Fprint(w, "\t", b.name)
	}
	fmt.Fprintln(w)
	names, _ := bills[0].figures()
	for _, name := range names {
		fmt.Fprint(w, name)
		for _, b := range bills {
			_, of := b.figures()
			fmt.Fprintf(w, "\t%g", of[name])
		}
		fmt.Fprintln(w)
	}
	_ = w.Flush()
	return out.String()
}

// TestBill compares the counts with the golden file. RIALTO_BENCH=1 prints the bill; RIALTO_GOLDEN=1 writes the
// golden file, for a change whose cost is meant.
func TestBill(t *testing.T) {
	var m model
	load(t, "model.json", &m)
	p := listPrices(t)
	bills := run(t, m)
	for _, b := range bills {
		if _, _, err := b.cost(p); err != nil {
			t.Fatal(err)
		}
	}
	now, calls := table(bills), bills[0].list()
	if os.Getenv("RIALTO_BENCH") != "" {
		show(t, bills, m, p)
	}
	if os.Getenv("RIALTO_GOLDEN") != "" {
		if err := errors.Join(os.WriteFile("testdata/bill.golden", []byte(now), 0o644),
			os.WriteFile("testdata/calls.golden", []byte(calls), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	if was, err := os.ReadFile("testdata/calls.golden"); err != nil || string(was) != calls {
		t.Errorf("the calls of %s are others now (%v):\n%s", bills[0].name, err, calls)
	}
	golden, err := os.ReadFile("testdata/bill.golden")
	if err != nil {
		t.Fatal(err)
	}
	for _, grown := range growth(t, string(golden), now, m.Growth) {
		t.Error(grown)
	}
	if t.Failed() {
		t.Error("if it is meant, say so: write testdata/bill.golden anew with RIALTO_GOLDEN=1 and commit it with the reason")
	}
}

func TestWhatHasNoPriceFails(t *testing.T) {
	t.Parallel()
	p := listPrices(t)
	if _, _, err := (bill{counts: map[string]float64{"kms.request": 1}}).cost(p); err == nil {
		t.Fatal("an unpriced call was free")
	}
	for what, price := range p.Prices {
		if price.Unit == "" || !strings.HasPrefix(price.Source, "https://") || p.Looked == "" {
			t.Errorf("%s has no unit, source or date", what)
		}
	}
}

func TestGrowthIsSeen(t *testing.T) {
	t.Parallel()
	const golden = "figure one line five lines three sellers a coupon\nwrite units 20 40 60 20\n"
	for now, want := range map[string]int{
		"figure\nwrite units 21 40 60 20\n":                  0, // 5% is allowed
		"figure\nwrite units 19 22 60 20\n":                  0,
		"figure\nwrite units 22 40 60 20\n":                  1,
		"figure\nwrite units 20 40 60 20\nnew one 1 1 1 1\n": 4,
		"figure\nread units 20 40 60 20\n":                   5, // four new, one gone
	} {
		if got := growth(t, golden, now, 5); len(got) != want {
			t.Errorf("%q: %q", now, got)
		}
	}
}

// growth lists the figures that are more than so many percent over the golden ones, or new, or gone.
func growth(t *testing.T, golden, now string, percent float64) (grown []string) {
	t.Helper()
	was, is := rows(t, golden), rows(t, now)
	for _, name := range slices.Sorted(maps.Keys(is)) {
		for n, v := range is[name] {
			if old := was[name]; n >= len(old) {
				grown = append(grown, fmt.Sprintf("%s: not in the golden file", name))
			} else if v > old[n]*(1+percent/100) {
				grown = append(grown, fmt.Sprintf("%s, %s: was %g, is %g, over %g%% more", name, orders[n].name, old[n], v, percent))
			}
		}
	}
	for name := range was {
		if is[name] == nil {
			grown = append(grown, name+": no longer counted")
		}
	}
	return grown
}

func rows(t *testing.T, s string) map[string][]float64 {
	t.Helper()
	out := map[string][]float64{}
	for _, line := range strings.Split(strings.TrimSpace(s), "\n")[1:] {
		f := strings.Fields(line)
		name := strings.Join(f[:len(f)-len(orders)], " ")
		for _, cell := range f[len(f)-len(orders):] {
			var v float64
			if _, err := fmt.Sscanf(cell, "%g", &v); err != nil {
				t.Fatalf("%q: %v", line, err)
			}
			out[name] = append(out[name], v)
		}
	}
	return out
}
