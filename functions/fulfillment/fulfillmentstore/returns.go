package fulfillmentstore

import (
	"context"
	"fmt"
	"strings"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
)

// The table returns. Keys:
//
//	<order_id>, ret_…           a return; in the index by_seller under its seller, by when it was asked for
//	<order_id>, units#<shp_…>   how many units of a shipment were asked to be sent back
const (
	returns     = "returns"
	bySeller    = "by_seller"
	unitsPrefix = "units#"
	retPrefix   = "ret_"
)

// returned is a stored Return with its place among its seller's.
type returned struct {
	fulfillment.Return
	RequestedAt string `dynamodbav:"requested_at"`
}

func unitsKey(orderID, shipmentID string) store.Key { return key(orderID, unitsPrefix+shipmentID) }

func readReturn(i store.Item) (fulfillment.Return, error) {
	r, err := read[returned](i)
	out := r.Return
	out.RequestedAt, out.UpdatedAt = out.RequestedAt.UTC(), out.UpdatedAt.UTC()
	return out, err
}

func place(r fulfillment.Return) string {
	return r.RequestedAt.UTC().Format(store.Sortable) + "#" + r.ID
}

func putReturn(r fulfillment.Return) store.Write {
	return store.Put(returns, key(r.OrderID, r.ID), returned{r, place(r)}).Named("return")
}

// Return returns a return, or return_not_found.
func (s Store) Return(ctx context.Context, orderID, returnID string) (fulfillment.Return, error) {
	if !strings.HasPrefix(returnID, retPrefix) {
		return fulfillment.Return{}, fulfillment.ErrNoReturn
	}
	i, err := s.DB.Get(ctx, returns, key(orderID, returnID))
	if err != nil {
		return fulfillment.Return{}, fmt.Errorf("get return: %w", err)
	}
	if i == nil {
		return fulfillment.Return{}, fulfillment.ErrNoReturn
	}
	return readReturn(i)
}

// OfOrder lists an order's returns.
func (s Store) OfOrder(ctx context.Context, orderID string) ([]fulfillment.Return, error) {
	var out []fulfillment.Return
	for q := (store.Query{Table: returns, Hash: orderID, Prefix: retPrefix}); ; {
		p, err := s.DB.Query(ctx, q)
		if err != nil {
			return nil, fmt.Errorf("list returns: %w", err)
		}
		for _, i := range p.Items {
			r, err := readReturn(i)
			if err != nil {
				return nil, err
			}
			out = append(out, r)
		}
		if q.After = p.Next; q.After == nil {
			return out, nil
		}
	}
}

// Asked returns how many units of a shipment were asked to be sent back.
func (s Store) Asked(ctx context.Context, orderID, shipmentID string) (fulfillment.Units, error) {
	i, err := s.DB.Get(ctx, returns, unitsKey(orderID, shipmentID))
	if err != nil {
		return fulfillment.Units{}, fmt.Errorf("get units: %w", err)
	}
	return read[fulfillment.Units](i)
}

// Request stores a new return with the units as they are with it. It fails with return_contended if others asked for
// units of the shipment, or the return is there.
func (s Store) Request(ctx context.Context, r fulfillment.Return, units fulfillment.Units) error {
	u := store.Put(returns, unitsKey(r.OrderID, r.ShipmentID), units).Named("units")
	if units.Version == 1 {
		u = u.If(store.Absent())
	} else {
		u = u.If(store.Eq("version", units.Version-1))
	}
	err := s.DB.Transact(ctx, u, putReturn(r).If(store.Absent()), dueReturn(r))
	if refused, ok := store.AsRefused(err); ok && !refused.Transient() {
		return fulfillment.ErrUnitsChanged
	}
	return store.Explained("request return", err, errReturns)
}

var errReturns = fault.New(fault.Throttled, "returns_throttled", "the order's returns are too busy just now")

// Resolve stores a return over one that stands where it stood, and tells whether it did. It is on the list of appeals as long as it
// is appealed.
func (s Store) Resolve(ctx context.Context, was, now fulfillment.Return) (bool, error) {
	as := []store.Cond{store.Eq("state", was.State), store.Eq("refund_attempt", was.RefundAttempt)}
	if was.ExchangedBy == "" {
		as = append(as, store.Lacks("exchanged_by"))
	}
	if was.Appeal == nil {
		as = append(as, store.Lacks("appeal")) // it may have been rejected, appealed and rejected again since
	}
	w := putReturn(now).If(as...)
	var err error
	if listed := appealed(was, now); listed == nil {
		_, err = s.DB.Apply(ctx, w)
	} else {
		err = s.DB.Transact(ctx, w, *listed)
	}
	if r, refused := store.AsRefused(err); refused {
		if _, failed := r.Failed("return"); failed {
			return false, nil
		}
	}
	return err == nil, store.Explained("resolve return", err, errReturns)
}

// Forget drops what was written in an order's returns.
func (s Store) Forget(ctx context.Context, orderID string) error {
	all, err := s.OfOrder(ctx, orderID)
	if err != nil {
		return err
	}
	for _, r := range all {
		_, err := s.DB.Apply(ctx, store.Update(returns, key(orderID, r.ID)).Set("reason", "").Remove("note", "appeal").If(store.Exists()).Named("return"))
		if err != nil {
			return store.Explained("forget return", err, errReturns)
		}
	}
	return nil
}

// Sent lists a seller's returns, the latest first, after a place ("" for the first), and where the next page begins. The
// index may be a moment behind. Errors: invalid_cursor.
func (s Store) Sent(ctx context.Context, seller, after string, limit int) ([]fulfillment.Return, string, error) {
	q := store.Query{Table: returns, Index: bySeller, HashAttr: "seller_id", SortAttr: "requested_at", Hash: seller, Limit: limit, Reverse: true}
	if after != "" {
		at, order, ok := strings.Cut(after, "@")
		_, id, named := strings.Cut(at, "#")
		if !ok || !named || !strings.HasPrefix(id, retPrefix) {
			return nil, "", fault.ErrCursor
		}
		i, err := store.Marshal(map[string]string{"pk": order, "sk": id, "seller_id": seller, "requested_at": at})
		if err != nil {
			return nil, "", err
		}
		q.After = i
	}
	p, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list returns: %w", err)
	}
	var out []fulfillment.Return
	for _, i := range p.Items {
		r, err := readReturn(i)
		if err != nil {
			return nil, "", err
		}
		out = append(out, r)
	}
	if p.Next == nil || len(out) == 0 {
		return out, "", nil
	}
	last := out[len(out)-1]
	return out, place(last) + "@" + last.OrderID, nil
}

// ReturnEvents turns a change of the table returns into its event.
func ReturnEvents(c outbox.Change) ([]outbox.Event, error) {
	now, err := readReturn(c.New)
	if err != nil {
		return nil, err
	}
	before, err := readReturn(c.Old)
	if err != nil || before.State == now.State {
		return nil, err
	}
	var name string
	var data any
	switch now.State {
	case fulfillment.Requested:
		name, data = fulfillment.EventReturnRequested, now.Requested()
	case fulfillment.Received:
		name, data = fulfillment.EventReturnReceived, now.Received()
	case fulfillment.Expired:
		name, data = fulfillment.EventReturnExpired, now.Expired()
	default:
		return nil, nil
	}
	e, err := outbox.New(name, now.OrderID, data)
	return []outbox.Event{e}, err
}
