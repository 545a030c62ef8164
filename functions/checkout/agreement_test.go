package checkout

import (
	"context"
	"errors"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// An order is held against what its shopper agreed to, in every figure. Seen to catch: a total in another currency; a quote of another
// digest, or of other sums; a line of two that costs more than the cart showed.
func TestAnOrderIsWhatWasAgreedTo(t *testing.T) {
	t.Parallel()
	p := prepared(t, oregon, 599, goods{seller: "sel_a", units: 2, price: 1000, shipped: 50}, goods{seller: "sel_b", units: 1, price: 300})
	draft := func(r Request) (orders.Order, error) {
		r.Marketplace = "US"
		d, err := NewDraft(Ref{OrderID: "ord_a"}, r, p)
		return d.Order, err
	}
	o, err := draft(Request{})
	if err != nil {
		t.Fatal(err)
	}
	total := func(minor int64, currency string) *money.Amount { a := money.Of(minor, currency); return &a }
	quote := func(change func(*quoteID)) string {
		q := newQuoteID(o, time.Unix(2_000_000_000, 0))
		change(&q)
		return q.String()
	}
	for name, c := range map[string]struct {
		Request
		code, pointer string
	}{
		"the total":        {Request{ExpectedTotal: total(2_949, "USD")}, "", ""},
		"more":             {Request{ExpectedTotal: total(2_950, "USD")}, "cart_changed", "/expected_total"},
		"another currency": {Request{ExpectedTotal: total(2_949, "EUR")}, "cart_changed", "/expected_total"},
		"its quote":        {Request{QuoteID: quote(func(*quoteID) {})}, "", ""},
		"another digest":   {Request{QuoteID: quote(func(q *quoteID) { q.digest[0]++ })}, "cart_changed", "/quote_id"},
		"other sums":       {Request{QuoteID: quote(func(q *quoteID) { q.sums.shipping++ })}, "cart_changed", "/quote_id"},
		"no quote":         {Request{QuoteID: "quo_x"}, "quote_invalid", "/quote_id"},
	} {
		if _, err := draft(c.Request); fault.Code(err) != c.code || c.code != "" && fault.Of(err).Fields[0].Pointer != c.pointer {
			t.Errorf("%s: %v", name, err)
		}
	}
	p.Quote.Lines[1].Shown = total(299, "USD")
	if _, err := draft(Request{}); fault.Code(err) != "cart_changed" || len(fault.Of(err).Fields) != 1 || fault.Of(err).Fields[0].Pointer != "/lines/1" {
		t.Error("one line has risen:", err)
	}
	if _, err := draft(Request{ExpectedTotal: total(2_949, "USD")}); err != nil {
		t.Error("it was agreed to:", err)
	}
}

// A quote is good until its last second. Seen to catch: one that is good for a day.
func TestAQuoteIsInTime(t *testing.T) {
	t.Parallel()
	until := time.Date(2026, 11, 27, 8, 30, 0, 0, time.UTC)
	r := Request{QuoteID: newQuoteID(orders.Order{}, until).String()}
	for at, want := range map[time.Time]error{until.Add(-time.Hour): nil, until: nil, until.Add(time.Second): ErrQuoteExpired} {
		if err := r.inTime(at); !errors.Is(err, want) || (err == nil) != (want == nil) {
			t.Errorf("%s: %v", at, err)
		}
	}
}

// placing keeps the draft that comes to the pivot.
type placing struct {
	SagaStore
	d Draft
}

func (p *placing) Place(_ context.Context, ref Ref, d Draft, _ time.Time) (Record, error) {
	p.d = d
	return Record{Ref: ref, State: Placed}, nil
}

// Each shipment says until when its own money is held. Seen to catch: the first instant said of all; the draft changed that others hold.
func TestAShipmentSaysUntilWhenItsMoneyIsHeld(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 12, 4, 8, 0, 0, 0, time.UTC)
	in := PlaceInput{Claimed: Claimed{Draft: Draft{Order: orders.Order{Shipments: []orders.Shipment{{Group: "a"}, {Group: "b"}, {Group: "c"}}}}},
		Authorization: Authorization{Intents: []Authorized{{"b", at}, {"a", at.Add(time.Hour)}}}}
	store := &placing{}
	if _, err := (&Steps{Store: store, Now: time.Now}).Place(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	for n, want := range []time.Time{at.Add(time.Hour), at, {}} {
		if got := store.d.Order.Shipments[n].CaptureBefore; !got.Equal(want) {
			t.Errorf("shipment %d: %s", n, got)
		}
		if !in.Claimed.Draft.Order.Shipments[n].CaptureBefore.IsZero() {
			t.Error("the run's draft is another now")
		}
	}
}
