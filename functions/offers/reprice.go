package offers

import (
	"context"
	"encoding/json"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/money"
	"rialto/functions/internal/rows"
)

// Repricing is a new price for an offer that stands. Without Shipping, what the seller adds for shipping stays.
type Repricing struct {
	ProductID   string        `json:"product_id"`
	SellerID    string        `json:"seller_id"`
	Marketplace string        `json:"marketplace"`
	Price       money.Amount  `json:"price"`
	Shipping    *money.Amount `json:"shipping,omitempty"`
	PriceDrop   bool          `json:"confirm_price_drop,omitempty"` // a price that falls steeply is meant
}

// Key returns what names the offer.
func (r Repricing) Key() Key { return Key{r.ProductID, r.Marketplace, r.SellerID} }

// Validate returns invalid_offer with every flaw, or nil.
func (r Repricing) Validate() error {
	var f flaws
	m := f.key(r.Key())
	f.amount("/price", r.Price, 1, m.Currency)
	if r.Shipping != nil {
		f.amount("/shipping", *r.Shipping, 0, m.Currency)
	}
	return f.fault()
}

// Reprice changes prices, row by row, and nothing else of an offer. A row whose offer does not stand is refused as
// offer_not_found. Errors: as Import.
func (w *FeedWriter) Reprice(ctx context.Context, batch []json.RawMessage) (rows.Report, error) {
	list, err := rows.Read(batch, "price", func(r *Repricing) (string, error) { return r.Key().ID(), r.Validate() })
	if err != nil {
		return rows.Report{}, err
	}
	var keys []Key
	for _, r := range list {
		if r.Err == nil {
			keys = append(keys, r.Value.Key())
		}
	}
	current, err := w.Store.GetMany(ctx, keys...)
	if err != nil {
		return rows.Report{}, err
	}
	return rows.Do(ctx, list, rows.ByID, func(ctx context.Context, r Repricing) (bool, error) {
		return cas.Update(current[r.Key()], ErrChanged, func(o Offer) (bool, error) {
			if o.Version == 0 {
				return false, ErrOfferNotFound
			}
			want := o
			want.Price = r.Price
			if r.Shipping != nil {
				want.Shipping = *r.Shipping
			}
			if want == o {
				return false, nil
			}
			if err := want.Validate(); err != nil { // of a sale that would be no cheaper
				return false, err
			}
			if o.fallsSteeply(r.Price) && !r.PriceDrop {
				return false, ErrPriceDrop
			}
			return true, w.Store.Save(ctx, want.over(o, w.Now()), o)
		}, func() (Offer, error) { return found(w.Store.Get(ctx, r.Key())) })
	}), nil
}
