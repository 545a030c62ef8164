package offersapi

import (
	"cmp"
	"context"
	"errors"
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
	Owned(ctx context.Context, seller, marketplace, after string, limit int) (list []offers.Offer, next string, err error)
	BySKU(ctx context.Context, seller, marketplace, sku string) (offers.Offer, error)
	Pause(ctx context.Context, k offers.Key, paused bool, p offers.Precondition) (offers.Offer, error)
	Delete(ctx context.Context, k offers.Key, p offers.Precondition) error
	PriceToWin(ctx context.Context, k offers.Key) (offers.PriceToWin, error)
}

// SellerRoutes lists the routes of the seller API; o may be nil where only their description is wanted.
func SellerRoutes(o OwnOffers) []api.Route {
	h := seller{o}
	const path = "/seller/v1/offers/{product_id}"
	missing, changing := []fault.Kind{fault.NotFound}, []fault.Kind{fault.NotFound, fault.Stale, fault.Conflict}
	return []api.Route{
		api.Handle(api.Route{ID: "listOwnOffers", Method: http.MethodGet, Path: "/seller/v1/offers",
			Summary: "One's own offers in a marketplace, in no special order; with sku, the one that has it", Context: "offers", Access: api.Seller},
			h.list),
		api.Handle(api.Route{ID: "pauseOwnOffer", Method: http.MethodPost, Path: path +
			"/pause", Summary: "Take one's own offer off the market", Context: "offers", Access: api.Seller,
			Errors: changing}, h.pause),
		api.Handle(api.Route{ID: "resumeOwnOffer", Method: http.MethodPost, Path: path +
			"/resume", Summary: "Put one's own offer back on the market", Context: "offers", Access: api.Seller,
			Errors: changing}, h.resume),
		api.Handle(api.Route{ID: "getPriceToWin", Method: http.MethodGet, Path: path +
			"/price-to-win", Summary: "How one's own offer stands in the buy box, and the highest landed price that would win it", Context: "offers",
			Access: api.Seller,
			Errors: missing}, h.priceToWin),
		api.Handle(api.Route{ID: "getOwnOffer", Method: http.MethodGet, Path: path, Summary: "One's own offer of a product", Context: "offers",
			Access: api.Seller,
			Errors: missing}, h.get),
		api.Handle(api.Route{ID: "putOwnOffer", Method: http.MethodPut, Path: path,
			Summary: "Make or change one's own offer of a product; a change needs If-Match", Context: "offers", Access: api.Seller,
			Also: []int{http.StatusCreated}, Errors: changing}, h.put),
		api.Handle(api.Route{ID: "deleteOwnOffer", Method: http.MethodDelete, Path: path, Summary: "Take one's own offer away for good",
			Context: "offers", Access: api.Seller, Success: http.StatusNoContent, Errors: changing}, h.delete),
	}
}

type seller struct{ offers OwnOffers }

