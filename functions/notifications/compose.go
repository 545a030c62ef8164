package notifications

import (
	"fmt"
	"strings"
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/money"
	"rialto/functions/marketplaces"
	"rialto/functions/orders"
)

// Mail is what a customer reads.
type Mail struct {
	Language string // BCP 47, of its words
	Subject  string
	Text     string
	HTML     string
	// Unsubscribe is where one request ends mails of its kind; empty for a kind that cannot be done without.
	Unsubscribe string
}

// page is what a mail shows.
type page struct {
	Language, Direction, Subject, Opening string
	Items                                 []item
	Facts                                 []fact
	Unsubscribe                           *fact
}

type item struct {
	Quantity      int64
	Title, Amount string
}

type fact struct{ Name, Value string }

func newPage(language, subject, opening string) page {
	p := page{Language: language, Direction: "ltr", Subject: subject, Opening: opening}
	if language == "ar" {
		p.Direction = "rtl"
	}
	return p
}

// compose writes the mail of a notice; x is the parcel that it is about, the zero Shipment for none, and unsubscribe empty unless
// the kind can be done without. It is in the language of the order's marketplace.
func compose(n Notice, o orders.Order, x fulfillment.Shipment, unsubscribe string) (Mail, error) {
	m, err := marketplaces.Lookup(o.Marketplace)
	if err != nil {
		return Mail{}, err
	}
	f, err := formOf(m)
	if err != nil {
		return Mail{}, err
	}
	w, language := wordsOf(m.Language)
	says := w.mails[n.Kind]
	p := newPage(language, fmt.Sprintf(says.subject, o.ID), says.opening)
	if strings.Contains(p.Opening, "%s") {
		amount, err := f.amount(n.Amount)
		if err != nil {
			return Mail{}, err
		}
		p.Opening = fmt.Sprintf(p.Opening, amount)
	}
	p.Facts = []fact{{w.order, o.ID}, {w.placedOn, f.date(o.PlacedAt)}}
	if n.Kind == Confirmed {
		err = p.bill(o, w, f)
	} else {
		p.parcel(n, o, x, w, f)
	}
	if err != nil {
		return Mail{}, err
	}
	if unsubscribe != "" {
		p.Unsubscribe = &fact{w.unsubscribe, unsubscribe}
	}
	return Mail{p.Language, p.Subject, p.text(), p.html(), unsubscribe}, nil
}

// bill lists all that was bought, and what it costs.
func (p *page) bill(o orders.Order, w words, f form) error {
	for _, l := range o.Lines {
		amount, err := f.amount(l.Amount)
		if err != nil {
			return err
		}
		p.Items = append(p.Items, item{l.Quantity, l.Title, amount})
	}
	for _, x := range []struct {
		name   string
		amount money.Amount
	}{
		{w.items, o.Totals.Items}, {w.discount, money.Of(-o.Totals.Discount.Minor, o.Totals.Total.Currency)}, {w.shipping, o.Totals.Shipping},
		{w.tax, o.Totals.Tax}, {w.total, o.Totals.Total},
	} {
		if x.name == w.discount && x.amount.Minor == 0 {
			continue
		}
		amount, err := f.amount(x.amount)
		if err != nil {
			return err
		}
		p.Facts = append(p.Facts, fact{x.name, amount})
	}
	return nil
}

// parcel lists what is in a parcel, and how it travels.
func (p *page) parcel(n Notice, o orders.Order, x fulfillment.Shipment, w words, f form) {
	title := map[string]string{}
	for _, l := range o.Lines {
		title[l.Line] = l.Title
	}
	for _, l := range n.Lines {
		p.Items = append(p.Items, item{Quantity: l.Quantity, Title: title[l.Line]})
	}
	if by, told := w.actors[n.By]; told && n.Kind == Cancelled {
		p.Facts = append(p.Facts, fact{w.cancelledBy, by})
	}
	if n.Kind != Shipped {
		return
	}
	for _, x := range []fact{{w.carrier, x.Carrier}, {w.tracking, x.TrackingNumber}, {w.expected, f.day10(x.EstimatedDelivery)}} {
		if x.Value != "" {
			p.Facts = append(p.Facts, x)
		}
	}
}

// day10 writes a full-date of RFC 3339 as the marketplace does, empty for none.
func (f form) day10(day string) string {
	at, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return ""
	}
	return at.Format(f.day)
}
