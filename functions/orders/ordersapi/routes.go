// Package ordersapi is the orders' part of the shopper API.
package ordersapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// Orders are the use cases.
type Orders interface {
	Order(ctx context.Context, customerID, orderID string) (orders.Order, error)
	Refunded(ctx context.Context, o orders.Order) (money.Amount, error)
	History(ctx context.Context, customerID string, limit int, after orders.Position) ([]orders.Order, orders.Position, error)
}

// Routes lists the routes; o may be nil where only their description is wanted.
func Routes(o Orders) []api.Route {
	h := handler{o}
	return []api.Route{
		api.Handle(api.Route{ID: "listOrders", Method: http.MethodGet, Path: "/api/v1/orders",
			Summary: "The shopper's orders, newest first", Context: "orders", Access: api.Guest}, h.list),
		api.Handle(api.Route{ID: "getOrder", Method: http.MethodGet, Path: "/api/v1/orders/{order_id}", Summary: "One order",
			Context: "orders", Access: api.Guest, Errors: []fault.Kind{fault.NotFound}}, h.get),
	}
}

type handler struct{ orders Orders }

type listInput struct{ api.Page }

type listOutput struct {
	Body struct {
		Orders     []Summary `json:"orders"`
		NextCursor string    `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

// Summary is an order in a list.
type Summary struct {
	OrderID  string        `json:"order_id"`
	PlacedAt time.Time     `json:"placed_at"`
	Totals   orders.Totals `json:"totals"`
	Lines    int           `json:"lines" doc:"How many different offers"`
}

func (h handler) list(ctx context.Context, in *listInput) (*listOutput, error) {
	who, _ := auth.From(ctx)
	var after orders.Position
	if in.Cursor != "" {
		if err := api.DecodeCursor(in.Cursor, &after); err != nil {
			return nil, err
		}
	}
	page, next, err := h.orders.History(ctx, who.Subject, in.Limit, after)
	if err != nil {
		return nil, err
	}
	out := &listOutput{}
	out.Body.Orders = []Summary{}
	for _, o := range page {
		out.Body.Orders = append(out.Body.Orders, Summary{o.ID, o.PlacedAt, o.Totals, len(o.Lines)})
	}
	out.Body.NextCursor, err = api.EncodeCursor(next)
	return out, err
}

type getInput struct {
	OrderID string `path:"order_id" maxLength:"64"`
}

type getOutput struct{ Body Order }

// Order is an order as its customer sees it: without the sealed address and the payment groups.
type Order struct {
	OrderID     string        `json:"order_id"`
	Status      string        `json:"status" enum:"placed" doc:"Tracking tells what happened since"`
	Marketplace string        `json:"marketplace"`
	PlacedAt    time.Time     `json:"placed_at"`
	Lines       []orders.Line `json:"lines"`
	Coupon      string        `json:"coupon,omitempty"`
	Totals      orders.Totals `json:"totals"`
	Refunded    money.Amount  `json:"refunded" doc:"What was given back of the total"`
	Delivery    Delivery      `json:"delivery"`
}

// Delivery is where to, by the id of the address.
type Delivery struct {
	AddressID        string `json:"address_id"`
	Country          string `json:"country"`
	Region           string `json:"region"`
	ShippingOptionID string `json:"shipping_option_id"`
}

func (h handler) get(ctx context.Context, in *getInput) (*getOutput, error) {
	who, _ := auth.From(ctx)
	o, err := h.orders.Order(ctx, who.Subject, in.OrderID)
	if err != nil {
		return nil, err
	}
	back, err := h.orders.Refunded(ctx, o)
	if err != nil {
		return nil, err
	}
	return &getOutput{Order{o.ID, "placed", o.Marketplace, o.PlacedAt, o.Lines, o.Coupon, o.Totals, back,
		Delivery{o.Delivery.AddressID, o.Delivery.Country, o.Delivery.Region, o.Delivery.ShippingOptionID}}}, nil
}
