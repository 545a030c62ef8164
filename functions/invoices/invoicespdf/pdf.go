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

	// How wide the columns of the lines are; the title has the rest.
	quantities, rates, amounts = 16, 20, 30
	wide                       = width - quantities - rates - 2*amounts
)

var titles = map[invoices.Kind]string{invoices.Invoice: "Invoice", invoices.Receipt: "Receipt", invoices.CreditNote: "Credit note"}

// PDF draws a document for whoever it goes to, the same to the byte each time: its dates are those of the issue.
func (r Renderer) PDF(ctx context.Context, d invoices.Document, to customers.Address) ([]byte, error) {
	written, err := typeset.New(ctx, r.Fonts, to.Country)
	if err != nil {
		return nil, err
	}
	p := page{written}
	p.SetCreationDate(d.IssuedAt)
	p.SetModificationDate(d.IssuedAt)
	p.SetCatalogSort(true)
	p.SetProducer("Rialto", false)
	p.SetTitle(titles[d.Kind]+" "+d.Number, true)
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
type page struct{ *typeset.Page }

func (p page) head(d invoices.Document) {
	p.Size(18)
	p.Write(margin, width, 9, titles[d.Kind])
	p.Ln(2)
	of := ""
	if d.RefersTo != "" {
		of = "To invoice " + d.RefersTo
	}
	p.Size(9)
	p.Lines(margin, width, row, "Number "+d.Number, of, "Issued "+d.IssuedAt.Format(time.DateOnly),
		"Order "+d.OrderID+" of "+d.OrderedAt.Format(time.DateOnly))
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
	tax := ""
	if s.TaxID != "" {
		tax = "Tax id " + s.TaxID
	}
	p.Lines(margin, half-4, row,
		append(append([]string{"Sold by", name}, strings.Split(s.Address, "\n")...), s.Country, tax)...)
	left := p.GetY()
	p.SetY(top)
	p.Lines(margin+half, half, row,
		"Sold to", to.Name, to.Line1, to.Line2, strings.TrimSpace(to.PostalCode+" "+to.City), to.Region, to.Country)
	p.SetY(max(left, p.GetY()) + 6)
}

// cells writes one row: the title may have several lines, the others stand at its last.
func (p page) cells(title, quantity, rate, tax, amount string) {
	p.Write(margin, wide, row, title)
	p.SetXY(margin+wide, p.GetY()-row)
	p.CellFormat(quantities, row, quantity, "", 0, "R", false, 0, "")
	p.CellFormat(rates, row, rate, "", 0, "R", false, 0, "")
	p.CellFormat(amounts, row, tax, "", 0, "R", false, 0, "")
	p.CellFormat(amounts, row, amount, "", 1, "R", false, 0, "")
}

func (p page) rule() {
	p.Line(margin, p.GetY()+1, margin+width, p.GetY()+1)
	p.Ln(2)
}

func (p page) lines(d invoices.Document) error {
	p.cells("", "Quantity", "Tax rate", "Tax", "Amount")
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
		p.cells(l.Title, strconv.FormatInt(l.Quantity, 10), rate(l.Rate, l.Mixed), tax, cost)
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
		p.cells("Without tax "+net, "", rate(t.Rate, t.Mixed), tax, "")
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
	label := "Total, tax in it"
	if d.Kind == invoices.CreditNote {
		label = "Given back, tax in it"
	}
	p.cells(label, "", "", tax, total)
	return nil
}

// rate is basis points as percent; shipping of goods of several rates has those.
func rate(bp int64, mixed bool) string {
	if mixed {
		return "as goods"
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
