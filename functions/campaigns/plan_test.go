package campaigns_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/campaigns"
	"rialto/functions/internal/ids"
)

var (
	noon  = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	start = time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	shoe  = campaigns.Deal{ProductID: ids.Derive(ids.Product, "shoe"), SellerID: ids.Derive(ids.Seller, "us"), Units: 300}
)

func friday() campaigns.Entry {
	return campaigns.Entry{ID: "friday-2026", Name: "A Friday", Marketplaces: []string{"US", "CA"}, Zone: "America/Los_Angeles",
		Start: start, End: start.Add(24 * time.Hour), Orders: 1_000, Pages: 10_000, Deals: []campaigns.Deal{shoe}}
}

func prod() campaigns.Stage {
	return campaigns.Stage{
		Functions: []campaigns.Function{
			{ID: "checkout-api", Order: 5_000, Reserved: 200},
			{ID: "catalog-api", Page: 100},
			{ID: "tax-assess", Order: 1, Reserved: 40},
			{ID: "inventory-hold", Order: 100, Reserved: 5, Most: 90},
		},
		Tables: []campaigns.Table{{Name: "checkouts", Writes: 6, Reads: 1}, {Name: "products", Reads: 4, Page: 1}},
		Queues: []campaigns.Queue{{ID: "fulfillment-start", Millis: 20}, {ID: "payouts-book", Millis: 500}},
		Stream: "clickstream", Clicks: 1_024, Nodes: 6, Cores: 4, Usual: 80, Throttle: 80,
	}
}

func steps(e campaigns.Entry, s campaigns.Stage) (out []string) {
	for _, x := range campaigns.Plan(e, s) {
		out = append(out, fmt.Sprint(x.Kind, " ", x.Name, " ", x.Wanted))
	}
	return out
}

// Seen to catch: more environments than can work beside each other; provisioned before reserved; a rate that is rounded down;
// a cache without a most; pages asked for in one marketplace.
func TestPlan(t *testing.T) {
	t.Parallel()
	sku := shoe.SKU()
	for name, c := range map[string]struct {
		change func(*campaigns.Entry, *campaigns.Stage)
		want   []string
	}{
		"an event": {func(*campaigns.Entry, *campaigns.Stage) {}, []string{
			"concurrency checkout-api 5000", "concurrency tax-assess 1", "concurrency inventory-hold 90",
			"provisioned checkout-api 5000", "provisioned catalog-api 1000", "provisioned tax-assess 1",
			"provisioned inventory-hold 90",
			"writes checkouts 6000", "reads checkouts 1000", "reads products 14000",
			"stream clickstream 11", "replicas us 5", "replicas ca 5", "cache carts 64", "pollers fulfillment-start 2", "pollers payouts-book 50",
			"layout " + sku + " 300", "page US#" + shoe.ProductID + " 1", "page CA#" + shoe.ProductID + " 1",
		}},
		"the largest": {func(e *campaigns.Entry, s *campaigns.Stage) {
			e.Orders, e.Deals, e.Marketplaces = 50_000, nil, []string{"US"}
			s.Functions, s.Tables, s.Stream = nil, nil, ""
		}, []string{"replicas us 5", "cache carts 64", "pollers fulfillment-start 100", "pollers payouts-book 2000"}},
		"a stage that has none of it": {func(e *campaigns.Entry, s *campaigns.Stage) { *s = campaigns.Stage{}; e.Deals = nil },
			[]string{"replicas us 1", "replicas ca 1"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e, s := friday(), prod()
			c.change(&e, &s)
			if d := cmp.Diff(c.want, steps(e, s)); d != "" {
				t.Error(d)
			}
		})
	}
}

