package fulfillmentapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/customers"
	"rialto/functions/fulfillment"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// Selling are the use cases of sellers.
type Selling interface {
	Sold(ctx context.Context, seller string, at fulfillment.Position, limit int) ([]fulfillment.Sold, *fulfillment.Position, error)
	Order(ctx context.Context, seller, orderID string) (fulfillment.Sold, error)
	Confirm(ctx context.Context, seller, orderID, shipmentID, carrier, number string) (fulfillment.Shipment, error)
	Cancel(ctx context.Context, seller, orderID, shipmentID, reason string, lines []fulfillment.Line) (fulfillment.Shipment, error)
	PackingSlip(ctx context.Context, seller, orderID, shipmentID string) (fulfillment.Slip, error)
	Performance(ctx context.Context, seller string) (fulfillment.Performance, error)
}

// SellerRoutes lists the routes of the seller API; s may be nil where only their description is wanted.
func SellerRoutes(s Selling) []api.Route {
	h := seller{s}
	missing := []fault.Kind{fault.NotFound}
	return []api.Route{
		api.Handle(api.Route{ID: "listSellerOrders", Method: http.MethodGet, Path: "/seller/v1/orders",
			Summary: "One's own orders of the last 90 days, the latest first; a page may be empty before the last", Context: "fulfillment",
			Access: api.Seller},
			h.list),
		api.Handle(api.Route{ID: "getSellerOrder", Method: http.MethodGet, Path: "/seller/v1/orders/{order_id}",
			Summary: "One's own lines and shipments of an order, and where what one ships goes", Context: "fulfillment", Access: api.Seller,
			Errors: missing}, h.get),
		api.Handle(api.Route{ID: "confirmShipment", Method: http.MethodPost, Path: "/seller/v1/orders/{order_id}/shipments/{shipment_id}/confirm",
			Summary: "Say that a shipment is with a carrier, or until it is delivered correct what was said; the same again changes nothing",
			Context: "fulfillment", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.confirm),
		api.Handle(api.Route{ID: "cancelShipment", Method: http.MethodPost, Path: "/seller/v1/orders/{order_id}/shipments/{shipment_id}/cancel",
			Summary: "Say that one cannot ship a shipment, or units of it, which nobody pays then; the same again changes nothing",
			Context: "fulfillment", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.cancel),
		api.Handle(api.Route{ID: "getPackingSlip", Method: http.MethodGet, Path: "/seller/v1/orders/{order_id}/shipments/{shipment_id}/packing-slip",
			Summary: "What lies in a shipment that one ships, and where it goes", Context: "fulfillment", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound, fault.Conflict}}, h.slip),
		api.Handle(api.Route{ID: "getPerformance", Method: http.MethodGet, Path: "/seller/v1/performance",
			Summary: "How one did with the orders of the last 30 days", Context: "fulfillment", Access: api.Seller}, h.performance),
	}
}

type seller struct{ selling Selling }

// SellerOrder is what a seller sees of an order.
type SellerOrder struct {
	OrderID     string           `json:"order_id"`
	Marketplace string           `json:"marketplace"`
	PlacedAt    time.Time        `json:"placed_at"`
	Country     string           `json:"country" doc:"Where to"`
	Region      string           `json:"region,omitempty"`
	Option      string           `json:"shipping_option_id,omitempty" doc:"That the customer paid for"`
	ShipTo      *ShipTo          `json:"ship_to,omitempty" doc:"One order alone, where one ships it, until 30 days after it was delivered; each look is written down"`
	Lines       []SellerLine     `json:"lines"`
	Shipments   []SellerShipment `json:"shipments" doc:"Empty for a moment after the order was placed"`
}

// ShipTo is where a seller's shipments go.
type ShipTo struct {
	Name       string `json:"name"`
	Line1      string `json:"line1"`
	Line2      string `json:"line2,omitempty"`
	City       string `json:"city"`
	Region     string `json:"region,omitempty"`
	PostalCode string `json:"postal_code,omitempty"`
	Country    string `json:"country"`
	Phone      string `json:"phone,omitempty"`
}

func shipToOf(a *customers.Address) *ShipTo {
	if a == nil {
		return nil
	}
	return &ShipTo{a.Name, a.Line1, a.Line2, a.City, a.Region, a.PostalCode, a.Country, a.Phone}
}

// SellerLine is a line of the seller's.
type SellerLine struct {
	Line      string       `json:"line"`
	ProductID string       `json:"product_id"`
	SKU       string       `json:"sku,omitempty" doc:"The seller's own name for it, as it was when the order came"`
	Title     string       `json:"title"`
	Quantity  int64        `json:"quantity"`
	UnitPrice money.Amount `json:"unit_price"`
	Amount    money.Amount `json:"amount"`
}

// SellerShipment is a shipment of the seller's.
type SellerShipment struct {
	ShipmentID     string             `json:"shipment_id"`
	FulfilledBy    string             `json:"fulfilled_by" enum:"rialto,seller"`
	Status         string             `json:"status" enum:"PENDING,PICKED,PACKED,SHIPPED,IN_TRANSIT,OUT_FOR_DELIVERY,DELIVERED,HELD_BACK,WRITTEN_OFF,CANCELLED"`
	Awaits         bool               `json:"awaits_confirmation" doc:"It waits for the seller to confirm it"`
	ShipBy         *time.Time         `json:"ship_by,omitempty" doc:"When it must be confirmed; absent where Rialto ships"`
	CancelBy       *time.Time         `json:"cancel_by,omitempty" doc:"When it is cancelled if it is not confirmed, without a charge"`
	Carrier        string             `json:"carrier,omitempty"`
	TrackingNumber string             `json:"tracking_number,omitempty"`
	RedirectedAt   *time.Time         `json:"redirected_at,omitempty" doc:"When the customer changed where it goes; absent if that is as ordered"`
	CancelledFor   string             `json:"cancelled_for,omitempty" enum:"overdue,withdrawn,unfulfillable,given_up,stopped" doc:"Why it was cancelled: withdrawn is the shopper's wish, stopped an operator's word"`
	CancelledBy    fulfillment.Actor  `json:"cancelled_by,omitempty" enum:"shopper,seller,operator,system"`
	Amount         money.Amount       `json:"amount" doc:"What the customer pays for it, tax included"`
	Lines          []fulfillment.Line `json:"lines" doc:"What is to be shipped, or was"`
	Cancelled      []Cut              `json:"units_cancelled,omitempty" doc:"Of what was ordered, before it was packed"`
}

// Cut is units of a line that were cancelled.
type Cut struct {
	Line     string            `json:"line"`
	Quantity int64             `json:"quantity"`
	By       fulfillment.Actor `json:"by" enum:"shopper,seller,operator"`
}

func shipmentOf(x fulfillment.Shipment) SellerShipment {
	s := SellerShipment{ShipmentID: x.ID, FulfilledBy: "rialto", Status: string(x.State), Carrier: x.Carrier, TrackingNumber: x.TrackingNumber,
		CancelledFor: string(x.CancelledFor), CancelledBy: x.CancelledBy(), Amount: x.Amount, Lines: x.Lines}
	for _, c := range x.Cut {
		s.Cancelled = append(s.Cancelled, Cut(c))
	}
	if x.ShipTo != nil {
		s.RedirectedAt = &x.ShipTo.At
	}
	if x.BySeller() {
		s.FulfilledBy, s.Awaits, s.ShipBy = "seller", x.State == fulfillment.Pending, &x.ShipBy
		if by := x.CancelBy(); s.Awaits {
			s.CancelBy = &by
		}
	}
	return s
}

func orderOf(o fulfillment.Sold) SellerOrder {
	out := SellerOrder{o.OrderID, o.Marketplace, o.PlacedAt, o.Country, o.Region, o.Option, shipToOf(o.ShipTo), []SellerLine{},
		[]SellerShipment{}}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, SellerLine(l))
	}
	for _, x := range o.Shipments {
		out.Shipments = append(out.Shipments, shipmentOf(x))
	}
	return out
}

