package e2e

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"rialto/localstack/checks/audit"
	"rialto/localstack/demo/shop"
	"rialto/localstack/shoppers"
)

// lake reads what the clickstream wrote, with code of its own.
type lake struct{ audit.Lake }

func newLake() lake { return lake{audit.LocalLake()} }

// rows reads the Parquet files of a folder, by event id.
func (l lake) rows(ctx context.Context, t *testing.T, folder string) map[string][]audit.Clicked {
	t.Helper()
	found, err := l.Rows(ctx, folder)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// invalid reads the lines that were no events.
func (l lake) invalid(ctx context.Context, t *testing.T) string {
	t.Helper()
	list, err := l.Invalid(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, line := range list {
		all.WriteString(line.Text + "\n")
	}
	return all.String()
}

// missing names an id of a list that is not there exactly once.
func missing(want map[string]bool, got map[string][]audit.Clicked) string {
	for id := range want {
		if n := len(got[id]); n != 1 {
			return fmt.Sprintf("%s is there %d times", id, n)
		}
	}
	return ""
}

// kill ends the processes of a function of the local cloud, as a failing machine would, and tells whether there was one.
func kill(t *testing.T, function string) (killed bool) {
	t.Helper()
	environments, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range environments {
		text, err := os.ReadFile(path) // others' cannot be read, or are gone
		if err != nil || !bytes.Contains(text, []byte("\x00AWS_LAMBDA_FUNCTION_NAME="+function+"\x00")) {
			continue
		}
		pid, err := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if err == nil && syscall.Kill(pid, syscall.SIGKILL) == nil {
			killed = true
		}
	}
	return killed
}

// clickers is how many shoppers come, and until when. What make clickstream sends takes a machine that has much else to do longer than a test.
func clickers(t *testing.T) (context.Context, int) {
	t.Helper()
	ctx, many := deployed(t), os.Getenv("RIALTO_CLICKS")
	if many == "" {
		return ctx, 60
	}
	n, err := strconv.Atoi(many)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), 40*time.Minute)
	t.Cleanup(stop)
	return ctx, n
}

// What shoppers do comes through the gateway, Kinesis and a consumer that is killed now and then into the lake: each event
// once, bots and what is no event apart, and of who refused nothing. RIALTO_CLICKS says how many shoppers (make clickstream).
func TestClicksAreInTheLakeOnce(t *testing.T) {
	t.Parallel()
	ctx, n := clickers(t)
	now := time.Now().UTC()
	requests, truth, err := shoppers.Generate(shoppers.Options{Seed: uint64(now.UnixNano()), Shoppers: n, Visits: 2, Marketplace: "US", Now: now,
		Spread: 8 * time.Hour, Products: shoppers.MadeUp(200, "USD")})
	if err != nil {
		t.Fatal(err)
	}
	sent := make(chan error, 1)
	go func() { sent <- shoppers.Send(ctx, requests) }()
	kills := 0
	for sending := true; sending; {
		select {
		case err := <-sent:
			if err != nil {
				t.Fatal(err)
			}
			sending = false
		case <-time.After(500 * time.Millisecond):
			if kills < 4 && kill(t, "rialto-local-clickstream-consume") {
				kills++
			}
		}
	}
	if kills == 0 {
		t.Error("the consumer was never there to be killed")
	}
	l := newLake()
	var problem string
	for {
		invoke(ctx, t, "clickstream-settle", map[string]any{"since": now.Add(-12 * time.Hour)}, nil)
		events, bots := l.rows(ctx, t, "events"), l.rows(ctx, t, "bots")
		problem = cmp.Or(missing(truth.Events, events), missing(truth.Bots, bots))
		if problem == "" {
			break
		}
		if err := wait(ctx, time.Second); err != nil {
			t.Fatalf("%v: of %d events and %d of bots %s", err, len(truth.Events), len(truth.Bots), problem)
		}
	}
	raw, invalid := l.rows(ctx, t, "raw"), l.invalid(ctx, t)
	for id := range truth.Refused {
		if len(raw[id]) > 0 || strings.Contains(invalid, id) {
			t.Errorf("of %s, who refused, something is kept", id)
		}
	}
	for id := range truth.Invalid {
		if len(raw[id]) > 0 || !strings.Contains(invalid, id) {
			t.Errorf("%s, which is no event, is not where it belongs", id)
		}
	}
	t.Logf("%d batches: %d events and %d of bots once each, %d invalid, %d refused, %d sent twice; the consumer was killed %d times",
		len(requests), len(truth.Events), len(truth.Bots), len(truth.Invalid), len(truth.Refused), truth.Copies, kills)
}

