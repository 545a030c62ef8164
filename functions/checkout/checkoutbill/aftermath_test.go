package checkoutbill_test

import (
	"slices"

	"rialto/functions/carts/cartsstore"
	"rialto/functions/contract"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments/paymentsstore"
)

// derive says how the streams of the tables that a checkout writes become events.
var derive = map[string]func(outbox.Change) ([]outbox.Event, error){
	"carts": cartsstore.Events, "orders": ordersstore.Events, "inventory": inventorystore.Events, "payments": paymentsstore.Events,
}

// images are the items of the tables with streams.
func (s *shop) images() map[string]map[store.Key]store.Item {
	out := map[string]map[store.Key]store.Item{}
	for name := range derive {
		out[name] = map[store.Key]store.Item{}
		for _, i := range s.memory.Items(name) {
			var k struct {
				PK string `dynamodbav:"pk"`
				SK string `dynamodbav:"sk"`
			}
			if err := store.Unmarshal(i, &k); err != nil {
				s.t.Fatal(err)
			}
			out[name][store.Key(k)] = i
		}
	}
	return out
}

// aftermath counts what follows from the checkout's writes until every consumer has its event: each stream record and
// each message alone in its batch, which is the most that it can cost. What the consumers then do is their own.
func (s *shop) aftermath(before map[string]map[store.Key]store.Item) (counts map[string]float64, events int) {
	counts = map[string]float64{}
	run := func(f contract.Function) {
		counts["lambda.request"]++
		counts["lambda.gb_second"] += s.model.After / 1000 * float64(f.Memory) / 1024
	}
	streams := map[string]bool{}
	for _, t := range tables.All() {
		streams[t.Name] = t.Stream
	}
	for _, c := range s.db.Calls() {
		for _, w := range c.Writes {
			if !w.Changed || !streams[w.Table] {
				continue
			}
			if derive[w.Table] == nil {
				s.t.Fatalf("nobody says what events the stream of %s has", w.Table)
			}
			counts["dynamodb.stream_read_by_lambda"]++
			for _, f := range contract.Functions() {
				if f.Trigger.Stream == w.Table {
					run(f)
				}
			}
		}
	}
	for table, now := range s.images() {
		for key, item := range now {
			es, err := derive[table](outbox.Change{Old: before[table][key], New: item})
			if err != nil {
				s.t.Fatal(err)
			}
			for _, e := range es {
				events++
				counts["sns.request"]++
				for _, t := range tables.All() {
					if t.Name == table {
						deliver(e.Name, t.Context, counts, run)
					}
				}
			}
		}
	}
	return counts, events
}

// deliver counts an event's way to the queues that take it.
func deliver(event, context string, counts map[string]float64, run func(contract.Function)) {
	for _, f := range contract.Functions() {
		if f.Trigger.Queue == nil {
			continue
		}
		for _, sub := range f.Trigger.Queue.Subscriptions {
			if sub.Context == context && (len(sub.Events) == 0 || slices.Contains(sub.Events, event)) {
				counts["sns.delivery_to_sqs"]++
				counts["sqs.request"] += 2 // received and deleted
				run(f)
			}
		}
	}
}

// fixed is testdata/fixed-prod.json.
type fixed struct {
	Orders float64            `json:"orders_a_day"`
	Units  map[string]float64 `json:"units"`
}
