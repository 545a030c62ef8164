package offers

import (
	"context"

	"golang.org/x/sync/errgroup"

	"rialto/functions/inventory"
)

// candidatesOf reads what the buy box weighs beside the offers: of those that are on sale, and of one seller's. It returns what is known
// of all offers' sellers, too.
func candidatesOf(
	ctx context.Context, store Store, stock Stock, list []Offer, also string,
) (out []Candidate, sellers map[string]SellerProfile, err error) {
	var open []Offer
	for _, o := range list {
		if o.OnSale() || o.SellerID == also {
			open = append(open, o)
		}
	}
	var free map[string]int64
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) { free, err = freeOf(ctx, stock, open); return err })
	g.Go(func() (err error) { sellers, err = store.SellerProfiles(ctx, sellersOf(list)...); return err })
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	out = make([]Candidate, 0, len(open))
	for _, o := range open {
		out = append(out, Candidate{o, free[o.SellerID], sellers[o.SellerID].Rating})
	}
	return out, sellers, nil
}

func sellersOf(list []Offer) []string {
	out := make([]string, 0, len(list))
	for _, o := range list {
		out = append(out, o.SellerID)
	}
	return out
}

// freeOf returns, by seller, the free units in the centre that has most of them, of those whose stock may be sold in the
// offer's marketplace: stock's events tell of each centre's band, so a decision that looked at their sum would not be made
// anew when the sum's band changes.
func freeOf(ctx context.Context, stock Stock, list []Offer) (map[string]int64, error) {
	skus := make([]inventory.SKU, 0, len(list))
	for _, o := range list {
		skus = append(skus, inventory.SKU{ProductID: o.ProductID, SellerID: o.SellerID})
	}
	units, err := stock.Stock(ctx, skus...)
	if err != nil {
		return nil, err
	}
	most := map[string]int64{}
	for _, o := range list {
		for _, x := range inventory.Reaching(units, o.Marketplace) {
			if x.SellerID == o.SellerID {
				most[o.SellerID] = max(most[o.SellerID], x.Available)
			}
		}
	}
	return most, nil
}
