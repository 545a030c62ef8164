package functions

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/events"
	"rialto/functions/carts"
	"rialto/functions/catalog"
	"rialto/functions/contract"
	"rialto/functions/feeds"
	"rialto/functions/fulfillment"
	"rialto/functions/internal/tables"
	"rialto/functions/inventory"
	"rialto/functions/offers"
	"rialto/functions/orders"
	"rialto/functions/payments"
	"rialto/functions/reviews"
	"rialto/functions/sellers"
	"rialto/functions/webhooks"
)

// published is what each event's data is in Go.
var published = map[string]any{
	"carts/CartChanged":                 carts.CartChanged{},
	"catalog/ProductChanged":            catalog.ProductChanged{},
	"fulfillment/ShipmentPacked":        fulfillment.ShipmentPacked{},
	"fulfillment/ShipmentShipped":       fulfillment.ShipmentShipped{},
	"fulfillment/ShipmentCancelled":     fulfillment.ShipmentCancelled{},
	"fulfillment/ShipmentDelivered":     fulfillment.ShipmentDelivered{},
	"fulfillment/ShipmentReduced":       fulfillment.ShipmentReduced{},
	"fulfillment/ShipmentWrittenOff":    fulfillment.ShipmentWrittenOff{},
	"fulfillment/OrderCancelled":        fulfillment.OrderCancelled{},
	"fulfillment/ReturnExpired":         fulfillment.ReturnExpired{},
	"fulfillment/ReturnRequested":       fulfillment.ReturnRequested{},
	"fulfillment/ReturnReceived":        fulfillment.ReturnReceived{},
	"inventory/StockBandChanged":        inventory.BandChange{},
	"offers/OfferChanged":               offers.OfferChanged{},
	"offers/BuyBoxChanged":              offers.BuyBoxChanged{},
	"orders/OrderPlaced":                orders.Placed{},
	"payments/PaymentCaptured":          payments.PaymentCaptured{},
	"payments/PaymentCaptureFailed":     payments.PaymentCaptureFailed{},
	"payments/PaymentRenewed":           payments.PaymentRenewed{},
	"payments/PaymentAuthorizationLost": payments.PaymentAuthorizationLost{},
	"payments/PaymentRefunded":          payments.PaymentRefunded{},
	"payments/PaymentRefundFailed":      payments.PaymentRefundFailed{},
	"payments/PaymentRefundedElsewhere": payments.PaymentRefundedElsewhere{},
	"payments/PaymentDisputed":          payments.PaymentDisputed{},
	"reviews/SellerRated":               reviews.SellerRated{},
	"reviews/ProductRated":              reviews.ProductRated{},
	"feeds/FeedFinished":                feeds.FeedFinished{},
	"sellers/SellerBlocked":             sellers.SellerBlocked{},
	"sellers/SellerChanged":             sellers.SellerChanged{},
	"webhooks/WebhookTurnedOff":         webhooks.TurnedOff{},
}

// schemas lists the events that are described, as "<context>/<Name>".
func schemas(t *testing.T) []string {
	t.Helper()
	files, err := fs.Glob(events.Files, "*/*.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range files {
		if path.Dir(f) == "clickstream" { // no event of a topic: functions/clickstream compares it with what it reads
			continue
		}
		name, version, _ := strings.Cut(path.Base(f), ".")
		if version != "v1.schema.json" {
			t.Errorf("%s: a new version needs its struct here", f)
		}
		out = append(out, path.Dir(f)+"/"+name)
	}
	return out
}

func read(t *testing.T, file string, v any) {
	t.Helper()
	b, err := events.Files.ReadFile(file)
	if err == nil {
		err = json.Unmarshal(b, v)
	}
	if err != nil {
		t.Fatal(file, err)
	}
}

