package clickstream_test

import (
	"context"
	"encoding/json"
	"math/rand"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"rialto/events"
	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamstore"
	"rialto/functions/customers"
	"rialto/functions/customers/customerstest"
	"rialto/functions/internal/fault"
	"rialto/functions/orders"
)

// world is the follower and the customers' own words, on fakes of what they need. Its stream is a list.
type world struct {
	*customerstest.World
	clickstream.Follower
	clickstream.Agreements
	records []clickstream.Record
	keys    []string
	placed  map[string]orders.Order
}

// Get implements clickstream.Orders.
func (w *world) Get(_ context.Context, id string) (orders.Order, bool, error) {
	o, there := w.placed[id]
	return o, there, nil
}

// Put implements clickstream.Stream.
func (w *world) Put(_ context.Context, key string, r clickstream.Record) error {
	r.Shard, r.Sequence, r.ReceivedAt = "s", "1", at
	w.records, w.keys = append(w.records, r), append(w.keys, key)
	return nil
}

var (
	at     = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	secret = clickstream.Pseudonyms{Secret: []byte("secret")}
)

func newWorld() *world {
	w := &world{World: customerstest.New()}
	now := func() time.Time { return at }
	people := customers.Marker{Store: w.Store, Vault: w.Vault}
	agreed := clickstreamstore.Consents{DB: w.DB, Now: now}
	w.Follower = clickstream.Follower{People: people, Consents: agreed, Orders: w, Stream: w, Pseudonyms: secret}
	w.Agreements = clickstream.Agreements{Consents: agreed, People: people, Stream: w, Now: now, Random: rand.New(rand.NewSource(1))}
	return w
}

const (
	who     = "cus_cccccccccccccccccccccccccc" // of the example of OrderPlaced
	session = "c2d1b6a4-91f7-4d3e-b1f0-2f7f0a9f4e55"
)

// joins makes a customer, whose address is the first that is held of them.
func (w *world) joins(t *testing.T) {
	t.Helper()
	_, _, err := w.AddAddress(t.Context(), who, customers.Address{Name: "Pat", Line1: "1 Street", City: "Los Angeles", Region: "CA", PostalCode: "90012",
		Country: "US"})
	if err != nil {
		t.Fatal(err)
	}
}

// buys tells the follower of the example's order, and returns the row that the consumer makes of what it put on the stream.
func (w *world) buys(t *testing.T) clickstream.Row {
	t.Helper()
	w.hears(t, "orders", "OrderPlaced")
	return w.last(t)
}

// hears tells the follower of an event's example.
func (w *world) hears(t *testing.T, context, name string) {
	t.Helper()
	text, err := events.Files.ReadFile(context + "/" + name + ".v1.example.json")
	if err != nil {
		t.Fatal(err)
	}
	var e struct{ Data json.RawMessage }
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	if err := w.HandleEvent(t.Context(), name, e.Data, at); err != nil {
		t.Fatal(err)
	}
}

func (w *world) last(t *testing.T) clickstream.Row {
	t.Helper()
	var tally = clickstream.Tally{Invalid: map[clickstream.Reason]int{}, Bots: map[string]int{}}
	rows, invalid := clickstream.Consumer{Pseudonyms: secret}.Read(w.records[len(w.records)-1], &tally)
	if len(rows) != 1 {
		t.Fatalf("%v %+v", rows, invalid)
	}
	return rows[0]
}

// A purchase is told by the order, without a browser, and again by the same id when it is told again.
func TestAPurchaseJoinsByEvent(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.joins(t)
	row := w.buys(t)
	want := clickstream.Row{SchemaVersion: 1, Origin: clickstream.Server, Action: "purchase", EventTime: time.Date(2026, 11, 27, 8, 30, 0, 0, time.UTC),
		ReceivedAt: at, Marketplace: "US", Application: "rialto", Value: 13097, Currency: "USD", Items: []clickstream.RowItem{
			{ItemID: "prd_" + strings.Repeat("d", 26), SellerID: "sel_" + strings.Repeat("e", 26), Quantity: 2, Price: 5750}}}
	if diff := cmp.Diff(want, row, cmpopts.IgnoreFields(row, "EventID", "PayloadHash")); diff != "" {
		t.Error(diff)
	}
	if again := w.buys(t); again.EventID != row.EventID || again.PayloadHash != row.PayloadHash {
		t.Errorf("told again it is %+v", again)
	}
}

