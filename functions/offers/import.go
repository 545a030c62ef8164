package offers

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/rows"
)

// Batch is offers to import, rows.Max at most, each naming its product, marketplace and seller. An offer's id,
// version and time are not read, and without a seller's name, a sku or a limit the ones it has
// stay; a name that the seller itself said goes before a row's.
type Batch struct {
	Offers []json.RawMessage `json:"offers"`
}

// Row is an offer of a batch. With Delete it is taken away, and nothing but its key is read; one that is not there is no error.
type Row struct {
	Offer
	Delete bool `json:"delete,omitempty"`
	// PriceDrop says in a seller's feed that a price which falls steeply is meant.
	PriceDrop bool `json:"confirm_price_drop,omitempty"`
}

func (r *Row) check() (id string, err error) {
	r.ID = r.Key().ID()
	if r.Delete {
		return r.ID, r.Key().Validate()
	}
	return r.ID, r.Validate()
}

// Importer writes batches of offers.
type Importer struct {
	Store Store
	Now   func() time.Time
	// guarded tells that prices which fall steeply must be confirmed: a seller's may be a slip, an operator's is not judged.
	guarded bool
}

// Import writes a batch, row by row: what is wrong with a row stands in its report and hinders no other. An
// offer that stands as its row says is not written, so the same batch again changes nothing. That a product
// exists is not asked: products and offers may be imported side by side, and an offer of nothing is shown
// nowhere. Errors: batch_too_large, and what the store says of reading.
func (i *Importer) Import(ctx context.Context, b Batch) (rows.Report, error) {
	list, err := read(b.Offers)
	if err != nil {
		return rows.Report{}, err
	}
	return i.write(ctx, list)
}

func read(batch []json.RawMessage) ([]rows.Row[Row], error) {
	return rows.Read(batch, "offer", (*Row).check)
}

func (i *Importer) write(ctx context.Context, list []rows.Row[Row]) (rows.Report, error) {
	var keys []Key
	var sellers []string
	for _, r := range list {
		if r.Err == nil {
			keys = append(keys, r.Value.Key())
			if !slices.Contains(sellers, r.Value.SellerID) {
				sellers = append(sellers, r.Value.SellerID)
			}
		}
	}
	current, err := i.Store.GetMany(ctx, keys...)
	if err != nil {
		return rows.Report{}, err
	}
	known, err := i.Store.SellerProfiles(ctx, sellers...)
	if err != nil {
		return rows.Report{}, err
	}
	return rows.Do(ctx, list, rows.ByID, func(ctx context.Context, r Row) (bool, error) {
		o := r.Offer
		if r.Delete {
			return i.remove(ctx, current[o.Key()], o.Key())
		}
		o.SellerName, o.Blocked = cmp.Or(known[o.SellerID].Name, o.SellerName), known[o.SellerID].Blocked
		return i.save(ctx, o, current[o.Key()], r.PriceDrop || !i.guarded)
	}), nil
}

// save makes an offer stand as o says, whatever stands there; current is what was read, the zero Offer for
// nothing.
func (i *Importer) save(ctx context.Context, o, current Offer, priceDrop bool) (written bool, err error) {
	name, sku, limit := o.SellerName, o.SKU, o.MaxPerOrder
	return cas.Update(current, ErrChanged, func(current Offer) (bool, error) {
		o.SellerName, o.SKU = cmp.Or(name, current.SellerName, o.SellerID), cmp.Or(sku, current.SKU)
		o.MaxPerOrder = cmp.Or(limit, current.MaxPerOrder)
		if current.Version > 0 && current.Same(o) {
			return false, nil
		}
		if current.slips(o) && !priceDrop {
			return false, ErrPriceDrop
		}
		return true, i.Store.Save(ctx, o.over(current, i.Now()), current)
	}, func() (Offer, error) { return found(i.Store.Get(ctx, o.Key())) })
}

// remove makes an offer not stand, whatever stands there; current is what was read.
func (i *Importer) remove(ctx context.Context, current Offer, k Key) (removed bool, err error) {
	return cas.Update(current, ErrChanged, func(current Offer) (bool, error) {
		if current.Version == 0 {
			return false, nil
		}
		return true, i.Store.Delete(ctx, current)
	}, func() (Offer, error) { return found(i.Store.Get(ctx, k)) })
}
