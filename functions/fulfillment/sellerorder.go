package fulfillment

import (
	"time"

	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// SellerOrder is what one seller sees of an order: its own lines and shipments, and nothing of who bought it.
type SellerOrder struct {
	OrderID     string       `dynamodbav:"order_id"`
	SellerID    string       `dynamodbav:"seller_id"`
	Marketplace string       `dynamodbav:"marketplace"`
	PlacedAt    time.Time    `dynamodbav:"placed_at"`
	Country     string       `dynamodbav:"country"`
	Region      string       `dynamodbav:"region"`
	Option      string       `dynamodbav:"shipping_option,omitempty"`
	Lines       []SellerLine `dynamodbav:"lines"`
	Shipments   []SellerPart `dynamodbav:"shipments"`
}

// SellerLine is a line of a seller's order.
type SellerLine struct {
	Line      string       `dynamodbav:"line"`
	ProductID string       `dynamodbav:"product_id"`
	SKU       string       `dynamodbav:"sku,omitempty"` // the seller's own, as the offer had it when the order came
	Title     string       `dynamodbav:"title"`
	Quantity  int64        `dynamodbav:"quantity"`
	UnitPrice money.Amount `dynamodbav:"unit_price"`
	Amount    money.Amount `dynamodbav:"amount"`
}

// SellerPart names a shipment of a seller's order.
type SellerPart struct {
	ShipmentID string `dynamodbav:"shipment_id"`
	BySeller   bool   `dynamodbav:"by_seller"`
}

// Parts splits a placed order into what each of its sellers sees, in the order in which they come.
func Parts(o orders.Placed) []SellerOrder {
	var out []SellerOrder
	at := map[string]int{}
	of := func(seller string) *SellerOrder {
		i, known := at[seller]
		if !known {
			i = len(out)
			at[seller] = i
			out = append(out, SellerOrder{OrderID: o.OrderID, SellerID: seller, Marketplace: o.Marketplace, PlacedAt: o.PlacedAt.UTC(),
				Country: o.Delivery.Country, Region: o.Delivery.Region, Option: o.Delivery.ShippingOptionID})
		}
		return &out[i]
	}
	for _, l := range o.Lines {
		p := of(l.SellerID)
		p.Lines = append(p.Lines, SellerLine{l.Line, l.ProductID, "", l.Title, l.Quantity, l.UnitPrice, l.Amount})
	}
	for _, g := range o.Shipments {
		p := of(g.SellerID)
		p.Shipments = append(p.Shipments, SellerPart{ShipmentID(o.OrderID, g.Group), g.Fulfilment == orders.BySeller})
	}
	return out
}
