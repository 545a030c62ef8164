package fulfillmentapi

import (
	"cmp"
	"context"
	"net/http"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
	"rialto/functions/tax"
)

// OwnOrders are the use cases of customers and their orders.
type OwnOrders interface {
	Order(ctx context.Context, customerID, orderID string) (fulfillment.Life, error)
	History(ctx context.Context, customerID string, f fulfillment.Filter, limit int, after orders.Position) (
		[]fulfillment.Life, orders.Position, error)
	Cancel(ctx context.Context, customerID, orderID string, lines []fulfillment.Line) (fulfillment.Life, error)
	Redirect(ctx context.Context, customerID, orderID, addressID string) (fulfillment.Life, error)
}

// OrderRoutes lists the shopper's routes; o may be nil where only their description is wanted.
func OrderRoutes(o OwnOrders) []api.Route {
	h := ownOrders{o}
	const one = "/api/v1/orders/{order_id}"
	return []api.Route{
		api.Handle(api.Route{ID: "listOrders", Method: http.MethodGet, Path: "/api/v1/orders",
			Summary: "The shopper's orders, newest first, all or those that are looked for", Context: "fulfillment", Access: api.Guest}, h.list),
		api.Handle(api.Route{ID: "getOrder", Method: http.MethodGet, Path: one, Summary: "One order, and what became of it",
			Context: "fulfillment", Access: api.Guest, Errors: []fault.Kind{fault.NotFound}}, h.get),
		api.Handle(api.Route{ID: "cancelOrder", Method: http.MethodPost, Path: one + "/cancel",
			Summary: "Cancel an order, or units of some lines, until they are packed; the same again changes nothing",
			Context: "fulfillment", Access: api.Guest, Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.cancel),
		api.Handle(api.Route{ID: "changeOrderAddress", Method: http.MethodPut, Path: one + "/address",
			Summary: "Send what is not packed of an order to another address, at which it costs the same", Context: "fulfillment",
			Access: api.Guest, Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.redirect),
	}
}

type ownOrders struct{ orders OwnOrders }

type ordersInput struct {
	api.Page
	Text   string `query:"q" maxLength:"100" doc:"Words or parts of words that must occur in the order's id, or its lines' titles, products or sellers' names"`
	Status string `query:"status" enum:"placed,packed,held_back,partly_shipped,shipped,delivered,partly_returned,returned,cancelled"`
	From   string `query:"from" format:"date" doc:"The first day on which it was placed, UTC"`
	To     string `query:"to" format:"date" doc:"The last day on which it was placed, UTC"`
}

// filter is what is looked for.
func (in *ordersInput) filter() (f fulfillment.Filter, err error) {
	f.Text, f.Status = in.Text, in.Status
	if f.Placed.From, err = day("from", in.From); err != nil {
		return f, err
	}
	if f.Placed.To, err = day("to", in.To); err == nil && in.To != "" {
		f.Placed.To = f.Placed.To.AddDate(0, 0, 1)
	}
	return f, err
}

// day reads a parameter, "" as the zero time.
func day(name, s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		err = fault.New(fault.Invalid, "invalid_request", "the request has fields that are not accepted").
			With(fault.Field{Pointer: "query." + name, Code: "bad_format", Message: "must be a date as 2026-11-27"})
	}
	return t, err
}

type ordersOutput struct {
	Body struct {
		Orders     []Summary `json:"orders"`
		NextCursor string    `json:"next_cursor,omitempty" doc:"Absent on the last page; one before may be empty where something is looked for"`
	}
}

// Balance is what became of an order's money.
type Balance struct {
	Paid      money.Amount `json:"paid" doc:"What was taken: a parcel is paid when it ships"`
	Refunded  money.Amount `json:"refunded" doc:"What was given back of it"`
	Cancelled money.Amount `json:"cancelled" doc:"What of the total will not be taken, as its parcels are cancelled"`
}

// Summary is an order in a list.
type Summary struct {
	OrderID  string        `json:"order_id"`
	Status   string        `json:"status" enum:"placed,packed,held_back,partly_shipped,shipped,delivered,partly_returned,returned,cancelled"`
	PlacedAt time.Time     `json:"placed_at"`
	Totals   orders.Totals `json:"totals"`
	Balance
	Lines int           `json:"lines" doc:"How many different offers"`
	Items []SummaryLine `json:"items"`
}

// SummaryLine is a line of an order in a list.
type SummaryLine struct {
	ProductID string `json:"product_id"`
	Title     string `json:"title"`
	Image     string `json:"image,omitempty"`
	Quantity  int64  `json:"quantity"`
	Status    string `json:"status"`
}

func (h ownOrders) list(ctx context.Context, in *ordersInput) (*ordersOutput, error) {
	who, _ := auth.From(ctx)
	f, err := in.filter()
	if err != nil {
		return nil, err
	}
	out := &ordersOutput{}
	out.Body.Orders, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(after orders.Position) ([]fulfillment.Life, orders.Position, error) {
		return h.orders.History(ctx, who.Subject, f, in.Limit, after)
	}, summaryOf)
	return out, err
}

