package offers

import (
	"context"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
)

// OfferChanged is the data of the event of that name: an offer was made or changed. One that was deleted is
// told of as paused, in its last version; so is one whose seller is blocked.
type OfferChanged struct {
	ProductID   string       `json:"product_id"`
	Marketplace string       `json:"marketplace"`
	SellerID    string       `json:"seller_id"`
	Version     int64        `json:"version"`
	Price       money.Amount `json:"price"`
	Paused      bool         `json:"paused"`
}

// BuyBoxChanged is the data of the event of that name: what the buy box shows, or what it won with, has changed.
// SellerID is empty, and all that describes an offer is left out, if nobody offers the product any more. Score and
// what follows it came later to version 1, and are absent from events that are older; so are OfferID, SellerName and
// OfferCount, which came later still.
type BuyBoxChanged struct {
	ProductID    string        `json:"product_id"`
	Marketplace  string        `json:"marketplace"`
	OfferID      string        `json:"offer_id,omitempty"`
	SellerID     string        `json:"seller_id"`
	SellerName   string        `json:"seller_name,omitempty"`
	Price        *money.Amount `json:"price,omitempty"`
	Landed       *money.Amount `json:"landed,omitempty"`
	InStock      bool          `json:"in_stock"`
	OfferCount   int           `json:"offer_count,omitempty"` // that are not paused, the one shown included
	Version      int64         `json:"version"`
	Score        int64         `json:"score,omitempty"`         // 1 to MaxScore; absent is 0
	SellerRating int64         `json:"seller_rating,omitempty"` // hundredths of a star
	Fulfillment  string        `json:"fulfillment,omitempty"`
	DeliveryDays int64         `json:"delivery_days,omitempty"`
	Condition    string        `json:"condition,omitempty"` // later still
}

// SellerRated is what is read of the event of that name.
type SellerRated struct {
	SellerID string `json:"seller_id"`
	Rating   int64  `json:"rating"` // hundredths of a star, 100 to 500; 0 for none
	Ratings  int64  `json:"ratings"`
	Version  int64  `json:"version"`
}

// SellerChanged is what is read of the event of that name.
type SellerChanged struct {
	SellerID string `json:"seller_id"`
	Name     string `json:"display_name"`
	Version  int64  `json:"version"`
}

// SellerBlocked is what is read of the event of that name.
type SellerBlocked struct {
	SellerID string `json:"seller_id"`
	Blocked  bool   `json:"blocked"`
	Version  int64  `json:"version"`
}

// Concern is whose buy boxes an event has decided anew: a product's in one marketplace, or in all where a seller offers
// it and a centre's stock is sold. Either Marketplace is empty, or SellerID and Centre are.
type Concern struct {
	ProductID, Marketplace, SellerID, Centre string
}

// ConcernOf reads the data of OfferChanged, or of the inventory's StockBandChanged. Errors: unknown_event,
// malformed_event.
func ConcernOf(event string, data []byte) (c Concern, err error) {
	switch event {
	case "OfferChanged":
		var d OfferChanged
		err = eventdata.Decode(event, data, &d)
		c = Concern{ProductID: d.ProductID, Marketplace: d.Marketplace}
	case "StockBandChanged":
		var d inventory.BandChange
		err = eventdata.Decode(event, data, &d)
		c = Concern{ProductID: d.ProductID, SellerID: d.SellerID, Centre: d.Centre}
	default:
		err = unknown(event)
	}
	return c, err
}

// DecideFor decides the buy boxes that an event concerns.
func (d *Decider) DecideFor(ctx context.Context, c Concern) error {
	if c.SellerID != "" {
		return d.DecideForSeller(ctx, c.ProductID, c.SellerID, c.Centre)
	}
	return d.Decide(ctx, c.ProductID, c.Marketplace)
}

// HandleEvent keeps what SellerRated (reviews), SellerChanged or SellerBlocked (sellers) tells of a seller. It returns the seller, and
// whether its offers are to be updated. Errors: unknown_event, malformed_event.
func (u *SellerUpdater) HandleEvent(ctx context.Context, event string, data []byte) (seller string, update bool, err error) {
	switch event {
	case "SellerRated":
		var d SellerRated
		if err := eventdata.Decode(event, data, &d); err != nil {
			return "", false, err
		}
		update, err = u.Rated(ctx, d)
		return d.SellerID, update, err
	case "SellerChanged":
		var d SellerChanged
		if err := eventdata.Decode(event, data, &d); err != nil {
			return "", false, err
		}
		update, err = u.Named(ctx, d)
		return d.SellerID, update, err
	case "SellerBlocked":
		var d SellerBlocked
		if err := eventdata.Decode(event, data, &d); err != nil {
			return "", false, err
		}
		update, err = u.Blocked(ctx, d)
		return d.SellerID, update, err
	}
	return "", false, unknown(event)
}

func unknown(event string) error {
	return fault.New(fault.Malformed, "unknown_event", "this function does not take %s", event)
}