// An event's schema, its example and its struct say the same, both ways: every field of one is in the others. (That the
// schema takes its example and nothing else is tested in events/.) Seen to catch: a field that the struct alone has; one
// that the schema alone has; an event without a struct.
func TestEventsAreAsDescribed(t *testing.T) {
	t.Parallel()
	if diff := cmp.Diff(schemas(t), slices.Sorted(maps.Keys(published))); diff != "" {
		t.Errorf("events described (-) and published (+):\n%s", diff)
	}
	for name, data := range published {
		var example struct{ Data json.RawMessage }
		read(t, name+".v1.example.json", &example)
		v := reflect.New(reflect.TypeOf(data))
		strict := json.NewDecoder(bytes.NewReader(example.Data))
		strict.DisallowUnknownFields()
		if err := strict.Decode(v.Interface()); err != nil {
			t.Errorf("%s: the example is no %T: %v", name, data, err)
			continue
		}
		again, err := json.Marshal(v.Interface())
		if err != nil {
			t.Fatal(err)
		}
		var want, got any
		if json.Unmarshal(example.Data, &want) != nil || json.Unmarshal(again, &got) != nil {
			t.Fatal(name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: the example (-) and what its struct makes of it (+):\n%s", name, diff)
		}
		var schema map[string]any
		read(t, name+".v1.schema.json", &schema)
		same(t, name, schema, schema["properties"].(map[string]any)["data"], reflect.TypeOf(data))
	}
}

// same compares the fields of a schema's object with those of a struct, and of all within them.
func same(t *testing.T, where string, root map[string]any, node any, of reflect.Type) {
	t.Helper()
	n, _ := node.(map[string]any)
	if ref, ok := n["$ref"].(string); ok {
		defs, _ := root["$defs"].(map[string]any)
		same(t, where, root, defs[strings.TrimPrefix(ref, "#/$defs/")], of)
		return
	}
	for of.Kind() == reflect.Pointer {
		of = of.Elem()
	}
	if items, ok := n["items"]; ok && of.Kind() == reflect.Slice {
		same(t, where+"[]", root, items, of.Elem())
		return
	}
	properties, ok := n["properties"].(map[string]any)
	if !ok || of.Kind() != reflect.Struct {
		return
	}
	fields := map[string]reflect.Type{}
	collect(fields, of)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(properties)), slices.Sorted(maps.Keys(fields))); diff != "" {
		t.Errorf("%s: fields of the schema (-) and of %s (+):\n%s", where, of, diff)
	}
	for name, f := range fields {
		same(t, where+"."+name, root, properties[name], f)
	}
}

func collect(into map[string]reflect.Type, of reflect.Type) {
	for i := range of.NumField() {
		f := of.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-":
		case f.Anonymous && name == "":
			collect(into, f.Type)
		case name == "":
			into[f.Name] = f.Type
		default:
			into[name] = f.Type
		}
	}
}

// besides names what reads a stream and publishes nothing, and what it does.
var besides = map[string]string{"reviews-unshow": "deletes the files of images that reviews have no more"}

// A table's stream has one function of its own context, which publishes to its context's topic; a topic's events are
// described, and who takes one takes one that there is. (That every queue has a dead-letter queue is a guard in infra.)
// Seen to catch: a subscription to an event that nobody publishes; a stream that nobody reads.
func TestEveryStreamIsPublishedAndEverySubscriptionIsFed(t *testing.T) {
	t.Parallel()
	described := map[string][]string{}
	for _, e := range schemas(t) {
		described[path.Dir(e)] = append(described[path.Dir(e)], path.Base(e))
	}
	readers := map[string][]string{}
	for _, f := range contract.Functions() {
		if f.Trigger.Stream == "" {
			continue
		}
		readers[f.Trigger.Stream] = append(readers[f.Trigger.Stream], f.ID())
		if besides[f.ID()] != "" {
			continue
		}
		if !slices.Contains(f.Grants, contract.Grant{Access: contract.Publish, Name: f.Context}) || len(described[f.Context]) == 0 {
			t.Errorf("%s reads a stream and publishes no event that is described", f.ID())
		}
	}
	for _, table := range tables.All() {
		var want []string
		if table.Stream {
			want = []string{table.Context}
		}
		var got []string
		for _, id := range readers[table.Name] {
			context, _, _ := strings.Cut(id, "-")
			got = append(got, context)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the stream of %s is read by its own context, once (-), and is read by %v (+):\n%s", table.Name, readers[table.Name], diff)
		}
	}
	for _, f := range contract.Functions() {
		if f.Trigger.Queue == nil {
			continue
		}
		for _, s := range f.Trigger.Queue.Subscriptions {
			if len(described[s.Context]) == 0 {
				t.Errorf("%s subscribes to %s, which publishes nothing", f.ID(), s.Context)
			}
			for _, e := range s.Events {
				if !slices.Contains(described[s.Context], e) {
					t.Errorf("%s subscribes to %s of %s, which is described nowhere", f.ID(), e, s.Context)
				}
			}
		}
	}
}