func summaryOf(l fulfillment.Life) Summary {
	s := Summary{l.ID, l.Status, l.PlacedAt, l.Totals, balanceOf(l), len(l.Lines), []SummaryLine{}}
	for _, x := range l.Lines {
		s.Items = append(s.Items, SummaryLine{x.ProductID, x.Title, x.Image, x.Quantity, x.Status})
	}
	return s
}

func balanceOf(l fulfillment.Life) Balance { return Balance{l.Paid, l.Refunded, l.Cancelled} }

// OwnOrder names an order.
type OwnOrder struct {
	OrderID string `path:"order_id" maxLength:"64"`
}

type orderOutput struct{ Body Order }

// Order is an order as its customer sees it: without the sealed address and the payment groups.
type Order struct {
	OrderID     string        `json:"order_id"`
	Status      string        `json:"status" enum:"placed,packed,held_back,partly_shipped,shipped,delivered,partly_returned,returned,cancelled"`
	Marketplace string        `json:"marketplace"`
	PlacedAt    time.Time     `json:"placed_at"`
	Lines       []OrderLine   `json:"lines"`
	Coupon      string        `json:"coupon,omitempty"`
	Totals      orders.Totals `json:"totals"`
	Balance
	Taxes    []tax.JurisdictionTax `json:"taxes,omitempty" doc:"What the tax is made of, where several taxes or rates are; else the lines say whose it is"`
	Delivery Delivery              `json:"delivery"`

	ExchangeOf *orders.ExchangeOf `json:"exchange_of,omitempty" doc:"The return in exchange for which it was placed"`
	ReshipOf   *orders.ReshipOf   `json:"reship_of,omitempty" doc:"The parcel that it sends again for nothing"`
}

// OrderLine is a line of an order, with where its units are.
type OrderLine struct {
	orders.Line
	Image     string `json:"image,omitempty"`
	Status    string `json:"status" enum:"placed,packed,held_back,partly_shipped,shipped,delivered,partly_returned,returned,cancelled"`
	Shipped   int64  `json:"units_shipped" doc:"That are on their way"`
	Delivered int64  `json:"units_delivered" doc:"And kept"`
	Cancelled int64  `json:"units_cancelled"`
	Returned  int64  `json:"units_returned"`

	CancelledBy []fulfillment.Actor `json:"cancelled_by,omitempty" enum:"shopper,seller,operator,system" doc:"Who cancelled units of it; system: its time was over, or it could not be paid"`
}

// Delivery is where to, by the id of the address.
type Delivery struct {
	AddressID        string `json:"address_id"`
	Country          string `json:"country"`
	Region           string `json:"region"`
	ShippingOptionID string `json:"shipping_option_id"`
}

func orderOutputOf(l fulfillment.Life) *orderOutput {
	o := Order{l.ID, l.Status, l.Marketplace, l.PlacedAt, []OrderLine{}, l.Coupon, l.Totals, balanceOf(l), l.Taxes,
		Delivery{l.Delivery.AddressID, l.Delivery.Country, l.Delivery.Region, l.Delivery.ShippingOptionID}, l.ExchangeOf, l.ReshipOf}
	for _, x := range l.Lines {
		x.Condition = cmp.Or(x.Condition, "new")
		o.Lines = append(o.Lines, OrderLine{x.Line, x.Image, x.Status, x.Shipped, x.Delivered, x.Cancelled, x.Returned, x.CancelledBy})
	}
	return &orderOutput{o}
}

func (h ownOrders) get(ctx context.Context, in *OwnOrder) (*orderOutput, error) {
	who, _ := auth.From(ctx)
	l, err := h.orders.Order(ctx, who.Subject, in.OrderID)
	if err != nil {
		return nil, err
	}
	return orderOutputOf(l), nil
}

type cancelInput struct {
	OwnOrder
	Body struct {
		Lines []fulfillment.Line `json:"lines,omitempty" maxItems:"100" doc:"Only these: quantity is how many units of the line are cancelled in all; without lines all of the order that is not packed"`
	}
}

func (h ownOrders) cancel(ctx context.Context, in *cancelInput) (*orderOutput, error) {
	who, _ := auth.From(ctx)
	l, err := h.orders.Cancel(ctx, who.Subject, in.OrderID, in.Body.Lines)
	if err != nil {
		return nil, err
	}
	return orderOutputOf(l), nil
}

type redirectInput struct {
	OwnOrder
	Body struct {
		AddressID string `json:"shipping_address_id" minLength:"1" maxLength:"64"`
	}
}

func (h ownOrders) redirect(ctx context.Context, in *redirectInput) (*orderOutput, error) {
	who, _ := auth.From(ctx)
	l, err := h.orders.Redirect(ctx, who.Subject, in.OrderID, in.Body.AddressID)
	if err != nil {
		return nil, err
	}
	return orderOutputOf(l), nil
}
