package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// Orders is what operators see and do of orders.
type Orders interface {
	Order(ctx context.Context, orderID string) (fulfillment.Life, error)
}

func orderRoutes(s Services) []api.Route {
	h := orderHandlers{s.Orders}
	const one = "/ops/v1/orders/{order_id}"
	return []api.Route{
		handle(s.Audit, api.Route{ID: "findOrder", Method: http.MethodGet, Path: one, Summary: "An order, whoever's, and what became of it",
			Errors: []fault.Kind{fault.NotFound}}, h.get),
	}
}

type orderHandlers struct{ orders Orders }

type orderInput struct {
	Why
	OrderID string `path:"order_id" maxLength:"64"`
}

func (in *orderInput) about() (subject, reason string) { return in.OrderID, in.Reason }

type orderOutput struct{ Body order }

// order is what operators see of one: no name, no address, no way to reach anybody.
type order struct {
	OrderID     string        `json:"order_id"`
	Status      string        `json:"status"`
	CustomerID  string        `json:"customer_id"`
	PlacedBy    string        `json:"placed_by,omitempty" doc:"The guest it was taken over from"`
	CheckoutID  string        `json:"checkout_id"`
	Marketplace string        `json:"marketplace"`
	PlacedAt    time.Time     `json:"placed_at"`
	Lines       []orderLine   `json:"lines"`
	Coupon      string        `json:"coupon,omitempty"`
	Totals      orders.Totals `json:"totals"`
	Paid        money.Amount  `json:"paid" doc:"What was taken"`
	Refunded    money.Amount  `json:"refunded" doc:"What was given back of it"`
	Cancelled   money.Amount  `json:"cancelled" doc:"What of the total will not be taken"`
	Country     string        `json:"country" doc:"Where it goes"`
	Region      string        `json:"region,omitempty"`
}

type orderLine struct {
	Line      string       `json:"line"`
	ProductID string       `json:"product_id"`
	SellerID  string       `json:"seller_id"`
	Title     string       `json:"title"`
	Quantity  int64        `json:"quantity"`
	Amount    money.Amount `json:"amount"`
	Status    string       `json:"status"`
}

func orderOf(l fulfillment.Life) order {
	o := order{l.ID, l.Status, l.CustomerID, l.PlacedBy, l.CheckoutID, l.Marketplace, l.PlacedAt, []orderLine{}, l.Coupon, l.Totals,
		l.Paid, l.Refunded, l.Cancelled, l.Delivery.Country, l.Delivery.Region}
	for _, x := range l.Lines {
		o.Lines = append(o.Lines, orderLine{x.Line.Line, x.ProductID, x.SellerID, x.Title, x.Quantity, x.Amount, x.Status})
	}
	return o
}

func (h orderHandlers) get(ctx context.Context, in *orderInput) (*orderOutput, error) {
	l, err := h.orders.Order(ctx, in.OrderID)
	if err != nil {
		return nil, err
	}
	return &orderOutput{orderOf(l)}, nil
}