type soldInput struct{ api.Page }

type soldOutput struct {
	Body struct {
		Orders     []SellerOrder `json:"orders"`
		NextCursor string        `json:"next_cursor,omitempty" doc:"Absent on the last page"`
	}
}

func (h seller) list(ctx context.Context, in *soldInput) (*soldOutput, error) {
	who, _ := auth.From(ctx)
	out := &soldOutput{}
	var err error
	out.Body.Orders, out.Body.NextCursor, err = api.ReadPage(in.Cursor, func(at fulfillment.Position) ([]fulfillment.Sold, fulfillment.Position, error) {
		list, next, err := h.selling.Sold(ctx, who.SellerID, at, in.Limit)
		if next == nil {
			next = &fulfillment.Position{}
		}
		return list, *next, err
	}, orderOf)
	return out, err
}

// SoldOrder names an order.
type SoldOrder struct {
	OrderID string `path:"order_id" maxLength:"64"`
}

type soldOneOutput struct{ Body SellerOrder }

func (h seller) get(ctx context.Context, in *SoldOrder) (*soldOneOutput, error) {
	who, _ := auth.From(ctx)
	o, err := h.selling.Order(ctx, who.SellerID, in.OrderID)
	if err != nil {
		return nil, err
	}
	return &soldOneOutput{orderOf(o)}, nil
}

type confirmInput struct {
	SellerParcel
	Body Confirmation
}

// Confirmation says with whom a shipment is.
type Confirmation struct {
	Carrier        string `json:"carrier" minLength:"1" maxLength:"60"`
	TrackingNumber string `json:"tracking_number" minLength:"4" maxLength:"500" doc:"As pasted: spaces go, letters become capitals, the address of a carrier's page gives its number"`
}