// OwnOffer is what a seller sees of its offer.
type OwnOffer struct {
	OfferID      string       `json:"offer_id"`
	ProductID    string       `json:"product_id"`
	SellerID     string       `json:"seller_id"`
	SellerName   string       `json:"seller_name"`
	Marketplace  string       `json:"marketplace"`
	Price        money.Amount `json:"price"`
	Shipping     money.Amount `json:"shipping"`
	Condition    string       `json:"condition" enum:"new,used,refurbished"`
	Fulfillment  string       `json:"fulfillment" enum:"rialto,seller"`
	Paused       bool         `json:"paused"`
	Blocked      bool         `json:"blocked,omitempty" doc:"Rialto has blocked the seller: nobody can buy it, whatever else it says"`
	DeliveryDays int64        `json:"delivery_days" doc:"What is promised, from the order to the door"`
	MaxPerOrder  int64        `json:"max_per_order,omitempty" doc:"The most units in one order; absent for no limit"`
	SKU          string       `json:"sku,omitempty" doc:"The seller's own name for it"`
	Sale         *Sale        `json:"sale,omitempty" doc:"A lower price for a while"`
	Version      int64        `json:"version" doc:"Of what the seller set: what Rialto changes by itself, as the seller's name, leaves it"`
	UpdatedAt    time.Time    `json:"updated_at"`
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
	Price        money.Amount `json:"price" doc:"1 to 1,000,000,000 minor units"`
	Shipping     money.Amount `json:"shipping" doc:"0 to 1,000,000,000 minor units"`
	Condition    string       `json:"condition" enum:"new,used,refurbished"`
	Fulfillment  string       `json:"fulfillment,omitempty" enum:"rialto,seller" doc:"Who stores and ships it: to be given"`
	Fulfilment   string       `json:"fulfilment,omitempty" enum:"rialto,seller" doc:"The same, as it was spelled before"`
	Paused       bool         `json:"paused,omitempty"`
	DeliveryDays int64        `json:"delivery_days,omitempty" minimum:"1" maximum:"30" doc:"Promised by a seller who ships; 5 if it says nothing"`
	MaxPerOrder  int64        `json:"max_per_order,omitempty" minimum:"1" maximum:"999" doc:"The most units in one order; no limit if it says nothing"`
	SKU          string       `json:"sku,omitempty" maxLength:"64" doc:"The seller's own name for it, of one offer in a marketplace"`
	Sale         *Sale        `json:"sale,omitempty" doc:"A lower price for a while; none if it says nothing"`
	PriceDrop    bool         `json:"confirm_price_drop,omitempty" doc:"A price that is less than a quarter of what it was is meant, and no slip"`
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
	sale, err := b.Sale.of(k.Marketplace)
	if err != nil {
		return nil, err
	}
	want := offers.Offer{Sale: sale, ProductID: k.ProductID, SellerID: k.SellerID, Marketplace: k.Marketplace, Price: b.Price, Shipping: b.Shipping,
		Condition: b.Condition, Fulfillment: cmp.Or(b.Fulfillment, b.Fulfilment), Paused: b.Paused, DeliveryDays: b.DeliveryDays,
		MaxPerOrder: b.MaxPerOrder, SKU: b.SKU}
	o, created, err := h.offers.Put(ctx, want, offers.Precondition{Version: version, Given: given, PriceDrop: b.PriceDrop})
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
	return &ownOutput{Status: status, ETag: api.ETagOf(o.Revision()), Body: own(o)}
}

func own(o offers.Offer) OwnOffer {
	return OwnOffer{o.ID, o.ProductID, o.SellerID, o.SellerName, o.Marketplace, o.Price, o.Shipping, o.Condition, o.Fulfillment, o.Paused, o.Blocked,
		o.Promise(), o.MaxPerOrder, o.SKU, saleOf(o.Sale), o.Revision(), o.UpdatedAt}
}

type ownsInput struct {
	api.Marketplace
	api.Page
	SKU string `query:"sku" maxLength:"64" doc:"Only the offer that has it"`
}

type ownsOutput struct {
	Body struct {
		Offers     []OwnOffer `json:"offers"`
		NextCursor string     `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h seller) list(ctx context.Context, in *ownsInput) (*ownsOutput, error) {
	who, _ := auth.From(ctx)
	var after string
	if err := api.DecodeCursor(in.Cursor, &after); err != nil {
		return nil, err
	}
	out := &ownsOutput{}
	out.Body.Offers = []OwnOffer{}
	if in.SKU != "" {
		o, err := h.offers.BySKU(ctx, who.SellerID, in.Market, in.SKU)
		if err == nil {
			out.Body.Offers = append(out.Body.Offers, own(o))
		} else if errors.Is(err, offers.ErrOfferNotFound) {
			err = nil
		}
		return out, err
	}
	list, next, err := h.offers.Owned(ctx, who.SellerID, in.Market, after, in.Limit)
	if err != nil {
		return nil, err
	}
	for _, o := range list {
		out.Body.Offers = append(out.Body.Offers, own(o))
	}
	out.Body.NextCursor, err = api.EncodeCursor(next)
	return out, err
}

func (h seller) delete(ctx context.Context, in *pauseInput) (*struct{}, error) {
	version, given, err := in.Version()
	if err != nil {
		return nil, err
	}
	return nil, h.offers.Delete(ctx, in.key(ctx), offers.Precondition{Version: version, Given: given})
}

type pauseInput struct {
	OwnInput
	api.IfMatch
}

func (h seller) pause(ctx context.Context, in *pauseInput) (*ownOutput, error) {
	return h.turn(ctx, in, true)
}

func (h seller) resume(ctx context.Context, in *pauseInput) (*ownOutput, error) {
	return h.turn(ctx, in, false)
}

func (h seller) turn(ctx context.Context, in *pauseInput, paused bool) (*ownOutput, error) {
	version, given, err := in.Version()
	if err != nil {
		return nil, err
	}
	o, err := h.offers.Pause(ctx, in.key(ctx), paused, offers.Precondition{Version: version, Given: given})
	if err != nil {
		return nil, err
	}
	return shown(o, 0), nil
}
