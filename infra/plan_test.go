package infra

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"rialto/functions/contract"
)

// The plan is the counted calls times the demand, and says so of what breaks first. Seen to catch: an order's events left out.
func TestThePlanAddsUpWhatIsCounted(t *testing.T) {
	t.Parallel()
	uses, err := contract.UseCases()
	if err != nil {
		t.Fatal(err)
	}
	order, cart := uses["checkout"], uses["cart"]
	p, err := NewPlan(Demand{Orders: 1_000}, 10)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{
		"payment gateway":    1_000 * order.Counts["gateway.call"],
		"SNS":                1_000 * (order.After["sns.request"] + cartsPerOrder*cart.After["sns.request"]),
		"DynamoDB, orders":   1_000 * order.Writes["orders"],
		"API Gateway":        1_000 * (1 + quotesPerOrder + cartsPerOrder),
		"DynamoDB, carts":    1_000 * (order.Writes["carts"] + cartsPerOrder*cart.Writes["carts"]),
		"SQS, standard":      1_000 * (order.Counts["sqs.request"] + order.After["sqs.request"] + cartsPerOrder*cart.After["sqs.request"]),
		"OpenSearch":         0,
		"DynamoDB, payments": 1_000 * order.Writes["payments"],
	}
	for _, l := range p.Loads {
		if n, ok := want[l.Resource]; ok && (n != l.Needed || n == 0 && l.Resource != "OpenSearch") {
			t.Errorf("%s: %g %s, want %g", l.Resource, l.Needed, l.Unit, n)
		}
		delete(want, l.Resource)
	}
	if len(want) > 0 {
		t.Error("not in the plan:", want)
	}
	if p.Loads[0].Resource != "payment gateway" || p.Loads[1].Resource != "Lambda" {
		t.Errorf("first to break: %+v", p.Loads[:2])
	}
	twice, err := NewPlan(Demand{Orders: 2_000}, 10)
	if err != nil || new(big.Rat).Mul(p.Hour, big.NewRat(2, 1)).Cmp(twice.Hour) != 0 || twice.Cells < p.Cells {
		t.Error("twice the orders do not cost twice as much:", p.Hour, twice.Hour, err)
	}
	var out strings.Builder
	p.Print(&out)
	for _, f := range []string{"inventory-hold", "payments-authorize", "checkout-place"} {
		if !strings.Contains(out.String(), f) {
			t.Error("the plan warms no", f)
		}
	}
}

// Every use case calls deployed functions and known tables.
func TestUseCasesAreOfTheContract(t *testing.T) {
	t.Parallel()
	uses, err := contract.UseCases()
	if err != nil || len(uses) == 0 {
		t.Fatal(uses, err)
	}
	functions, tables := map[string]bool{}, map[string]bool{}
	for _, f := range contract.Functions() {
		functions[f.ID()] = true
	}
	for _, x := range contract.Tables() {
		tables[x.Name] = true
	}
	for name, u := range uses {
		for f := range u.Functions {
			if !functions[f] {
				t.Errorf("%s calls %s, which is not deployed", name, f)
			}
		}
		for table := range u.Writes {
			if !tables[table] {
				t.Errorf("%s writes %s, which is no table", name, table)
			}
		}
	}
}

// What two cells promise follows from one, and what the aim allows is just enough.
func TestAvailability(t *testing.T) {
	t.Parallel()
	cell := InRow([]Part{{"a", 0.999, ""}, {"b", 0.999, ""}})
	if math.Abs(cell-0.998001) > 1e-12 {
		t.Error(cell)
	}
	const aim = 0.99999
	allowed := longestMove(cell, aim)
	if allowed <= 0 || math.Abs(Failover(cell, 1, allowed)-aim) > 1e-9 || Failover(cell, 1, allowed+time.Second) >= aim {
		t.Error(allowed, Failover(cell, 1, allowed))
	}
	for _, p := range CheckoutPath {
		if p.Uptime <= 0.9 || p.Uptime >= 1 || p.Source == "" {
			t.Errorf("%+v", p)
		}
	}
}

// A cell of the plan sets apart what a stage does that bears the cell's share of the orders, for every function that a checkout needs.
func TestACellReservesAsAStageDoes(t *testing.T) {
	t.Parallel()
	p, err := NewPlan(PeakDemand(50_000), 10)
	if err != nil {
		t.Fatal(err)
	}
	rate := 50_000 / float64(p.Cells)
	for id, want := range map[string]int{"payments-authorize": busy(rate, gatewayTime), "checkout-fence": busy(rate, stepTime), "checkout-timer": 100} {
		if p.Reserved[id] != want {
			t.Errorf("%s has %d environments of its own, %d expected", id, p.Reserved[id], want)
		}
	}
	if _, ok := p.Reserved["catalog-api"]; ok {
		t.Error("what no checkout needs has environments of its own")
	}
}
