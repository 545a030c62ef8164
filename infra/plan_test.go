package infra

import (
	"math"
	"math/big"
	"slices"
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

// What prod lets through is what the plan counts at the design's peak, were nothing answered by CloudFront, and as many checkouts as there
// is concurrency for; the gateway is asked to take the writes of those. Seen to catch: 10,000 requests a second for 19,228.
func TestTheThrottlesBearTheDesign(t *testing.T) {
	t.Parallel()
	prod := stageOf(t, "prod")
	peak := PeakDemand(prod.Checkouts)
	p, err := NewPlan(peak, 10)
	if err != nil {
		t.Fatal(err)
	}
	load := func(resource string) float64 {
		return p.Loads[slices.IndexFunc(p.Loads, func(l Load) bool { return l.Resource == resource })].Needed
	}
	if need := load("API Gateway"); prod.Throttle < need {
		t.Errorf("the throttle lets %g requests a second through, and the peak has %g", prod.Throttle, need)
	}
	for operation, need := range map[string]float64{"POST /api/v1/orders/checkout": peak.Orders,
		"POST /api/v1/checkout/quote": peak.Orders * quotesPerOrder, "GET /api/v1/products/search": peak.Searches} {
		if rate := prod.Throttles[operation]; rate < need || rate > prod.Throttle {
			t.Errorf("%s: %g a second, and the peak has %g", operation, rate, need)
		}
	}
	quotas := Quotas(prod)
	agreed := quotas[slices.IndexFunc(quotas, func(q Quota) bool { return q.Service == "stripe" })].Needed
	if need := load("payment gateway") + contract.PacedGatewayCalls; agreed != need || prod.Throttles["POST /api/v1/orders/checkout"] != prod.Checkouts {
		t.Errorf("the gateway is asked for %g writes a second, and %g are made", agreed, need)
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
