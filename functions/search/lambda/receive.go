package main

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/search"
)

// receive projects the products that a batch of events is about, each once: all of the batch's changes were
// committed before it came, so one reading sees them all. If a projection fails, all its events come again.
func receive(s *search.Service) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		work := map[string]*projection{}
		received := s.Now()
		for _, m := range e.Records {
			if t, err := read([]byte(m.Body)); err == nil { // the others are reported below
				p := work[t.product]
				if p == nil {
					p = &projection{markets: map[string]bool{}}
					seen := search.Seen{Queued: queued(m), Received: received}
					p.do = sync.OnceValue(func() error { return s.Project(ctx, t.product, seen, p.codes()...) })
					work[t.product] = p
				}
				p.everywhere = p.everywhere || t.market == ""
				p.markets[t.market] = true
			}
		}
		return outbox.Receive(func(_ context.Context, e outbox.Event) error {
			t, err := target(e)
			if err != nil {
				return err
			}
			return work[t.product].do()
		})(ctx, e)
	}
}

// queued is when the queue took a message, zero if it does not say.
func queued(m events.SQSMessage) time.Time {
	ms, err := strconv.ParseInt(m.Attributes["SentTimestamp"], 10, 64)
	if err != nil {
		return time.Time{}
	}
	return time.UnixMilli(ms)
}

// projection is the work on one product; everywhere means in all marketplaces it has a buy box in.
type projection struct {
	markets    map[string]bool
	everywhere bool
	do         func() error
}

func (p *projection) codes() []string {
	if p.everywhere {
		return nil
	}
	return slices.Sorted(maps.Keys(p.markets))
}

// change is what an event says to read: a product, in one marketplace or ("") in all.
type change struct{ product, market string }

func read(body []byte) (change, error) {
	e, err := outbox.Decode(body)
	if err != nil {
		return change{}, err
	}
	return target(e)
}

func target(e outbox.Event) (change, error) {
	var d struct {
		ProductID   string `json:"product_id"`
		Marketplace string `json:"marketplace"`
	}
	if e.Name != "ProductChanged" && e.Name != "BuyBoxChanged" {
		return change{}, fault.New(fault.Malformed, "unknown_event", "this function does not take %s", e.Name)
	}
	if err := e.Into(&d); err != nil {
		return change{}, err
	}
	if d.ProductID == "" || (d.Marketplace == "") != (e.Name == "ProductChanged") {
		return change{}, fault.New(fault.Malformed, "malformed_event", "the event names no product or no marketplace")
	}
	return change{d.ProductID, d.Marketplace}, nil
}