// A refund names the purchase that it is of, as the lake does, and is one however often it is given: a bank may turn it back. What is
// told twice, by hand at the gateway and by its return, is told of once.
func TestARefundNamesItsPurchase(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.joins(t)
	purchase := w.buys(t)
	const order = "ord_bbbbbbbbbbbbbbbbbbbbbbbbbb" // of the example of OrderPlaced
	w.placed = map[string]orders.Order{order: {ID: order, CustomerID: "cus_took_it_over", PlacedBy: who, Marketplace: "US"}}
	tell := func(event, data string) (told int, err error) {
		n := len(w.records)
		err = w.HandleEvent(t.Context(), event, []byte(strings.ReplaceAll(data, "ORDER", order)), at)
		return len(w.records) - n, err
	}
	const refund = `{"order_id":"ORDER","group":"g1","refund_id":"ret_1","amount":{"amount":1299,"currency":"USD"}`
	var ids []string
	for _, c := range []struct {
		event, data string
		told        int
	}{
		{"PaymentRefunded", refund + "}", 1}, {"PaymentRefunded", refund + `,"attempt":1}`, 1}, {"PaymentRefunded", refund + `,"before":true}`, 0},
		{"PaymentRefunded", `{"order_id":"ORDER","refund_id":"ret_2","amount":{"amount":0,"currency":"USD"}}`, 0},
		{"PaymentRefundedElsewhere", strings.Replace(refund, "ret_1", "re_9", 1) + "}", 1}, {"PaymentRefundedElsewhere", refund + `,"turned_back":true}`, 1},
	} {
		told, err := tell(c.event, c.data)
		if err != nil || told != c.told {
			t.Fatalf("%s %s: %d told, %v", c.event, c.data, told, err)
		}
		if told == 0 {
			continue
		}
		row := w.last(t)
		want := clickstream.Row{SchemaVersion: 1, Origin: clickstream.Server, Action: "refund", EventTime: at, ReceivedAt: at, Marketplace: "US",
			Application: "rialto", ObjectID: purchase.EventID, ObjectField: "purchase_id", Value: 1299, Currency: "USD"}
		if diff := cmp.Diff(want, row, cmpopts.IgnoreFields(row, "EventID", "PayloadHash")); diff != "" {
			t.Error(diff)
		}
		ids = append(ids, row.EventID)
	}
	if ids[0] != ids[1] || ids[0] != ids[3] || ids[0] == ids[2] || ids[0] == purchase.EventID {
		t.Errorf("refunds are named %v, the purchase %s", ids, purchase.EventID)
	}
	if _, err := tell("PaymentRefunded", strings.Replace(refund, "ORDER", "ord_unknown", 1)+"}"); fault.Code(err) != "order_not_found" {
		t.Errorf("a refund of no order: %v", err)
	}
}

// What comes into a cart and what goes are two events, which anybody can tell from those of browsers.
func TestACartsChangesJoinByEvent(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.hears(t, "carts", "CartChanged")
	got := map[string]int64{}
	for _, r := range w.records {
		w.records = []clickstream.Record{r}
		row := w.last(t)
		if row.Origin != clickstream.Server || row.Customer != "" || len(row.Items) != 1 {
			t.Errorf("%+v", row)
		}
		got[row.Action+" "+row.Items[0].ItemID[:5]] = row.Items[0].Quantity
	}
	if diff := cmp.Diff(map[string]int64{"add_to_cart prd_d": 2, "remove_from_cart prd_f": 1}, got); diff != "" {
		t.Error(diff)
	}
}

// Nobody is in the lake who did not agree, and whoever takes it back is in no further row.
func TestAProfileWantsConsent(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.joins(t)
	ctx := t.Context()
	if row := w.buys(t); row.Customer != "" || row.Personalization {
		t.Errorf("without a word: %+v", row)
	}
	for _, c := range []struct {
		agreed clickstream.Consent
		named  bool
	}{
		{clickstream.Consent{Analytics: true}, false}, {clickstream.Consent{Analytics: true, Personalization: true}, true}, {clickstream.Consent{}, false},
	} {
		n := len(w.records)
		if err := w.Agree(ctx, who, "US", session, c.agreed); err != nil {
			t.Fatal(err)
		}
		if linked := len(w.records) > n; linked != c.named {
			t.Errorf("%+v: the session is linked: %v", c.agreed, linked)
		} else if linked {
			if l := w.last(t); l.Action != "login" || l.Session != secret.Session(session) || l.Customer == "" || w.keys[n] != session {
				t.Errorf("linked by %+v under the key %s", l, w.keys[n])
			}
		}
		if got, err := w.Agreed(ctx, who); err != nil || got != c.agreed {
			t.Errorf("%+v %v", got, err)
		}
		if row := w.buys(t); (row.Customer != "") != c.named || row.Personalization != c.agreed.Personalization {
			t.Errorf("%+v: %+v", c.agreed, row)
		} else if subject, err := (clickstream.Profiles{Consents: w.Agreements.Consents, People: w.Agreements.People}).Subject(ctx, who); err != nil ||
			subject != row.Customer {
			t.Errorf("%+v: their profile is %s's, %v", c.agreed, subject, err)
		}
	}
	if err := w.Agree(ctx, who, "US", "x", clickstream.Consent{Analytics: true}); err == nil {
		t.Error("a session that no event could have is taken")
	}
}

// After an erasure nothing that is left leads from the customer to their rows: neither their id nor their orders make the
// pseudonym or the event ids again. The rows stay as they are. Seen to catch: a pseudonym made under the stage's secret.
func TestAnErasureMakesTheLakeAnonymous(t *testing.T) {
	t.Parallel()
	w := newWorld()
	w.joins(t)
	ctx := t.Context()
	if err := w.Agree(ctx, who, "US", "", clickstream.Consent{Analytics: true, Personalization: true}); err != nil {
		t.Fatal(err)
	}
	before := w.buys(t)
	if err := w.Erase(ctx, who); err != nil {
		t.Fatal(err)
	}
	if after := w.buys(t); after.Customer != "" || after.EventID == before.EventID {
		t.Errorf("the row of before can be found: %+v, %+v", before, after)
	}
	// Whoever comes again under the same id is somebody else.
	other := newWorld()
	other.joins(t)
	if err := other.Agree(ctx, who, "US", "", clickstream.Consent{Analytics: true, Personalization: true}); err != nil {
		t.Fatal(err)
	}
	if row := other.buys(t); row.Customer == before.Customer || row.EventID == before.EventID {
		t.Errorf("the id alone makes the pseudonym: %+v", row)
	}
	lake, err := json.Marshal(before)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{who, "ord_bbbbbbbbbbbbbbbbbbbbbbbbbb"} {
		if strings.Contains(string(lake), id) {
			t.Errorf("%s stands in the lake", id)
		}
	}
}
