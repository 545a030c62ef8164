// Package invoicesstore keeps what was issued, in the table invoices. Keys:
//
//	<order_id>, <group or refund id>              a document
//	!numbers#<seller_id>#<year>#<letter>, last    how many numbers of a series are taken
package invoicesstore

import (
	"context"
	"fmt"
	"strconv"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/invoices"
)

const table = "invoices"

// Store reads and writes documents.
type Store struct{ DB store.DB }

func key(orderID, of string) store.Key { return store.Key{PK: orderID, SK: of} }

func seriesKey(s invoices.Series) store.Key {
	return store.Key{PK: "!numbers#" + s.SellerID + "#" + strconv.Itoa(s.Year) + "#" + s.Letter, SK: "last"}
}

// Document returns what was issued of a parcel, or of a refund.
func (s Store) Document(ctx context.Context, orderID, of string) (invoices.Document, bool, error) {
	i, err := s.DB.Get(ctx, table, key(orderID, of))
	if err != nil || i == nil {
		return invoices.Document{}, false, err
	}
	d, err := read(i)
	return d, err == nil, err
}

// OfOrder lists what was issued of an order.
func (s Store) OfOrder(ctx context.Context, orderID string) (list []invoices.Document, err error) {
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: table, Hash: orderID}) {
		if err != nil {
			return nil, fmt.Errorf("list invoices: %w", err)
		}
		d, err := read(i)
		if err != nil {
			return nil, err
		}
		list = append(list, d)
	}
	return list, nil
}

// Last is how many numbers of a series are taken.
func (s Store) Last(ctx context.Context, of invoices.Series) (n int64, err error) {
	i, err := s.DB.Get(ctx, table, seriesKey(of))
	if err != nil || i == nil {
		return 0, err
	}
	err = store.Int(i, "last", &n)
	return n, err
}

var errBusy = fault.New(fault.Unavailable, "invoice_contended", "others take numbers of the same series just now")

// Issue stores a document and takes the number after last, both or neither.
func (s Store) Issue(ctx context.Context, d invoices.Document, of invoices.Series, last int64) error {
	number := store.Update(table, seriesKey(of)).Set("last", last+1).Named("number")
	if last == 0 {
		number = number.If(store.Lacks("last"))
	} else {
		number = number.If(store.Eq("last", last))
	}
	err := s.DB.Transact(ctx, number, store.Put(table, key(d.OrderID, d.Of), d).If(store.Absent()).Named("invoice"))
	if r, refused := store.AsRefused(err); refused && !r.Transient() {
		return invoices.ErrTaken
	}
	return store.Explained("issue invoice", err, errBusy)
}

func read(i store.Item) (invoices.Document, error) {
	var d invoices.Document
	if err := store.Unmarshal(i, &d); err != nil {
		return d, fmt.Errorf("read invoice: %w", err)
	}
	d.IssuedAt, d.OrderedAt = d.IssuedAt.UTC(), d.OrderedAt.UTC()
	return d, nil
}
