package orders

import (
	"time"

	"rialto/functions/internal/money"
)

// Placed is the data of the event OrderPlaced, version 1. It holds no personal data.
type Placed struct {
	OrderID     string         `json:"order_id"`
	CustomerID  string         `json:"customer_id"`
	Marketplace string         `json:"marketplace"`
	PlacedAt    time.Time      `json:"placed_at"`
	Currency    string         `json:"currency"`
	Total       money.Amount   `json:"total"`
	Tax         money.Amount   `json:"tax"` // in the total, that on shipping too; came later to version 1
	Lines       []PlacedLine   `json:"lines"`
	Coupon      string         `json:"coupon,omitempty"`      // whose discount the lines have
	ExchangeOf  *ExchangeOf    `json:"exchange_of,omitempty"` // the return in exchange for which it was placed; came later to version 1
	ReshipOf    *ReshipOf      `json:"reship_of,omitempty"`   // the parcel that it sends again for nothing; came later to version 1
	Shipments   []Shipment     `json:"shipments"`
	Delivery    PlacedDelivery `json:"delivery"`
}

// PlacedLine is a line of OrderPlaced.
type PlacedLine struct {
	Line      string       `json:"line"`
	ProductID string       `json:"product_id"`
	SellerID  string       `json:"seller_id"`
	Title     string       `json:"title"`
	Quantity  int64        `json:"quantity"`
	UnitPrice money.Amount `json:"unit_price"`
	Amount    money.Amount `json:"amount"`
	Discount  money.Amount `json:"discount,omitzero"` // of the amount, not paid
	Tax       money.Amount `json:"tax"`
}

// PlacedDelivery is where to, without the address.
type PlacedDelivery struct {
	Country          string `json:"country"`
	Region           string `json:"region"`
	ShippingOptionID string `json:"shipping_option_id"`
	Days             int    `json:"days"`
}

// Placed returns the event's data for an order.
func (o Order) Placed() Placed {
	p := Placed{OrderID: o.ID, CustomerID: o.CustomerID, Marketplace: o.Marketplace, PlacedAt: o.PlacedAt.UTC(), Currency: o.Totals.Total.Currency,
		Total: o.Totals.Total, Tax: o.Totals.Tax, Coupon: o.Coupon, ExchangeOf: o.ExchangeOf, ReshipOf: o.ReshipOf, Shipments: o.Shipments,
		Delivery: PlacedDelivery{o.Delivery.Country, o.Delivery.Region, o.Delivery.ShippingOptionID, o.Delivery.Days}}
	for _, l := range o.Lines {
		p.Lines = append(p.Lines, PlacedLine{l.Line, l.ProductID, l.SellerID, l.Title, l.Quantity, l.UnitPrice, l.Amount, l.Discount, l.Tax})
	}
	return p
}