type confirmOutput struct{ Body SellerShipment }

func (h seller) confirm(ctx context.Context, in *confirmInput) (*confirmOutput, error) {
	who, _ := auth.From(ctx)
	x, err := h.selling.Confirm(ctx, who.SellerID, in.OrderID, in.ShipmentID, in.Body.Carrier, in.Body.TrackingNumber)
	if err != nil {
		return nil, err
	}
	return &confirmOutput{shipmentOf(x)}, nil
}

// SellerParcel names a shipment of an order.
type SellerParcel struct {
	SoldOrder
	ShipmentID string `path:"shipment_id" maxLength:"64"`
}

// PackingSlip is what lies in a shipment.
type PackingSlip struct {
	OrderID    string     `json:"order_id"`
	ShipmentID string     `json:"shipment_id"`
	PlacedAt   time.Time  `json:"placed_at"`
	Option     string     `json:"shipping_option_id,omitempty"`
	ShipTo     *ShipTo    `json:"ship_to"`
	Lines      []SlipLine `json:"lines"`
}

// SlipLine is units in a shipment.
type SlipLine struct {
	SKU       string `json:"sku,omitempty"`
	ProductID string `json:"product_id"`
	Title     string `json:"title"`
	Quantity  int64  `json:"quantity"`
}

type slipOutput struct{ Body PackingSlip }

func (h seller) slip(ctx context.Context, in *SellerParcel) (*slipOutput, error) {
	who, _ := auth.From(ctx)
	s, err := h.selling.PackingSlip(ctx, who.SellerID, in.OrderID, in.ShipmentID)
	if err != nil {
		return nil, err
	}
	out := PackingSlip{s.OrderID, s.Shipment.ID, s.PlacedAt, s.Option, shipToOf(s.ShipTo), []SlipLine{}}
	for _, x := range s.Shipment.Lines {
		for _, l := range s.Lines {
			if l.Line == x.Line {
				out.Lines = append(out.Lines, SlipLine{l.SKU, l.ProductID, l.Title, x.Quantity})
			}
		}
	}
	return &slipOutput{out}, nil
}

type cancelShipmentInput struct {
	SellerParcel
	Body struct {
		Reason string             `json:"reason" minLength:"1" maxLength:"500" doc:"Shown to the shopper"`
		Lines  []fulfillment.Line `json:"lines,omitempty" maxItems:"100" doc:"Only these: quantity is how many of the line's units in the shipment are cancelled in all"`
	}
}

func (h seller) cancel(ctx context.Context, in *cancelShipmentInput) (*confirmOutput, error) {
	who, _ := auth.From(ctx)
	x, err := h.selling.Cancel(ctx, who.SellerID, in.OrderID, in.ShipmentID, in.Body.Reason, in.Body.Lines)
	if err != nil {
		return nil, err
	}
	return &confirmOutput{shipmentOf(x)}, nil
}

// Performance is how a seller did. Rates are in basis points, and about what the seller ships.
type Performance struct {
	From       string  `json:"from" format:"date"`
	To         string  `json:"to" format:"date"`
	Orders     int64   `json:"orders"`
	Units      int64   `json:"units"`
	ToShip     int64   `json:"to_ship" doc:"Shipments that are the seller's to ship"`
	Confirmed  int64   `json:"confirmed"`
	Late       int64   `json:"late" doc:"Confirmed after their time"`
	HeldBack   int64   `json:"held_back" doc:"Confirmed, and could not be charged for any more"`
	Cancelled  int64   `json:"cancelled" doc:"Never confirmed, or not to be shipped"`
	LateRate   int64   `json:"late_rate_bp" doc:"late of confirmed; more than 400 is too much"`
	DefectRate int64   `json:"defect_rate_bp" doc:"held_back and cancelled of to_ship; more than 100 is too much"`
	Grade      string  `json:"grade" enum:"new,good,at_risk,poor" doc:"new: fewer than 10 shipments; poor: a rate of more than twice its limit"`
	Rating     *Rating `json:"rating,omitempty" doc:"Absent if nobody has rated the seller"`
}

// Rating is what customers think.
type Rating struct {
	Value int64 `json:"value" doc:"Hundredths of a star"`
	Count int64 `json:"count"`
}

type performanceOutput struct{ Body Performance }

func (h seller) performance(ctx context.Context, _ *struct{}) (*performanceOutput, error) {
	who, _ := auth.From(ctx)
	p, err := h.selling.Performance(ctx, who.SellerID)
	if err != nil {
		return nil, err
	}
	out := &performanceOutput{Performance{p.From, p.To, p.Orders, p.Units, p.ToShip, p.Confirmed, p.Late, p.HeldBack, p.Cancelled, p.LateRate,
		p.DefectRate, string(p.Grade), nil}}
	if p.Rating > 0 {
		out.Body.Rating = &Rating{p.Rating, p.Ratings}
	}
	return out, nil
}
