package clickstream

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"rialto/functions/carts"
	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
	"rialto/functions/payments"
)

// ServerBatch is what a function of ours puts on the stream: as a browser's, and perhaps by a customer's pseudonym.
type ServerBatch struct {
	Batch
	Customer string `json:"customer,omitempty"`
}

// Stream takes records. Those of one key stay in order.
type Stream interface {
	Put(ctx context.Context, key string, r Record) error
}

// People know the pseudonyms of customers.
type People interface {
	// Mark is a keyed hash of parts under a customer's own key, the same each time; there is none of a customer of whom nothing
	// is held, and none any more once the customer is erased.
	Mark(ctx context.Context, customerID string, parts ...string) (mark []byte, there bool, err error)
}

// Consents keeps what customers agreed to.
type Consents interface {
	// Get returns no consent of whom never gave one.
	Get(ctx context.Context, customerID string) (Consent, error)
	Put(ctx context.Context, customerID string, c Consent) error
	Delete(ctx context.Context, customerID string) error
}

// Orders reads orders.
type Orders interface {
	Get(ctx context.Context, orderID string) (orders.Order, bool, error)
}

// Follower joins what other contexts tell to what browsers send, so that purchases depend on no browser.
type Follower struct {
	People   People
	Consents Consents
	Orders   Orders // of which a refund is
	Stream   Stream
	// Pseudonyms name what no customer's key can, any more.
	Pseudonyms Pseudonyms
}

// HandleEvent takes OrderPlaced, CartChanged, PaymentRefunded and PaymentRefundedElsewhere. Errors: unknown_event, malformed_event,
// order_not_found.
func (f *Follower) HandleEvent(ctx context.Context, event string, data []byte, at time.Time) error {
	switch event {
	case "OrderPlaced":
		return eventdata.Handle(ctx, event, data, f.placed)
	case "CartChanged":
		return eventdata.Handle(ctx, event, data, f.cart)
	case payments.EventRefunded:
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, r payments.PaymentRefunded) error {
			if r.Before { // what was given elsewhere was told of then
				return nil
			}
			return f.refunded(ctx, r.OrderID, r.RefundID, r.Amount, at)
		})
	case payments.EventRefundedElsewhere:
		return eventdata.Handle(ctx, event, data, func(ctx context.Context, r payments.PaymentRefundedElsewhere) error {
			return f.refunded(ctx, r.OrderID, r.RefundID, r.Amount, at)
		})
	}
	return fault.New(fault.Malformed, "unknown_event", "the clickstream does not take %s", event)
}

// cart puts on the stream what came into a cart and what went.
func (f *Follower) cart(ctx context.Context, c carts.CartChanged) error {
	for name, sign := range map[string]int64{AddToCart: 1, RemoveFromCart: -1} {
		e := Event{ActionName: name, Timestamp: c.ChangedAt}
		for _, l := range c.Lines {
			if units := l.Units * sign; units > 0 {
				e.Attributes.Items = append(e.Attributes.Items, Item{ItemID: l.ProductID, SellerID: l.SellerID, Quantity: units, Price: &l.UnitPrice})
			}
		}
		if len(e.Attributes.Items) == 0 {
			continue
		}
		if err := f.put(ctx, c.CustomerID, c.Marketplace, fmt.Sprint(c.CartID, " ", c.Version), e); err != nil {
			return err
		}
	}
	return nil
}

// placed puts a purchase on the stream. Its event id is made under the customer's key, since whoever has the orders could
// else find their rows by it after an erasure.
func (f *Follower) placed(ctx context.Context, o orders.Placed) error {
	e := Event{ActionName: Purchase, Timestamp: o.PlacedAt, Attributes: Attributes{Value: &o.Total}}
	for _, l := range o.Lines {
		e.Attributes.Items = append(e.Attributes.Items, Item{ItemID: l.ProductID, SellerID: l.SellerID, Quantity: l.Quantity, Price: &l.UnitPrice})
	}
	return f.put(ctx, o.CustomerID, o.Marketplace, o.OrderID, e)
}

// refunded puts a refund on the stream, which names its purchase as the lake does. However often a bank turns it back
// and it is given again, it is one.
func (f *Follower) refunded(ctx context.Context, orderID, refundID string, amount money.Amount, at time.Time) error {
	if amount.Minor == 0 {
		return nil
	}
	o, there, err := f.Orders.Get(ctx, orderID)
	if err != nil {
		return err
	}
	if !there {
		return orders.ErrNotFound
	}
	purchase, _, err := f.eventID(ctx, o.Sealer(), Purchase, orderID)
	if err != nil {
		return err
	}
	return f.put(ctx, o.Sealer(), o.Marketplace, orderID+" "+refundID, Event{ActionName: Refund, Timestamp: at,
		Attributes: Attributes{Object: &Object{ObjectID: purchase, Field: "purchase_id"}, Value: &amount}})
}

// eventID names an event of a customer, the same each time, and tells whether it was made under the customer's key.
func (f *Follower) eventID(ctx context.Context, customerID, action, subject string) (id string, there bool, err error) {
	mark, there, err := f.People.Mark(ctx, customerID, "clickstream", action, subject)
	if err != nil {
		return "", false, fmt.Errorf("mark event: %w", err)
	}
	if !there {
		return f.Pseudonyms.Of("event", action+" "+subject), false, nil
	}
	return hex.EncodeToString(mark[:16]), true, nil
}

// put puts one event of a customer on the stream, without the customer unless that may serve a profile.
func (f *Follower) put(ctx context.Context, customerID, marketplace, subject string, e Event) error {
	consent, err := f.Consents.Get(ctx, customerID)
	if err != nil {
		return err
	}
	var there bool
	if e.EventID, there, err = f.eventID(ctx, customerID, e.ActionName, subject); err != nil {
		return err
	}
	b := ServerBatch{Batch: Batch{SchemaVersion: SchemaVersion, Application: "rialto", Marketplace: marketplace, Consent: consent, Events: []Event{e}}}
	if there && consent.Analytics && consent.Personalization {
		if b.Customer, err = pseudonym(ctx, f.People, customerID); err != nil {
			return err
		}
	}
	r, err := serverRecord(e.EventID, b)
	if err != nil {
		return err
	}
	return f.Stream.Put(ctx, e.EventID, r)
}

// pseudonym is what the lake calls a customer: a keyed hash under the customer's own key. Nothing else links the two, so
// destroying the key, as an erasure does, makes all of the lake's rows of the customer anonymous where they lie.
func pseudonym(ctx context.Context, people People, customerID string) (string, error) {
	mark, there, err := people.Mark(ctx, customerID, "clickstream")
	if err != nil {
		return "", fmt.Errorf("pseudonym: %w", err)
	}
	if !there {
		return "", nil
	}
	return hex.EncodeToString(mark[:16]), nil
}

// errSession refuses a session that no event could have.
var errSession = fault.New(fault.Invalid, "invalid_session_id", "the session's id is not one that events may have").
	With(fault.Field{Pointer: "/session_id", Code: "invalid_session_id", Message: "must be 16 to 64 letters, digits, - and _"})
