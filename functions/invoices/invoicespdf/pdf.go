// Package invoicespdf draws documents.
package invoicespdf

import (
	"bytes"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/currency"
	"rialto/functions/internal/money"
	"rialto/functions/internal/typeset"
	"rialto/functions/invoices"
)

// Renderer implements invoices.Renderer.
type Renderer struct{ Fonts *typeset.Fonts }

// The page is A4, in mm.
const (
	margin = 18
	width  = 210 - 2*margin
	half   = width / 2
	row    = 5
	labels = 40 // how wide the labels beside the document's numbers and dates are

	// How wide the columns of the lines are; the title has the rest.
	quantities, rates, amounts = 16, 20, 30
	wide                       = width - quantities - rates - 2*amounts
)

// PDF draws a document for whoever it goes to, the same to the byte each time: its dates are those of the issue.
func (r Renderer) PDF(ctx context.Context, d invoices.Document, to customers.Address) ([]byte, error) {
	written, err := typeset.New(ctx, r.Fonts, to.Country)
	if err != nil {
		return nil, err
	}
	p := page{written, wordsOf(d.Marketplace)}
	p.SetCreationDate(d.IssuedAt)
	p.SetModificationDate(d.IssuedAt)
	p.SetCatalogSort(true)
	p.SetProducer("Rialto", false)
	p.SetTitle(p.title(d.Kind)+" "+d.Number, true)
	p.SetMargins(margin, margin, margin)
	p.SetAutoPageBreak(true, margin)
	p.AddPage()
	p.head(d)
	p.parties(d, to)
	if err := p.lines(d); err != nil {
		return nil, err
	}
	if err := p.taxes(d); err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := p.Output(&out); err != nil {
		return nil, fmt.Errorf("draw %s: %w", d.Number, err)
	}
	return out.Bytes(), nil
}

// page is a document being drawn.
type page struct {
	*typeset.Page
	words
}

func (p page) head(d invoices.Document) {
	p.Size(18)
	p.Write(margin, width, 9, p.title(d.Kind))
	p.Ln(2)
	p.Size(9)
	p.Labelled(margin, labels, width, row, p.number, d.Number)
	if d.RefersTo != "" {
		p.Labelled(margin, labels, width, row, p.toInvoice, d.RefersTo)
	}
	p.Labelled(margin, labels, width, row, p.issued, d.IssuedAt.Format(time.DateOnly))
	p.Labelled(margin, labels, width, row, p.order, d.OrderID)
	p.Labelled(margin, labels, width, row, p.ordered, d.OrderedAt.Format(time.DateOnly))
	p.Ln(4)
}

// parties are who sold it and who bought it, side by side.
func (p page) parties(d invoices.Document, to customers.Address) {
	top, s := p.GetY(), d.Seller
	name := s.LegalName
	if name == "" {
		name = s.Name
	} else if s.LegalName != s.Name {
		name += " (" + s.Name + ")"
	}
	p.Lines(margin, half-4, row,
		append(append([]string{p.soldBy, name}, strings.Split(s.Address, "\n")...), s.Country)...)
	if s.TaxID != "" {
		p.Labelled(margin, labels, half-4, row, p.taxID, s.TaxID)
	}
	left := p.GetY()
	p.SetY(top)
	p.Lines(margin+half, half, row,
		p.soldTo, to.Name, to.Line1, to.Line2, strings.TrimSpace(to.PostalCode+" "+to.City), to.Region, to.Country)
	p.SetY(max(left, p.GetY()) + 6)
}

// cells writes one row: the title may have several lines, the others stand at its last.
func (p page) cells(title, quantity, rate, tax, amount string) {
	p.Write(margin, wide, row, title)
	last := p.GetY() - row
	p.Right(margin+wide+quantities, last, row, quantity)
	p.Right(margin+wide+quantities+rates, last, row, rate)
	p.Right(margin+width-amounts, last, row, tax)
	p.Right(margin+width, last, row, amount)
	p.SetXY(margin, last+row)
}

func (p page) rule() {
	p.Line(margin, p.GetY()+1, margin+width, p.GetY()+1)
	p.Ln(2)
}

func (p page) lines(d invoices.Document) error {
	p.cells("", p.quantity, p.rate, p.tax, p.amount)
	p.rule()
	for _, l := range d.Lines {
		tax, err := amount(l.Tax)
		if err != nil {
			return err
		}
		cost, err := amount(l.Amount)
		if err != nil {
			return err
		}
		p.cells(l.Title, strconv.FormatInt(l.Quantity, 10), p.rateOf(l.Rate, l.Mixed), tax, cost)
	}
	p.rule()
	return nil
}

func (p page) taxes(d invoices.Document) error {
	for _, t := range d.Taxes {
		net, err := amount(t.Net)
		if err != nil {
			return err
		}
		tax, err := amount(t.Tax)
		if err != nil {
			return err
		}
		p.cells(p.withoutTax+" "+net, "", p.rateOf(t.Rate, t.Mixed), tax, "")
	}
	tax, err := amount(d.Tax)
	if err != nil {
		return err
	}
	total, err := amount(d.Total)
	if err != nil {
		return err
	}
	p.rule()
	label := p.total
	if d.Kind == invoices.CreditNote {
		label = p.givenBack
	}
	p.cells(label, "", "", tax, total)
	return nil
}

// rateOf is basis points as percent; shipping of goods of several rates has those.
func (p page) rateOf(bp int64, mixed bool) string {
	if mixed {
		return p.asGoods
	}
	return strings.TrimSuffix(strings.TrimRight(fmt.Sprintf("%d.%02d", bp/100, bp%100), "0"), ".") + " %"
}

// amount is money as people read it: with the decimals of its currency.
func amount(a money.Amount) (string, error) {
	decimals, err := currency.Decimals(a.Currency)
	if err != nil {
		return "", fmt.Errorf("write %s: %w", a.Currency, err)
	}
	digits := fmt.Sprintf("%0*d", decimals+1, a.Minor)
	if decimals == 0 {
		return digits + " " + a.Currency, nil
	}
	point := len(digits) - decimals
	return digits[:point] + "." + digits[point:] + " " + a.Currency, nil
}
