package ordersstore

import (
	"fmt"
	"time"

	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/orders"
	"rialto/functions/tax"
)

// record is an order as it is stored. The pivot pays twice for each of its kilobytes, so it says nothing twice: one
// currency for all amounts (orders.Order.Check sees to that), lines by their position, names only where they cannot
// be derived. Amounts are minor units.
type record struct {
	ID          string      `dynamodbav:"pk"`
	CustomerID  string      `dynamodbav:"customer_id"`
	PlacedBy    string      `dynamodbav:"placed_by,omitempty"`
	CreatedAt   string      `dynamodbav:"created_at"`
	CheckoutID  string      `dynamodbav:"checkout_id"`
	Marketplace string      `dynamodbav:"marketplace"`
	Currency    string      `dynamodbav:"currency"`
	Lines       []line      `dynamodbav:"lines"`
	Coupon      string      `dynamodbav:"coupon,omitempty"`
	ExchangeOf  *exchangeOf `dynamodbav:"exchange_of,omitempty"`
	ReshipOf    *reshipOf   `dynamodbav:"reship_of,omitempty"`
	Items       int64       `dynamodbav:"items"`
	Discount    int64       `dynamodbav:"discount,omitempty"`
	Shipping    int64       `dynamodbav:"shipping"`
	Tax         int64       `dynamodbav:"tax"`
	TaxIncluded bool        `dynamodbav:"tax_included"`
	Taxes       []taxPart   `dynamodbav:"taxes,omitempty"`
	Total       int64       `dynamodbav:"total"`
	Shipments   []shipment  `dynamodbav:"shipments"`
	Delivery    delivery    `dynamodbav:"delivery"`
}

// exchangeOf names a return of another order.
type exchangeOf struct {
	OrderID  string `dynamodbav:"order_id"`
	ReturnID string `dynamodbav:"return_id"`
}

// reshipOf names a parcel of another order.
type reshipOf struct {
	OrderID    string `dynamodbav:"order_id"`
	ShipmentID string `dynamodbav:"shipment_id"`
	Cause      string `dynamodbav:"cause"`
}

// taxPart is what one jurisdiction takes at one rate.
type taxPart struct {
	Jurisdiction string `dynamodbav:"in"`
	Name         string `dynamodbav:"name"`
	Rate         int64  `dynamodbav:"ppm"`
	Taxable      int64  `dynamodbav:"on"`
	Tax          int64  `dynamodbav:"tax"`
}

type line struct {
	Line         string `dynamodbav:"line,omitempty"` // if it is not "<product_id>#<seller_id>"
	ProductID    string `dynamodbav:"product_id"`
	SellerID     string `dynamodbav:"seller_id"`
	SellerName   string `dynamodbav:"seller_name"`
	Title        string `dynamodbav:"title"`
	Condition    string `dynamodbav:"condition,omitempty"`
	Quantity     int64  `dynamodbav:"quantity"`
	UnitPrice    int64  `dynamodbav:"unit_price"`
	Amount       int64  `dynamodbav:"amount"`
	Discount     int64  `dynamodbav:"discount,omitempty"`
	Tax          int64  `dynamodbav:"tax"`
	TaxRate      int64  `dynamodbav:"tax_rate_bp"`
	Jurisdiction string `dynamodbav:"jurisdiction"`
}

// shipment's Lines are positions in the order's lines, beside how many units of each. Costs are what its shipping costs and
// the tax in that, the same of its delivery, and what is paid for each of its lines, the tax in that and the discount; its
// amount is their sum.
type shipment struct {
	Group      string  `dynamodbav:"group"`
	SellerID   string  `dynamodbav:"seller_id,omitempty"` // if it is not the first line's
	Centre     string  `dynamodbav:"center"`
	Fulfilment string  `dynamodbav:"by,omitempty"`
	Days       int     `dynamodbav:"days,omitempty"`
	Lines      []int   `dynamodbav:"lines"`
	Units      []int64 `dynamodbav:"units"`
	Costs      []int64 `dynamodbav:"costs"`
	ShippedFor []int64 `dynamodbav:"shipped_for,omitempty"` // what of the shipping is for each of its lines, if it has several
	Until      int64   `dynamodbav:"until,omitempty"`       // CaptureBefore in seconds of Unix time
}

type delivery struct {
	AddressID        string `dynamodbav:"address_id"`
	Country          string `dynamodbav:"country"`
	Region           string `dynamodbav:"region"`
	Sealed           []byte `dynamodbav:"sealed"`
	ShippingOptionID string `dynamodbav:"option"`
	Days             int    `dynamodbav:"days"`
}

func (l line) name() string {
	if l.Line != "" {
		return l.Line
	}
	return l.ProductID + "#" + l.SellerID
}

