package offersapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/offers"
)

// OwnOffers are the use cases of sellers.
type OwnOffers interface {
	Own(ctx context.Context, k offers.Key) (offers.Offer, error)
	Put(ctx context.Context, want offers.Offer, p offers.Precondition) (stands offers.Offer, created bool, err error)
}

// SellerRoutes lists the routes of the seller API; o may be nil where only their description is wanted.
func SellerRoutes(o OwnOffers) []api.Route {
	h := seller{o}
	const path = "/seller/v1/offers/{product_id}"
	return []api.Route{
		api.Handle(api.Route{ID: "getOwnOffer", Method: http.MethodGet, Path: path, Summary: "One's own offer of a product", Context: "offers", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound}}, h.get),
		api.Handle(api.Route{ID: "putOwnOffer", Method: http.MethodPut, Path: path, Summary: "Make or change one's own offer of a product; a change needs If-Match", Context: "offers", Access: api.Seller,
			Also: []int{http.StatusCreated}, Errors: []fault.Kind{fault.NotFound, fault.Stale, fault.Conflict}}, h.put),
	}
}

type seller struct{ offers OwnOffers }

// OwnOffer is what a seller sees of its offer.
type OwnOffer struct {
	OfferID     string       `json:"offer_id"`
	ProductID   string       `json:"product_id"`
	SellerID    string       `json:"seller_id"`
	SellerName  string       `json:"seller_name"`
	Marketplace string       `json:"marketplace"`
	Price       money.Amount `json:"price"`
	Shipping    money.Amount `json:"shipping"`
	Condition   string       `json:"condition" enum:"new,used,refurbished"`
	Fulfilment  string       `json:"fulfilment" enum:"rialto,seller"`
	Paused      bool         `json:"paused"`
	Version     int64        `json:"version"`
	UpdatedAt   time.Time    `json:"updated_at"`
}

// OwnInput names the caller's own offer.
type OwnInput struct {
	api.Marketplace
	ProductID string `path:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
}

type putInput struct {
	OwnInput
	api.IfMatch
	Body OfferTerms
}

// OfferTerms is what a seller sets. Amounts are in the marketplace's currency.
type OfferTerms struct {
	Price      money.Amount `json:"price" doc:"1 to 1,000,000,000 minor units"`
	Shipping   money.Amount `json:"shipping" doc:"0 to 1,000,000,000 minor units"`
	Condition  string       `json:"condition" enum:"new,used,refurbished"`
	Fulfilment string       `json:"fulfilment" enum:"rialto,seller"`
	Paused     bool         `json:"paused,omitempty"`
}

type ownOutput struct {
	Status int
	api.ETag
	Body OwnOffer
}

func (h seller) get(ctx context.Context, in *OwnInput) (*ownOutput, error) {
	o, err := h.offers.Own(ctx, in.key(ctx))
	if err != nil {
		return nil, err
	}
	return shown(o, 0), nil
}

func (h seller) put(ctx context.Context, in *putInput) (*ownOutput, error) {
	version, given, err := in.Version()
	if err != nil {
		return nil, err
	}
	k, b := in.key(ctx), in.Body
	want := offers.Offer{ProductID: k.ProductID, SellerID: k.SellerID, Marketplace: k.Marketplace, Price: b.Price, Shipping: b.Shipping,
		Condition: b.Condition, Fulfilment: b.Fulfilment, Paused: b.Paused}
	o, created, err := h.offers.Put(ctx, want, offers.Precondition{Version: version, Given: given})
	if err != nil {
		return nil, err
	}
	if created {
		return shown(o, http.StatusCreated), nil
	}
	return shown(o, http.StatusOK), nil
}

// key names the caller's own offer. The seller comes from the token, which the route's access has checked.
func (in OwnInput) key(ctx context.Context) offers.Key {
	who, _ := auth.From(ctx)
	return offers.Key{ProductID: in.ProductID, Marketplace: in.Market, SellerID: who.SellerID}
}

func shown(o offers.Offer, status int) *ownOutput {
	return &ownOutput{Status: status, ETag: api.ETagOf(o.Version), Body: OwnOffer{o.ID, o.ProductID, o.SellerID, o.SellerName, o.Marketplace,
		o.Price, o.Shipping, o.Condition, o.Fulfilment, o.Paused, o.Version, o.UpdatedAt}}
}
