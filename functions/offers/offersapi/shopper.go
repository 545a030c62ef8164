// Package offersapi is the offers' part of both APIs.
package offersapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// Offers is the use case of shoppers.
type Offers interface {
	List(ctx context.Context, product, marketplace string) (marketplaces.Marketplace, []offers.Listed, error)
}

// Routes lists the routes of the shopper API; o may be nil where only their description is wanted.
func Routes(o Offers) []api.Route {
	h := shopper{o}
	return []api.Route{
		api.Handle(api.Route{ID: "listProductOffers", Method: http.MethodGet, Path: "/api/v1/products/{product_id}/offers",
			Summary: "All offers of a product in a marketplace, cheapest first",
			Context: "offers", Access: api.Public, Errors: []fault.Kind{fault.NotFound}}, h.list),
	}
}

type shopper struct{ offers Offers }

// ProductOffer is what a shopper sees of an offer.
type ProductOffer struct {
	OfferID   string       `json:"offer_id"`
	Seller    Seller       `json:"seller"`
	Condition string       `json:"condition" enum:"new,used,refurbished"`
	Price     money.Amount `json:"price"`
	Landed    money.Amount `json:"landed" doc:"price + the seller's shipping"`
	Delivery  Delivery     `json:"delivery"`
	BuyBox    bool         `json:"buy_box" doc:"true for the offer that the product page shows"`
	InStock   *bool        `json:"in_stock,omitempty" doc:"Known of the buy box's offer; others are checked in the cart"`
}

// Seller is who offers it.
type Seller struct {
	SellerID string `json:"seller_id"`
	Name     string `json:"name"`
}

// Delivery is how it comes to the shopper. How long it takes depends on the address, and is said at checkout.
type Delivery struct {
	FulfilledBy string       `json:"fulfilled_by" enum:"rialto,seller" doc:"Who stores and ships it"`
	Shipping    money.Amount `json:"shipping" doc:"What the seller adds for shipping one unit"`
	Free        bool         `json:"free"`
	Countries   []string     `json:"countries" doc:"Where it is delivered, ISO 3166-1"`
}

type listInput struct {
	api.Marketplace
	ProductID string `path:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
}

// offersAge is how long caches may keep the offers of a product, and as long again while they ask.
const offersAge = 10 * time.Second

type listOutput struct {
	api.Cached
	Body struct {
		ProductID   string         `json:"product_id"`
		Marketplace string         `json:"marketplace"`
		Offers      []ProductOffer `json:"offers"`
	}
}

func (h shopper) list(ctx context.Context, in *listInput) (*listOutput, error) {
	m, list, err := h.offers.List(ctx, in.ProductID, in.Market)
	if err != nil {
		return nil, err
	}
	out := &listOutput{Cached: api.CachedFor(offersAge, offersAge)}
	out.Body.ProductID, out.Body.Marketplace, out.Body.Offers = in.ProductID, m.Code, make([]ProductOffer, 0, len(list))
	for _, l := range list {
		landed, err := l.Landed()
		if err != nil {
			return nil, err
		}
		o := ProductOffer{OfferID: l.ID, Seller: Seller{l.SellerID, l.SellerName}, Condition: l.Condition, Price: l.Price, Landed: landed,
			Delivery: Delivery{l.Fulfillment, l.Shipping, l.Shipping.Minor == 0, m.Countries}, BuyBox: l.BuyBox}
		if l.BuyBox {
			o.InStock = &l.InStock
		}
		out.Body.Offers = append(out.Body.Offers, o)
	}
	return out, nil
}
