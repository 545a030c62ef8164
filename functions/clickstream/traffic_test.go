package clickstream

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"rialto/functions/internal/fault"
	"rialto/functions/offers"
)

func look(id, session, product string) Row {
	return Row{EventID: id, PayloadHash: "p", Origin: Browser, Action: ViewItem, Session: session, Marketplace: "US", EventTime: noon, ReceivedAt: noon,
		ObjectField: "product_id", ObjectID: product, Items: []RowItem{{ItemID: product, Quantity: 1}}}
}

func bought(id string, items ...RowItem) Row {
	return Row{EventID: id, PayloadHash: "p", Origin: Server, Action: Purchase, Marketplace: "US", EventTime: noon, ReceivedAt: noon, Items: items}
}

// A look counts once though it names its product twice, a session once however often it looks; an order once though it has two lines of
// a product; and bots, carts and other marketplaces count for nothing here.
func TestTrafficIsCounted(t *testing.T) {
	t.Parallel()
	other := look("4", "s2", "boot")
	other.Marketplace = "DE"
	robot := look("5", "s9", "boot")
	robot.Bot = botNamed
	carted := look("6", "s1", "boot")
	carted.Action = AddToCart
	told := look("7", "s1", "boot")
	told.Origin = Server
	out := Settle([]Row{look("1", "s1", "boot"), look("1", "s1", "boot"), look("2", "s1", "boot"), look("3", "s2", "boot"), other, robot, carted, told,
		bought("8", RowItem{ItemID: "boot", SellerID: "a", Quantity: 2}, RowItem{ItemID: "boot", SellerID: "a", Quantity: 1},
			RowItem{ItemID: "boot", SellerID: "b", Quantity: 1}), bought("9", RowItem{ItemID: "boot", SellerID: "a", Quantity: 1})})
	want := map[product]Traffic{
		{"US", "boot"}: {"boot", "US", noon, "s", 2, 3, map[string]Sold{"a": {2, 4}, "b": {1, 1}}},
		{"DE", "boot"}: {"boot", "DE", noon, "s", 1, 1, map[string]Sold{}},
	}
	if diff := cmp.Diff(want, trafficOf(noon, "s", out.Events), cmp.AllowUnexported(product{})); diff != "" {
		t.Error(diff)
	}
}

// hourly is a part of a lake that is settled again and again, and what was counted of it.
type hourly struct {
	raw, settled []Row
	kept         map[product]Traffic
	dies         bool // after it has counted
}

func (h *hourly) Day(context.Context, time.Time) ([]Part, error)            { return nil, nil }
func (h *hourly) Raw(context.Context, time.Time, string) ([]Row, error)     { return h.raw, nil }
func (h *hourly) Settled(context.Context, time.Time, string) ([]Row, error) { return h.settled, nil }
func (h *hourly) Traffic(context.Context, string, string, time.Time, time.Time) ([]Traffic, error) {
	return nil, nil
}

func (h *hourly) Settle(_ context.Context, _ time.Time, _ string, s Settled) error {
	if h.dies {
		return errKilled
	}
	h.settled = s.Events
	return nil
}

func (h *hourly) Count(_ context.Context, list []Traffic, _ int) error {
	for _, t := range list {
		h.kept[product{t.Marketplace, t.ProductID}] = t
	}
	return nil
}

// However an hour comes, with late rows that make a bot of a session and runs that are killed in between, what is kept of it in the end
// is what it counts to. Seen to catch: what a bot did that stays; a count that is told after the part was written.
func TestWhatIsKeptIsWhatAnHourCountsTo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		h := &hourly{kept: map[product]Traffic{}}
		s := &Settler{Parts: h, Counts: h}
		p := Part{Hour: noon, Shard: "s"}
		for n := range rapid.IntRange(1, 6).Draw(t, "runs") {
			for i := range rapid.IntRange(0, 80).Draw(t, "rows") {
				h.raw = append(h.raw, look(fmt.Sprint(n, "-", i), fmt.Sprint("s", rapid.IntRange(0, 1).Draw(t, "session")), fmt.Sprint("p", i%3)))
			}
			if h.dies = rapid.Bool().Draw(t, "dies"); n == 5 {
				h.dies = false
			}
			if err := s.part(t.Context(), p, &Outcome{}); h.dies != (err != nil) {
				t.Fatal(err)
			}
			if !h.dies {
				p.SettledAt = noon
			}
		}
		h.dies = false
		if err := s.part(t.Context(), p, &Outcome{}); err != nil {
			t.Fatal(err)
		}
		want := trafficOf(noon, "s", Settle(h.raw).Events)
		for k, got := range h.kept {
			if w := want[k]; w.Views != got.Views || w.Visits != got.Visits {
				t.Fatalf("%v: %d views of %d visits are kept, of %d and %d", k, got.Views, got.Visits, w.Views, w.Visits)
			}
		}
		for k := range want {
			if _, there := h.kept[k]; !there {
				t.Fatalf("nothing is kept of %v", k)
			}
		}
	})
}

type counted []Traffic

func (counted) Count(context.Context, []Traffic, int) error { return nil }
func (c counted) Traffic(context.Context, string, string, time.Time, time.Time) ([]Traffic, error) {
	return c, nil
}

type offered string

func (o offered) Get(_ context.Context, k offers.Key) (offers.Offer, error) {
	if k.SellerID != string(o) {
		return offers.Offer{}, offers.ErrOfferNotFound
	}
	return offers.Offer{}, nil
}

// A seller is told of days, the hours and shards of each together: of few visits not how many they were, of orders those of their own.
func TestSellersAreToldOfDays(t *testing.T) {
	t.Parallel()
	day := noon.Truncate(24 * time.Hour)
	of := func(hour time.Time, visits int64) Traffic {
		return Traffic{"boot", "US", hour, "s", visits, 2 * visits, map[string]Sold{"me": {1, 2}, "other": {5, 9}}}
	}
	a := &Audience{Counts: counted{of(day, 4), of(day.Add(23*time.Hour), 6), of(day.AddDate(0, 0, -1), 9), {Hour: day.AddDate(0, 0, -2)}},
		Offers: offered("me"),
		Now:    func() time.Time { return noon }}
	got, err := a.Traffic(t.Context(), offers.Key{ProductID: "boot", Marketplace: "US", SellerID: "me"}, day.AddDate(0, 0, -2), time.Time{})
	want := []TrafficDay{{Day: day.AddDate(0, 0, -2), Few: true}, {Day: day.AddDate(0, 0, -1), Few: true, Orders: 1, Units: 2},
		{day, 10, 20, false, 2, 4}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	got, err = a.Traffic(t.Context(), offers.Key{SellerID: "me"}, time.Time{}, time.Time{})
	if err != nil || len(got) != 30 || !got[29].Day.Equal(day) {
		t.Errorf("%d days, %v", len(got), err)
	}
	for name, c := range map[string]struct {
		seller   string
		from, to time.Time
		code     string
	}{
		"who does not offer it":           {"other", time.Time{}, time.Time{}, "offer_not_found"},
		"days that end before they begin": {"me", day, day.AddDate(0, 0, -1), "invalid_days"},
		"ninety-one days":                 {"me", day.AddDate(0, 0, -90), day, "invalid_days"},
	} {
		if _, err := a.Traffic(t.Context(), offers.Key{SellerID: c.seller}, c.from, c.to); fault.Code(err) != c.code {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := a.Traffic(t.Context(), offers.Key{SellerID: "me"}, day.AddDate(0, 0, -89), day); err != nil {
		t.Error(err)
	}
}
