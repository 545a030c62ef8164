// Package inventoryapi is the inventory's part of the seller API.
package inventoryapi

import (
	"context"
	"net/http"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/inventory"
	"rialto/functions/marketplaces"
)

// Stocks are the use cases of sellers.
type Stocks interface {
	OfSeller(ctx context.Context, seller, after string, limit int) ([]inventory.Stock, string, error)
	OfSKU(ctx context.Context, sku inventory.SKU) ([]inventory.Stock, error)
}

// SellerRoutes lists the routes; s may be nil where only their description is wanted.
func SellerRoutes(s Stocks) []api.Route {
	h := handler{s}
	return []api.Route{
		api.Handle(api.Route{ID: "listInventory", Method: http.MethodGet, Path: "/seller/v1/inventory",
			Summary: "What one has, product by product and centre by centre", Context: "inventory", Access: api.Seller}, h.list),
		api.Handle(api.Route{ID: "getInventory", Method: http.MethodGet, Path: "/seller/v1/inventory/{product_id}",
			Summary: "What one has of a product, centre by centre", Context: "inventory", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound}}, h.get),
		api.Handle(api.Route{ID: "listFulfillmentCentres", Method: http.MethodGet, Path: "/seller/v1/fulfillment-centres",
			Summary: "The fulfilment centres that there are", Context: "inventory", Access: api.Seller}, h.centres),
	}
}

type handler struct{ stocks Stocks }

// Stock is a seller's units of a product in a centre. What is reserved is in checkouts that are not paid yet, for ten minutes at most,
// or sold and has not left. How it is divided is told seconds after an order is placed; until then what it sold counts as held.
type Stock struct {
	ProductID string `json:"product_id"`
	Centre    string `json:"fulfillment_center_id"`
	Available int64  `json:"available" doc:"Free to be sold"`
	Reserved  int64  `json:"reserved" doc:"held + committed"`
	Held      int64  `json:"held" doc:"In checkouts that are not paid yet, for ten minutes at most; and what was sold some seconds ago"`
	Committed int64  `json:"committed" doc:"Sold, and not gone"`
	Debt      int64  `json:"debt" doc:"Lost while they were reserved: what comes next pays it before it is for sale"`
	OnHand    int64  `json:"on_hand" doc:"That should lie on the shelf: available + reserved - debt"`
	Received  int64  `json:"received" doc:"Ever"`
	Shipped   int64  `json:"shipped" doc:"Ever"`
	Returned  int64  `json:"returned" doc:"Ever"`
}

func shown(list []inventory.Stock) []Stock {
	out := make([]Stock, 0, len(list))
	for _, s := range list {
		out = append(out, stockOf(s))
	}
	return out
}

func stockOf(s inventory.Stock) Stock {
	return Stock{s.ProductID, s.Centre, s.Available, s.Out, s.Held(), s.Committed, s.Debt, s.OnHand(), s.Received, s.Shipped, s.Returned}
}

type listInput struct{ api.Page }

type listOutput struct {
	Body struct {
		Inventory  []Stock `json:"inventory"`
		NextCursor string  `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h handler) list(ctx context.Context, in *listInput) (*listOutput, error) {
	who, _ := auth.From(ctx)
	out := &listOutput{}
	var err error
	out.Body.Inventory, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after string) ([]inventory.Stock, string, error) {
		return h.stocks.OfSeller(ctx, who.SellerID, after, in.Limit)
	}, stockOf)
	return out, err
}

type getInput struct {
	ProductID string `path:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product id"`
}

type getOutput struct {
	Body struct {
		ProductID string  `json:"product_id"`
		Inventory []Stock `json:"inventory"`
	}
}

func (h handler) get(ctx context.Context, in *getInput) (*getOutput, error) {
	who, _ := auth.From(ctx)
	list, err := h.stocks.OfSKU(ctx, inventory.SKU{ProductID: in.ProductID, SellerID: who.SellerID})
	if err != nil {
		return nil, err
	}
	out := &getOutput{}
	out.Body.ProductID, out.Body.Inventory = in.ProductID, shown(list)
	return out, nil
}

// Centre is a fulfilment centre.
type Centre struct {
	ID          string `json:"fulfillment_center_id"`
	Country     string `json:"country"`
	TimeZone    string `json:"time_zone"`
	CutOff      int    `json:"cut_off_hour" doc:"What is ordered until then leaves on the same working day, in the centre's time"`
	CustomsArea string `json:"customs_area" doc:"Marketplaces of which can sell its stock"`
}

type centresOutput struct {
	Body struct {
		Centres []Centre `json:"fulfillment_centres"`
	}
}

func (h handler) centres(context.Context, *struct{}) (*centresOutput, error) {
	out := &centresOutput{}
	for _, c := range marketplaces.Centres() {
		out.Body.Centres = append(out.Body.Centres, Centre{c.ID, c.Country, c.TimeZone, c.CutOff, c.CustomsArea()})
	}
	return out, nil
}
