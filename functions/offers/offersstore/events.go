package offersstore

import (
	"rialto/functions/internal/outbox"
	"rialto/functions/offers"
)

// Events turns a change of the table offers into events: an offer's into OfferChanged, a buy box's into
// BuyBoxChanged if it says something else now, be it only how many offers there are: who keeps what boxes say, as the
// search does, would otherwise miss it. A buy box is no offer, so a decision starts no other.
func Events(c outbox.Change) ([]outbox.Event, error) {
	image := c.New
	if image == nil {
		image = c.Old
	}
	if ofSeller(image) { // offers say what of it concerns others
		return nil, nil
	}
	if isBuyBox(image) {
		return buyBoxEvents(c)
	}
	o, err := decodeOffer(image)
	if err != nil {
		return nil, err
	}
	if same, err := sameVersion(c, o); same || err != nil {
		return nil, err
	}
	e, err := outbox.New("OfferChanged", o.ProductID, offers.OfferChanged{ProductID: o.ProductID, Marketplace: o.Marketplace,
		SellerID: o.SellerID, Version: o.Version, Price: o.Price, Paused: !o.OnSale() || c.New == nil})
	return []outbox.Event{e}, err
}

func sameVersion(c outbox.Change, o offers.Offer) (bool, error) {
	if c.Old == nil || c.New == nil {
		return false, nil
	}
	before, err := decodeOffer(c.Old)
	return before.Version == o.Version, err
}

func buyBoxEvents(c outbox.Change) ([]outbox.Event, error) {
	if c.New == nil { // boxes are emptied, never deleted
		return nil, nil
	}
	after, err := decodeBuyBox(c.New)
	if err != nil {
		return nil, err
	}
	if c.Old != nil {
		before, err := decodeBuyBox(c.Old)
		if err != nil || sameBuyBox(before, after) {
			return nil, err
		}
	}
	data, err := shown(after)
	if err != nil {
		return nil, err
	}
	e, err := outbox.New("BuyBoxChanged", after.ProductID, data)
	return []outbox.Event{e}, err
}

func shown(w offers.BuyBox) (offers.BuyBoxChanged, error) {
	out := offers.BuyBoxChanged{ProductID: w.ProductID, Marketplace: w.Marketplace, SellerID: w.Offer.SellerID, InStock: w.InStock, Version: w.Version}
	if w.Empty() {
		return out, nil
	}
	landed, err := w.Offer.Landed()
	out.OfferID, out.SellerName, out.OfferCount = w.Offer.ID, w.Offer.SellerName, w.Offers
	out.Price, out.Landed = &w.Offer.Price, &landed
	out.Score, out.SellerRating, out.Fulfillment, out.DeliveryDays = w.Score, w.Rating, w.Offer.Fulfillment, w.DeliveryDays
	out.Condition = w.Offer.Condition
	return out, err
}

// sameBuyBox leaves out when and how often was decided, and will be. The sku, which the event does not show, counts: search finds by it.
func sameBuyBox(a, b offers.BuyBox) bool {
	a.Version, a.DecidedAt, a.Turns = b.Version, b.DecidedAt, b.Turns
	a.Offer.Version, a.Offer.UpdatedAt, a.Offer.Followed = b.Offer.Version, b.Offer.UpdatedAt, b.Offer.Followed
	return a == b
}
