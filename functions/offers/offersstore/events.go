package offersstore

import (
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/offers"
)

// Events turns a change of the table offers into events: an offer's into OfferChanged, a buy box's into
// BuyBoxChanged if what it shows has changed. A buy box is no offer, so a decision starts no other.
func Events(c outbox.Change) ([]outbox.Event, error) {
	image := c.New
	if image == nil {
		image = c.Old
	}
	if ofSeller(image) { // offers say what of it concerns others
		return nil, nil
	}
	if isWinner(image) {
		return boxEvents(c)
	}
	o, err := decodeOffer(image)
	if err != nil {
		return nil, err
	}
	if same, err := sameVersion(c, o); same || err != nil {
		return nil, err
	}
	e, err := outbox.New("OfferChanged", o.ProductID, offers.OfferChanged{ProductID: o.ProductID, Marketplace: o.Marketplace,
		SellerID: o.SellerID, Version: o.Version, Price: o.Price, Paused: o.Paused || c.New == nil})
	return []outbox.Event{e}, err
}

func sameVersion(c outbox.Change, o offers.Offer) (bool, error) {
	if c.Old == nil || c.New == nil {
		return false, nil
	}
	before, err := decodeOffer(c.Old)
	return before.Version == o.Version, err
}

func boxEvents(c outbox.Change) ([]outbox.Event, error) {
	if c.New == nil { // boxes are emptied, never deleted
		return nil, nil
	}
	before, err := shown(c.Old)
	if err != nil {
		return nil, err
	}
	after, err := shown(c.New)
	if err != nil {
		return nil, err
	}
	if c.Old != nil && sameBox(before, after) {
		return nil, nil
	}
	e, err := outbox.New("BuyBoxChanged", after.ProductID, after)
	return []outbox.Event{e}, err
}

func shown(i store.Item) (offers.BuyBoxChanged, error) {
	w, err := decodeWinner(i)
	if err != nil {
		return offers.BuyBoxChanged{}, err
	}
	out := offers.BuyBoxChanged{ProductID: w.ProductID, Marketplace: w.Marketplace, SellerID: w.Offer.SellerID, InStock: w.InStock, Version: w.Version}
	if w.Empty() {
		return out, nil
	}
	landed, err := w.Offer.Landed()
	out.Price, out.Landed = &w.Offer.Price, &landed
	out.Score, out.SellerRating, out.Fulfilment, out.DeliveryDays = w.Score, w.Rating, w.Offer.Fulfilment, w.DeliveryDays
	return out, err
}

func sameBox(a, b offers.BuyBoxChanged) bool {
	if !sameAmount(a.Price, b.Price) || !sameAmount(a.Landed, b.Landed) {
		return false
	}
	a.Price, a.Landed, a.Version = b.Price, b.Landed, b.Version
	return a == b
}

func sameAmount(a, b *money.Amount) bool {
	return a == nil && b == nil || a != nil && b != nil && *a == *b
}
