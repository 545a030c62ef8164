package offers

import (
	"cmp"
	"context"
	"errors"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/marketplaces"
)

// Decider keeps the stored buy boxes what Decide says of their offers.
type Decider struct {
	Store Store
	Stock Stock
	Now   func() time.Time
}

// ErrBuyBoxChanged says that a buy box is not of the version it was read in.
var ErrBuyBoxChanged = fault.New(fault.Conflict, "buy_box_changed", "the buy box was decided anew meanwhile")

// passes bounds how often one decision looks again. Each pass but the last found a change that came while the
// one before worked; what still moves after so many is left to the queue, which tries again later.
const passes = 6

// followed makes offers follow their sellers that were written while it was told that the seller is blocked, goes on, or has another name:
// who told all of the seller's offers may have come before them. It tells whether one was changed.
func (d *Decider) followed(ctx context.Context, list []Offer, sellers map[string]SellerProfile) (changed bool, err error) {
	for _, o := range list {
		p := sellers[o.SellerID]
		if o.Blocked == p.Blocked && o.SellerName == cmp.Or(p.Name, o.SellerName) {
			continue
		}
		stored, err := d.Store.Get(ctx, o.Key()) // as its seller put it, without what a sale makes of it
		if errors.Is(err, ErrOfferNotFound) {
			continue
		}
		if err != nil {
			return changed, err
		}
		did, err := follow(ctx, d.Store, d.Now, stored, p)
		if err != nil {
			return changed, err
		}
		changed = changed || did
	}
	return changed, nil
}

// Decide makes the stored buy box of a marketplace what the rule says. It is safe to repeat and to run side by
// side with itself. It fails with buy_box_contended (Unavailable) when others keep changing the box.
//
// It ends only with a pass that found nothing to write. Comparing and setting is not enough: one who decides on
// older offers may write after another who decided on newer ones found the box right and so left its version
// alone. But then the writer's last pass begins after its write and sees those newer offers.
func (d *Decider) Decide(ctx context.Context, product, marketplace string) error {
	for range passes {
		box, list, err := d.Store.List(ctx, product, marketplace)
		if err != nil {
			return err
		}
		list, turns := sold(list, d.Now())
		candidates, sellers, err := candidatesOf(ctx, d.Store, d.Stock, list, "")
		if err != nil {
			return err
		}
		if followed, err := d.followed(ctx, list, sellers); err != nil {
			return err
		} else if followed {
			continue
		}
		decision := Decide(candidates)
		decision.Turns = turns
		if box.Is(decision) {
			return nil
		}
		next := BuyBox{ProductID: product, Marketplace: marketplace, Offer: decision.Offer, InStock: decision.InStock, Offers: decision.Offers,
			Score: decision.Score, Rating: decision.Rating, DeliveryDays: decision.DeliveryDays,
			Turns: decision.Turns, Version: box.Version + 1, DecidedAt: d.Now().UTC()}
		if err := d.Store.SaveBuyBox(ctx, next, box.Version); err != nil && !errors.Is(err, ErrBuyBoxChanged) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "buy_box_contended", "the buy box keeps changing")
}

// DecideForSeller decides the buy box of every marketplace in which the seller offers the product, and that the stock of a centre
// is sold in: the others neither gain nor lose by it.
func (d *Decider) DecideForSeller(ctx context.Context, product, seller, centre string) error {
	var keys []Key
	for _, m := range marketplaces.All() {
		if marketplaces.Reaches(centre, m.Code) {
			keys = append(keys, Key{product, m.Code, seller})
		}
	}
	if keys == nil { // nobody buys what is there
		return nil
	}
	found, err := d.Store.GetMany(ctx, keys...)
	if err != nil {
		return err
	}
	var problems []error
	for _, k := range keys {
		if _, there := found[k]; there {
			problems = append(problems, d.Decide(ctx, product, k.Marketplace))
		}
	}
	return errors.Join(problems...)
}
