package invoices

import (
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// Kind is what a document is.
type Kind string

// The kinds.
const (
	Invoice    Kind = "invoice"
	Receipt    Kind = "receipt" // where prices hold no tax
	CreditNote Kind = "credit_note"
)

// Document is an invoice, a receipt or a credit note. Amounts of a credit note are what was given back.
type Document struct {
	OrderID     string       `dynamodbav:"order_id"`
	Of          string       `dynamodbav:"of"` // the shipment's group, of a credit note the refund
	Kind        Kind         `dynamodbav:"kind"`
	Number      string       `dynamodbav:"number"`
	RefersTo    string       `dynamodbav:"refers_to,omitempty"` // of a credit note, the invoice's number
	Marketplace string       `dynamodbav:"marketplace"`
	Seller      Seller       `dynamodbav:"seller"`
	OrderedAt   time.Time    `dynamodbav:"ordered_at"`
	IssuedAt    time.Time    `dynamodbav:"issued_at"`
	Lines       []Line       `dynamodbav:"lines"`
	Taxes       []RateTax    `dynamodbav:"taxes"`
	Total       money.Amount `dynamodbav:"total"` // tax in it
	Tax         money.Amount `dynamodbav:"tax"`
}

// Seller is who sold it, as it was when the document was issued.
type Seller struct {
	ID        string `dynamodbav:"seller_id"`
	Name      string `dynamodbav:"name"`
	LegalName string `dynamodbav:"legal_name,omitempty"`
	Address   string `dynamodbav:"address,omitempty"`
	Country   string `dynamodbav:"country,omitempty"`
	TaxID     string `dynamodbav:"tax_id,omitempty"`
}

// Line is a line of a document. Amount is what was paid for it, Tax what of that is tax. Rate is in basis points; it is not known of
// shipping in a parcel with several rates (Mixed).
type Line struct {
	Title    string       `dynamodbav:"title"`
	Quantity int64        `dynamodbav:"quantity"`
	Amount   money.Amount `dynamodbav:"amount"`
	Tax      money.Amount `dynamodbav:"tax"`
	Rate     int64        `dynamodbav:"rate_bp"`
	Mixed    bool         `dynamodbav:"mixed,omitempty"`
}

// RateTax is what is taxed at a rate: Net is without the tax.
type RateTax struct {
	Rate  int64        `dynamodbav:"rate_bp"`
	Mixed bool         `dynamodbav:"mixed,omitempty"`
	Net   money.Amount `dynamodbav:"net"`
	Tax   money.Amount `dynamodbav:"tax"`
}

var (
	// ErrDiffers refuses to issue what does not cost what was taken or given back.
	ErrDiffers    = fault.New(fault.Malformed, "invoice_differs", "the parcel's lines do not sum to what was taken or given back")
	errNoParcel   = fault.New(fault.Malformed, "invoice_unknown_parcel", "the order has no such parcel")
	errNotIssued  = fault.New(fault.Unavailable, "invoice_not_issued", "the invoice that is to be credited is not issued yet")
	errContention = fault.New(fault.Unavailable, "invoice_contended", "others take numbers of the same series just now")
)

// Units are units of a parcel's line that were given back, from one on; of a charge for shipping they are minor units.
type Units struct {
	Line     string `json:"line"`
	From     int64  `json:"from"`
	Quantity int64  `json:"quantity"`
}

// parcel is one parcel of an order, as its documents need it.
type parcel struct {
	order    orders.Order
	shipment orders.Shipment
}

func parcelOf(o orders.Order, group string) (parcel, error) {
	n := slices.IndexFunc(o.Shipments, func(s orders.Shipment) bool { return s.Group == group })
	if n < 0 {
		return parcel{}, errNoParcel
	}
	return parcel{o, o.Shipments[n]}, nil
}

// Cut is units of a parcel's line, or minor units of its shipping, that were cancelled before it was packed.
type Cut struct {
	Line     string `json:"line"`
	Quantity int64  `json:"quantity"`
}

// all are the units of everything in the parcel but what was cancelled, of which each line's are the last.
func (p parcel) all(cancelled []Cut) (out []Units) {
	add := func(line string, n int64) {
		for _, c := range cancelled {
			if c.Line == line {
				n -= c.Quantity
			}
		}
		if n > 0 {
			out = append(out, Units{line, 0, n})
		}
	}
	for _, l := range p.shipment.Lines {
		add(l.Line, l.Quantity)
	}
	for _, line := range []string{orders.ShippingCharge, orders.DeliveryCharge} {
		add(line, p.charge(line).Amount.Minor)
	}
	return out
}

// charge is what a parcel costs beside its goods, as refunds name it: who delivers has what the delivery costs.
func (p parcel) charge(line string) orders.Charge {
	s := p.shipment
	if s.Fulfilment != orders.BySeller {
		return map[string]orders.Charge{orders.ShippingCharge: s.Shipping, orders.DeliveryCharge: s.Delivery}[line]
	}
	if line != orders.ShippingCharge {
		return orders.Charge{Amount: money.Zero(s.Amount.Currency), Tax: money.Zero(s.Amount.Currency)}
	}
	s.Shipping.Amount.Minor += s.Delivery.Amount.Minor
	s.Shipping.Tax.Minor += s.Delivery.Tax.Minor
	return s.Shipping
}

// line is a document's line of some units.
func (p parcel) line(u Units) (Line, error) {
	if u.Line == orders.ShippingCharge || u.Line == orders.DeliveryCharge {
		c := p.charge(u.Line)
		tax, err := c.Tax.Between(u.From, u.From+u.Quantity, c.Amount.Minor)
		rate, mixed := p.rate()
		title := map[string]string{orders.ShippingCharge: "Shipping", orders.DeliveryCharge: "Delivery"}[u.Line]
		return Line{title, 1, money.Of(u.Quantity, c.Amount.Currency), tax, rate, mixed}, err
	}
	n := slices.IndexFunc(p.shipment.Lines, func(l orders.ShipmentLine) bool { return l.Line == u.Line })
	i := slices.IndexFunc(p.order.Lines, func(l orders.Line) bool { return l.Line == u.Line })
	if n < 0 || i < 0 {
		return Line{}, errNoParcel
	}
	part, err := p.shipment.Lines[n].Between(u.From, u.From+u.Quantity)
	return Line{p.order.Lines[i].Title, u.Quantity, part.Paid, part.Tax, p.order.Lines[i].TaxRate, false}, err
}

// rate is that of the parcel's goods, if they have one.
func (p parcel) rate() (rate int64, mixed bool) {
	for k, s := range p.shipment.Lines {
		i := slices.IndexFunc(p.order.Lines, func(l orders.Line) bool { return l.Line == s.Line })
		if i < 0 || k > 0 && p.order.Lines[i].TaxRate != rate {
			return 0, true
		}
		rate = p.order.Lines[i].TaxRate
	}
	return rate, false
}

// document makes one of units that were sold or given back, without its number. Errors: ErrDiffers if they do not cost the amount.
func (p parcel) document(units []Units, amount money.Amount) (Document, error) {
	none := money.Zero(p.shipment.Amount.Currency)
	d := Document{OrderID: p.order.ID, Of: p.shipment.Group, Kind: Receipt, Marketplace: p.order.Marketplace, OrderedAt: p.order.PlacedAt.UTC(),
		Seller: Seller{ID: p.shipment.SellerID, Name: p.sellerName()}, Total: none, Tax: none}
	if p.order.Totals.TaxIncluded {
		d.Kind = Invoice
	}
	for _, u := range units {
		l, err := p.line(u)
		if err != nil {
			return d, fmt.Errorf("line %s: %w", u.Line, err)
		}
		if err := d.add(l); err != nil {
			return d, err
		}
	}
	if d.Total != amount {
		return d, ErrDiffers
	}
	return d, nil
}

// add puts a line into a document, its sums and its taxes by rate.
func (d *Document) add(l Line) (err error) {
	if d.Total, err = d.Total.Add(l.Amount); err != nil {
		return err
	}
	if d.Tax, err = d.Tax.Add(l.Tax); err != nil {
		return err
	}
	net, err := l.Amount.Sub(l.Tax)
	if err != nil {
		return err
	}
	d.Lines = append(d.Lines, l)
	n := slices.IndexFunc(d.Taxes, func(t RateTax) bool { return t.Rate == l.Rate && t.Mixed == l.Mixed })
	if n < 0 {
		d.Taxes = append(d.Taxes, RateTax{l.Rate, l.Mixed, net, l.Tax})
		return nil
	}
	t := &d.Taxes[n]
	t.Net.Minor, t.Tax.Minor = t.Net.Minor+net.Minor, t.Tax.Minor+l.Tax.Minor
	return nil
}

func (p parcel) sellerName() string {
	for _, l := range p.order.Lines {
		if l.SellerID == p.shipment.SellerID {
			return l.SellerName
		}
	}
	return p.shipment.SellerID
}

// Series is one of those that a seller's numbers of a year run in.
type Series struct {
	SellerID string
	Year     int
	Letter   string // A to H
}

const letters = "ABCDEFGH"

// seriesOf is the series that an order's documents are numbered in.
func seriesOf(sellerID, orderID string, at time.Time) Series {
	h := fnv.New32a()
	h.Write([]byte(orderID))
	n := h.Sum32() % uint32(len(letters))
	return Series{sellerID, at.UTC().Year(), letters[n : n+1]}
}

// Number is the number that comes n-th in a series, from 1.
func (s Series) Number(n int64) string { return fmt.Sprintf("%d-%s-%06d", s.Year, s.Letter, n) }