func toRecord(o orders.Order) record {
	d, t := o.Delivery, o.Totals
	r := record{ID: o.ID, CustomerID: o.CustomerID, PlacedBy: o.PlacedBy, CreatedAt: o.PlacedAt.UTC().Format(store.Sortable), CheckoutID: o.CheckoutID,
		Marketplace: o.Marketplace, Currency: t.Total.Currency, Coupon: o.Coupon,
		ExchangeOf: (*exchangeOf)(o.ExchangeOf), ReshipOf: (*reshipOf)(o.ReshipOf), Items: t.Items.Minor, Discount: t.Discount.Minor,
		Shipping: t.Shipping.Minor, Tax: t.Tax.Minor, TaxIncluded: t.TaxIncluded, Total: t.Total.Minor,
		Delivery: delivery{d.AddressID, d.Country, d.Region, d.Sealed, d.ShippingOptionID, d.Days}}
	for _, x := range o.Taxes {
		r.Taxes = append(r.Taxes, taxPart{x.Jurisdiction, x.Name, x.RatePPM, x.Taxable.Minor, x.Tax.Minor})
	}
	place := map[string]int{}
	for n, l := range o.Lines {
		place[l.Line] = n
		x := line{ProductID: l.ProductID, SellerID: l.SellerID, SellerName: l.SellerName, Title: l.Title,
			Condition: l.Condition, Quantity: l.Quantity, UnitPrice: l.UnitPrice.Minor, Amount: l.Amount.Minor, Discount: l.Discount.Minor,
			Tax: l.Tax.Minor, TaxRate: l.TaxRate, Jurisdiction: l.Jurisdiction}
		if l.Line != x.name() {
			x.Line = l.Line
		}
		r.Lines = append(r.Lines, x)
	}
	for _, s := range o.Shipments {
		x := shipment{Group: s.Group, SellerID: s.SellerID, Centre: s.Centre, Fulfilment: s.Fulfilment, Days: s.Days,
			Costs: []int64{s.Shipping.Amount.Minor, s.Shipping.Tax.Minor, s.Delivery.Amount.Minor, s.Delivery.Tax.Minor}}
		if !s.CaptureBefore.IsZero() {
			x.Until = s.CaptureBefore.Unix()
		}
		for _, l := range s.Lines {
			x.Lines, x.Units = append(x.Lines, place[l.Line]), append(x.Units, l.Quantity)
			x.Costs = append(x.Costs, l.Paid.Minor, l.Tax.Minor, l.Discount.Minor)
			if l.Shipping.Currency != "" {
				x.ShippedFor = append(x.ShippedFor, l.Shipping.Minor)
			}
		}
		if len(x.Lines) > 0 && o.Lines[x.Lines[0]].SellerID == s.SellerID {
			x.SellerID = ""
		}
		r.Shipments = append(r.Shipments, x)
	}
	return r
}

func (r record) order() (orders.Order, error) {
	placed, err := time.Parse(store.Sortable, r.CreatedAt)
	if err != nil {
		return orders.Order{}, fmt.Errorf("read order: %w", err)
	}
	amount := func(minor int64) money.Amount { return money.Of(minor, r.Currency) }
	off := func(minor int64) money.Amount {
		if minor == 0 {
			return money.Amount{}
		}
		return amount(minor)
	}
	d := r.Delivery
	o := orders.Order{ID: r.ID, CustomerID: r.CustomerID, PlacedBy: r.PlacedBy,
		CheckoutID: r.CheckoutID, Marketplace: r.Marketplace, PlacedAt: placed, Coupon: r.Coupon,
		ExchangeOf: (*orders.ExchangeOf)(r.ExchangeOf), ReshipOf: (*orders.ReshipOf)(r.ReshipOf),
		Totals: orders.Totals{Items: amount(r.Items), Discount: off(r.Discount), Shipping: amount(r.Shipping), Tax: amount(r.Tax),
			TaxIncluded: r.TaxIncluded, Total: amount(r.Total)},
		Delivery: orders.Delivery{AddressID: d.AddressID, Country: d.Country, Region: d.Region, Sealed: d.Sealed,
			ShippingOptionID: d.ShippingOptionID, Days: d.Days}}
	for _, x := range r.Taxes {
		o.Taxes = append(o.Taxes, tax.JurisdictionTax{Jurisdiction: x.Jurisdiction, Name: x.Name, RatePPM: x.Rate, Taxable: amount(x.Taxable),
			Tax: amount(x.Tax)})
	}
	for _, l := range r.Lines {
		o.Lines = append(o.Lines, orders.Line{Line: l.name(), ProductID: l.ProductID, SellerID: l.SellerID, SellerName: l.SellerName,
			Title: l.Title, Condition: l.Condition, Quantity: l.Quantity, UnitPrice: amount(l.UnitPrice), Amount: amount(l.Amount), Discount: off(l.Discount),
			Tax: amount(l.Tax), TaxRate: l.TaxRate, Jurisdiction: l.Jurisdiction})
	}
	for _, s := range r.Shipments {
		if len(s.Units) != len(s.Lines) || len(s.Costs) != 4+3*len(s.Lines) {
			return orders.Order{}, fmt.Errorf("read order: shipment %s has not the units and the costs of its lines", s.Group)
		}
		c := s.Costs
		x := orders.Shipment{Group: s.Group, SellerID: s.SellerID, Centre: s.Centre, Fulfilment: s.Fulfilment, Days: s.Days,
			Shipping: orders.Charge{Amount: amount(c[0]), Tax: amount(c[1])}, Delivery: orders.Charge{Amount: amount(c[2]), Tax: amount(c[3])}}
		if s.Until != 0 {
			x.CaptureBefore = time.Unix(s.Until, 0).UTC()
		}
		for n, l := range s.Lines {
			if l < 0 || l >= len(o.Lines) {
				return orders.Order{}, fmt.Errorf("read order: shipment %s has a line that the order has not", s.Group)
			}
			of := c[4+3*n:]
			x.Lines = append(x.Lines, orders.ShipmentLine{Line: o.Lines[l].Line, Quantity: s.Units[n], Paid: amount(of[0]), Tax: amount(of[1]),
				Discount: amount(of[2])})
			if len(s.ShippedFor) == len(s.Lines) {
				x.Lines[n].Shipping = amount(s.ShippedFor[n])
			}
		}
		if x.Amount, err = x.Cost(); err != nil {
			return orders.Order{}, fmt.Errorf("read order: shipment %s: %w", s.Group, err)
		}
		if x.SellerID == "" && len(s.Lines) > 0 {
			x.SellerID = o.Lines[s.Lines[0]].SellerID
		}
		o.Shipments = append(o.Shipments, x)
	}
	return o, nil
}