// Seen to catch: a window that ends before it begins; two marketplaces of one code; a peak of 0.
func TestEntriesAreChecked(t *testing.T) {
	t.Parallel()
	many := make([]campaigns.Deal, 101)
	for n := range many {
		many[n] = campaigns.Deal{ProductID: ids.Derive(ids.Product, fmt.Sprint(n)), SellerID: shoe.SellerID, Units: 1}
	}
	for name, c := range map[string]struct {
		change func(*campaigns.Entry)
		want   []string
	}{
		"as it should be":      {func(*campaigns.Entry) {}, nil},
		"it has begun":         {func(e *campaigns.Entry) { e.Start, e.End = noon.Add(-time.Hour), noon.Add(time.Hour) }, nil},
		"in ten minutes":       {func(e *campaigns.Entry) { e.Start, e.End = noon.Add(10*time.Minute), noon.Add(time.Hour) }, nil},
		"no id":                {func(e *campaigns.Entry) { e.ID = "" }, []string{"path.event_id format"}},
		"an id of other signs": {func(e *campaigns.Entry) { e.ID = "Friday#1" }, []string{"path.event_id format"}},
		"no name":              {func(e *campaigns.Entry) { e.Name = " " }, []string{"/name length"}},
		"a long name":          {func(e *campaigns.Entry) { e.Name = strings.Repeat("é", 101) }, []string{"/name length"}},
		"no marketplace":       {func(e *campaigns.Entry) { e.Marketplaces = nil }, []string{"/marketplaces required"}},
		"an unknown one":       {func(e *campaigns.Entry) { e.Marketplaces[1] = "XX" }, []string{"/marketplaces/1 unknown"}},
		"one twice":            {func(e *campaigns.Entry) { e.Marketplaces[1] = "US" }, []string{"/marketplaces/1 repeated"}},
		"reversed":             {func(e *campaigns.Entry) { e.Start, e.End = e.End, e.Start }, []string{"/ends_at reversed"}},
		"no window":            {func(e *campaigns.Entry) { e.End = e.Start }, []string{"/ends_at reversed"}},
		"over":                 {func(e *campaigns.Entry) { e.Start, e.End = noon.Add(-2*time.Hour), noon }, []string{"/ends_at past"}},
		"15 days":              {func(e *campaigns.Entry) { e.End = e.Start.Add(15 * 24 * time.Hour) }, []string{"/ends_at too_long"}},
		"in two years": {func(e *campaigns.Entry) { e.Start, e.End = e.Start.AddDate(2, 0, 0), e.End.AddDate(2, 0, 0) },
			[]string{"/starts_at too_far"}},
		"a peak of 0":           {func(e *campaigns.Entry) { e.Orders = 0 }, []string{"/peak_orders_per_second out_of_range"}},
		"a peak below 0":        {func(e *campaigns.Entry) { e.Pages = -1 }, []string{"/peak_page_views_per_second out_of_range"}},
		"an absurd peak":        {func(e *campaigns.Entry) { e.Orders = 1_000_001 }, []string{"/peak_orders_per_second out_of_range"}},
		"a deal without a rate": {func(e *campaigns.Entry) { e.Deals[0].Units = 0 }, []string{"/deals/0/units_per_second out_of_range"}},
		"a deal of nothing": {func(e *campaigns.Entry) { e.Deals = []campaigns.Deal{{Units: 1}} },
			[]string{"/deals/0/product_id format", "/deals/0/seller_id format"}},
		"a deal twice":   {func(e *campaigns.Entry) { e.Deals = append(e.Deals, shoe) }, []string{"/deals/1 repeated"}},
		"too many deals": {func(e *campaigns.Entry) { e.Deals = many }, []string{"/deals too_many"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := friday()
			c.change(&e)
			var got []string
			for _, f := range e.Check(noon) {
				got = append(got, f.Pointer+" "+f.Code)
			}
			if d := cmp.Diff(c.want, got); d != "" {
				t.Error(d)
			}
		})
	}
}

// Seen to catch: a window read in UTC; an hour that the clocks skip taken for the next.
func TestWindow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone, from, to, start, end string
		flaws                      int
	}{
		"in winter":             {"America/Los_Angeles", "2026-11-27T00:00:00", "2026-11-28T00:00:00", "2026-11-27T08:00:00Z", "2026-11-28T08:00:00Z", 0},
		"over a change of time": {"Europe/Berlin", "2027-03-28T00:00:00", "2027-03-29T00:00:00", "2027-03-27T23:00:00Z", "2027-03-28T22:00:00Z", 0},
		"in India":              {"Asia/Kolkata", "2026-11-27T00:00:00", "2026-11-27T12:00:00", "2026-11-26T18:30:00Z", "2026-11-27T06:30:00Z", 0},
		"an hour that is not":   {"Europe/Berlin", "2027-03-28T02:30:00", "2027-03-29T00:00:00", "", "", 1},
		"no zone":               {"", "2027-03-28T02:30:00", "2027-03-29T00:00:00", "", "", 1},
		"the machine's zone":    {"Local", "2027-03-28T02:30:00", "2027-03-29T00:00:00", "", "", 1},
		"an unknown zone":       {"Europe/Atlantis", "2027-03-28T02:30:00", "2027-03-29T00:00:00", "", "", 1},
		"no times":              {"UTC", "soon", "2027-02-30T00:00:00", "", "", 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start, end, flaws := campaigns.Window(c.zone, c.from, c.to)
			if len(flaws) != c.flaws || c.flaws == 0 && (start.Format(time.RFC3339) != c.start || end.Format(time.RFC3339) != c.end) {
				t.Error(start, end, flaws)
			}
		})
	}
}

// Seen to catch: an entry for now that warns of nothing.
func TestWarnings(t *testing.T) {
	t.Parallel()
	e, s := friday(), prod()
	want := []string{"the gateway lets 80 checkouts a second through and 1000 are expected: raise the stage's throttle and deploy before"}
	if d := cmp.Diff(want, campaigns.Warnings(e, s, noon)); d != "" {
		t.Error(d)
	}
	late := campaigns.Warnings(e, campaigns.Stage{}, start.Add(-10*time.Minute))
	if d := cmp.Diff([]string{"the event starts in 10 minutes and is warmed 120 ahead: what takes longer is not ready at its start"}, late); d != "" {
		t.Error(d)
	}
}
