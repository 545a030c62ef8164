package checkoutapi

import (
	"cmp"
	"context"
	"slices"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
	"rialto/functions/tax"
)

type quoteInput struct {
	api.Marketplace
	Body struct {
		CartID           string `json:"cart_id" minLength:"1" maxLength:"64"`
		AddressID        string `json:"shipping_address_id" minLength:"1" maxLength:"64"`
		MethodID         string `json:"payment_method_id,omitempty" maxLength:"64" doc:"Not needed for a price"`
		ShippingOptionID string `json:"shipping_option_id,omitempty" maxLength:"32" doc:"The marketplace's first when absent"`
	}
}

type quoteOutput struct{ Body Quote }

// Quote is what a checkout would charge.
type Quote struct {
	QuoteID     string                `json:"quote_id,omitempty" doc:"A checkout with it charges this or nothing; absent while a warning keeps the cart from being bought"`
	ExpiresAt   time.Time             `json:"expires_at"`
	Marketplace string                `json:"marketplace"`
	Lines       []Line                `json:"lines"`
	Parcels     []Parcel              `json:"parcels"`
	Shipping    ShippingOption        `json:"shipping_option"`
	Coupon      string                `json:"coupon,omitempty"`
	Taxes       []tax.JurisdictionTax `json:"taxes"`
	Totals      Totals                `json:"totals"`
	Warnings    []fault.Field         `json:"warnings" doc:"What a checkout would be refused for, lines by their place in the cart, and the figures are without; or would do otherwise: shipping_option_not_kept"`
	Changes     []checkout.Change     `json:"changes" doc:"What is another than the cart showed last, or than the checkout expected"`
}

// Line is a line as it would be bought.
type Line struct {
	ProductID    string       `json:"product_id"`
	SellerID     string       `json:"seller_id"`
	SellerName   string       `json:"seller_name"`
	Title        string       `json:"title"`
	Condition    string       `json:"condition" enum:"new,used,refurbished"`
	Quantity     int64        `json:"quantity"`
	UnitPrice    money.Amount `json:"unit_price"`
	Amount       money.Amount `json:"amount" doc:"unit_price x quantity"`
	Discount     money.Amount `json:"discount" doc:"Of the amount, not paid"`
	Tax          money.Amount `json:"tax" doc:"On the rest; in it, where tax is included"`
	TaxRate      int64        `json:"tax_rate_bp"`
	Jurisdiction string       `json:"tax_jurisdiction"`
}

// Parcel is what one seller's units leave one centre in.
type Parcel struct {
	SellerID    string       `json:"seller_id"`
	Centre      string       `json:"fulfillment_center_id"`
	FulfilledBy string       `json:"fulfilled_by" enum:"rialto,seller"`
	Lines       []ParcelLine `json:"lines"`
	Shipping    money.Amount `json:"shipping" doc:"What its seller asks for shipping it, with the tax on that"`
	Delivery    money.Amount `json:"delivery" doc:"Its part of the shipping option, with the tax on that"`
	Amount      money.Amount `json:"amount" doc:"What is charged for it"`
	From        string       `json:"estimated_delivery_from" format:"date"`
	To          string       `json:"estimated_delivery" format:"date" doc:"The last day on which it is expected, if it is ordered now"`
	ShipBy      time.Time    `json:"ship_by" doc:"When it leaves at the latest"`
}

// ParcelLine is how many units of a line it holds.
type ParcelLine struct {
	ProductID string `json:"product_id"`
	SellerID  string `json:"seller_id"`
	Quantity  int64  `json:"quantity"`
}

// ShippingOption is how it would be delivered.
type ShippingOption struct {
	ID    string       `json:"id"`
	Name  string       `json:"name"`
	Price money.Amount `json:"price"`
}

// Totals is what would be charged.
type Totals struct {
	Items       money.Amount `json:"items"`
	Discount    money.Amount `json:"discount"`
	Shipping    money.Amount `json:"shipping" doc:"The sellers' and the option's"`
	Tax         money.Amount `json:"tax"`
	TaxIncluded bool         `json:"tax_included" doc:"Whether the tax is in the other amounts"`
	Total       money.Amount `json:"total" doc:"items - discount + shipping, and tax unless it is included"`
}

func (h handler) quote(ctx context.Context, in *quoteInput) (*quoteOutput, error) {
	who, _ := auth.From(ctx)
	if _, err := marketplaces.Lookup(in.Market); err != nil {
		return nil, err
	}
	b := in.Body
	q, err := h.cases.Quote(ctx, who.Subject, checkout.Request{CartID: b.CartID, AddressID: b.AddressID, MethodID: b.MethodID,
		ShippingOptionID: b.ShippingOptionID, Marketplace: in.Market})
	if err != nil {
		return nil, err
	}
	return &quoteOutput{quoteOf(q)}, nil
}

func quoteOf(q checkout.Quote) Quote {
	o, t := q.Order, q.Order.Totals
	amount := func(a money.Amount) money.Amount { return money.Of(a.Minor, t.Total.Currency) } // a discount of none has no currency
	out := Quote{QuoteID: q.ID, ExpiresAt: q.ExpiresAt, Marketplace: o.Marketplace, Lines: []Line{}, Parcels: []Parcel{},
		Shipping: ShippingOption{q.Shipping.ID, q.Shipping.Name, q.Shipping.Price}, Coupon: o.Coupon,
		Taxes:  append([]tax.JurisdictionTax{}, q.Taxes...),
		Totals: Totals{t.Items, amount(t.Discount), t.Shipping, t.Tax, t.TaxIncluded, t.Total}, Warnings: append([]fault.Field{}, q.Warnings...),
		Changes: append([]checkout.Change{}, q.Changes...)}
	for _, l := range o.Lines {
		out.Lines = append(out.Lines, Line{l.ProductID, l.SellerID, l.SellerName, l.Title, cmp.Or(l.Condition, "new"), l.Quantity, l.UnitPrice, l.Amount,
			amount(l.Discount), l.Tax, l.TaxRate, l.Jurisdiction})
	}
	for i, s := range o.Shipments {
		due := q.Promises[i]
		p := Parcel{SellerID: s.SellerID, Centre: s.Centre, FulfilledBy: cmp.Or(s.Fulfilment, "rialto"), Lines: []ParcelLine{},
			Shipping: s.Shipping.Amount, Delivery: s.Delivery.Amount, Amount: s.Amount,
			From: due.From.Format(time.DateOnly), To: due.To.Format(time.DateOnly), ShipBy: due.ShipBy}
		for _, x := range s.Lines {
			n := slices.IndexFunc(o.Lines, func(l orders.Line) bool { return l.Line == x.Line })
			p.Lines = append(p.Lines, ParcelLine{o.Lines[n].ProductID, o.Lines[n].SellerID, x.Quantity})
		}
		out.Parcels = append(out.Parcels, p)
	}
	return out
}