// The gateway answers by itself: it takes what is a batch, and says what is wrong with what is none.
func TestTheGatewayTakesEvents(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	client := &shop.Client{Base: shop.ShopperURL}
	batch := func(session, events string) string {
		return `{"schema_version":1,"session_id":"` + session + `","marketplace":"US","consent":{"analytics":true},"events":` + events + `}`
	}
	const session = "session-of-the-gateway"
	for name, c := range map[string]struct {
		kind, body string
		status     int
		code       string
	}{
		"a batch":                     {"application/json", batch(session, `[{}]`), 202, ""},
		"a beacon":                    {"text/plain;charset=UTF-8", batch(session, `[{}]`), 202, ""},
		"an event that is none":       {"application/json", batch(session, `[{"action_name":"stare"}]`), 202, ""},
		"almost 500 KB of one event":  {"application/json", batch(session, `[{"x":"`+strings.Repeat("y", 480_000)+`"}]`), 202, ""},
		"more than 500 KB":            {"application/json", batch(session, `[{"x":"`+strings.Repeat("y", 520_000)+`"}]`), 413, "body_too_large"},
		"a batch as XML":              {"application/xml", batch(session, `[{}]`), 415, "unsupported_media_type"},
		"a list":                      {"application/json", `[]`, 400, "malformed_body"},
		"no JSON":                     {"application/json", `nonsense`, 400, "malformed_body"},
		"no events":                   {"application/json", batch(session, `[]`), 400, "malformed_body"},
		"events that are none at all": {"application/json", batch(session, `[1]`), 400, "malformed_body"},
		"no session":                  {"application/json", batch("", `[{}]`), 400, "malformed_body"},
		"a session of another form":   {"application/json", batch("a session of spaces", `[{}]`), 400, "malformed_body"},
	} {
		a, err := client.Do(ctx, http.MethodPost, "/api/v1/events", c.body, shop.With("Content-Type", c.kind), shop.With("Origin", "https://shop.example"))
		if err != nil {
			t.Fatal(err)
		}
		if a.Status != c.status || a.Problem().Code != c.code || a.Header.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %d %s %v", name, a.Status, a.Body, a.Header)
		}
	}
}

// An order is a purchase in the lake, whatever browsers say, under no name of the shopper or the order.
func TestAnOrderIsAPurchaseInTheLake(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Lake boot", 5)
	s := mustShopper(ctx, t, "pm_card_visa")
	c := s.mustPut(ctx, t, k, 2)
	o, err := s.checkout(ctx, c.ID, shop.NewKey())
	if err != nil || o.OrderID == "" {
		t.Fatalf("%+v %v", o, err)
	}
	l := newLake()
	placed := time.Now().UTC()
	for {
		for _, hour := range []time.Time{placed, placed.Add(-time.Minute)} { // it may have been placed just before the hour
			for _, rows := range l.rows(ctx, t, hour.Format("raw/date=2006-01-02/hour=15")) {
				for _, r := range rows {
					if r.Action != "purchase" || len(r.Items) != 1 || r.Items[0].ItemID != k.product {
						continue
					}
					if r.Origin != "server" || r.Items[0].Quantity != 2 || r.Session != "" || strings.Contains(r.EventID, o.OrderID) {
						t.Errorf("%+v", r)
					}
					return
				}
			}
		}
		if err := wait(ctx, time.Second); err != nil {
			t.Fatalf("%v: the purchase of %s is not in the lake", err, k.product)
		}
	}
}

// refundedInTheLake waits until the lake has what was refunded of the only purchase of a product.
func refundedInTheLake(ctx context.Context, t *testing.T, product string, want ...int64) {
	t.Helper()
	l := newLake()
	for {
		var purchase string
		refunds := map[string][]int64{} // by purchase, each once
		for _, hour := range []time.Time{time.Now().UTC(), time.Now().UTC().Add(-time.Hour)} {
			for _, rows := range l.rows(ctx, t, hour.Format("raw/date=2006-01-02/hour=15")) {
				switch r := rows[0]; {
				case r.Action == "purchase" && len(r.Items) == 1 && r.Items[0].ItemID == product:
					purchase = r.EventID
				case r.Action == "refund" && r.Origin == "server":
					refunds[r.Object] = append(refunds[r.Object], r.Value)
				}
			}
		}
		if slices.Sort(refunds[purchase]); purchase != "" && slices.Equal(refunds[purchase], want) {
			return
		}
		if err := wait(ctx, time.Second); err != nil {
			t.Fatalf("%v: of %s the lake has the purchase %q, and of it refunds of %v", err, product, purchase, refunds[purchase])
		}
	}
}

// A seller sees by day how many visits looked at what they offer, each event once, and nobody else does.
func TestASellerSeesWhoComes(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Looked-at lamp", 1)
	seller, err := shop.NewSeller(k.seller)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().UTC()
	for n := range 12 {
		look := fmt.Sprintf(`{"schema_version":1,"session_id":"%s","marketplace":"US","consent":{"analytics":true,"personalization":false},"events":[`+
			`{"event_id":"%s","action_name":"view_item","timestamp":"%s","event_attributes":{"object":{"object_id":"%s","object_id_field":"product_id"}}}]}`,
			"e2e-session-"+shop.NewKey(), shop.NewKey(), at.Format(time.RFC3339Nano), k.product)
		for range 1 + n%2 { // some are sent twice
			a, err := (&shop.Client{Base: shop.ShopperURL}).Do(ctx, http.MethodPost, "/api/v1/events", json.RawMessage(look),
				shop.With("User-Agent", "Mozilla/5.0"))
			if err != nil || a.Status != http.StatusAccepted {
				t.Fatal(a.Status, err)
			}
		}
	}
	day := at.Format(time.DateOnly)
	path := "/seller/v1/products/" + k.product + "/traffic?from=" + day + "&to=" + day
	for {
		invoke(ctx, t, "clickstream-settle", map[string]any{"since": at.Add(-2 * time.Hour)}, nil)
		var got struct {
			Days []struct {
				Day                   string
				Visits, Views, Orders int64
			}
		}
		if _, err := seller.Call(ctx, http.MethodGet, path, nil, &got); err != nil || len(got.Days) != 1 || got.Days[0].Day != day {
			t.Fatalf("%+v %v", got, err)
		}
		if d := got.Days[0]; d.Visits == 12 && d.Views == 12 && d.Orders == 0 {
			break
		}
		if err := wait(ctx, time.Second); err != nil {
			t.Fatalf("%v: %+v", err, got)
		}
	}
	other, err := shop.NewSeller(shop.NewID("sel_"))
	if err != nil {
		t.Fatal(err)
	}
	check(ctx, t, other.Client, bad{"a product of another", http.MethodGet, path, nil, nil, 404, "offer_not_found"})
	check(ctx, t, seller.Client, bad{"a day that is none", http.MethodGet, path + "x", nil, nil, 422, "invalid_request"})
	path = strings.Replace(path, day, at.AddDate(0, 0, -90).Format(time.DateOnly), 1)
	check(ctx, t, seller.Client, bad{"too many days", http.MethodGet, path, nil, nil, 422, "invalid_days"})
}
