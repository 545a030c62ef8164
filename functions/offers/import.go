package offers

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
)

// MaxRows is the most offers of one batch.
const MaxRows = 100

const (
	importing = 16 // rows written at once
	tries     = 4  // of a write that others come before
)

// Batch is offers to import, MaxRows at most, each naming its product, marketplace and seller. An offer's id,
// version and time are not read, and without a seller's name the one it has stays.
type Batch struct {
	Offers []json.RawMessage `json:"offers"`
}

// Report says what became of each row of a batch, in the batch's order.
type Report struct {
	Rows      []RowReport `json:"rows"`
	Written   int         `json:"written"`
	Unchanged int         `json:"unchanged"`
	Failed    int         `json:"failed"` // how many rows have a code
}

// RowReport is the fate of one row, counted from 0. Code and Message are empty if the offer now stands as the
// row says; a row whose Retry is true may pass if it is sent again.
type RowReport struct {
	Row       int    `json:"row"`
	ProductID string `json:"product_id"`
	SellerID  string `json:"seller_id"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	Retry     bool   `json:"retry,omitempty"`
}

type row struct {
	offer   Offer
	written bool
	err     error
}

// Import writes a batch, row by row: what is wrong with a row stands in its report and hinders no other. An
// offer that stands as its row says is not written, so the same batch again changes nothing. That a product
// exists is not asked: products and offers may be imported side by side, and an offer of nothing is shown
// nowhere. Errors: batch_too_large, and what the store says of reading.
func (s *Service) Import(ctx context.Context, b Batch) (Report, error) {
	if len(b.Offers) > MaxRows {
		return Report{}, fault.New(fault.TooLarge, "batch_too_large", "a batch has at most %d rows", MaxRows)
	}
	rows := make([]row, len(b.Offers))
	first := map[Key]int{}
	var keys []Key
	for i, raw := range b.Offers {
		r := &rows[i]
		if r.offer, r.err = read(raw); r.err != nil {
			continue
		}
		k := r.offer.Key()
		if n, twice := first[k]; twice {
			r.err = fault.New(fault.Conflict, "duplicate_row", "row %d has the same offer", n)
			continue
		}
		first[k] = i
		keys = append(keys, k)
	}
	current, err := s.Book.GetMany(ctx, keys...)
	if err != nil {
		return Report{}, err
	}
	var g errgroup.Group
	g.SetLimit(importing)
	for i := range rows {
		if r := &rows[i]; r.err == nil {
			g.Go(func() error {
				r.written, r.err = s.save(ctx, r.offer, current[r.offer.Key()])
				return nil // each row has its own error
			})
		}
	}
	if err := g.Wait(); err != nil {
		return Report{}, err
	}
	return report(ctx, rows), nil
}

// read decodes and checks one row.
func read(raw json.RawMessage) (Offer, error) {
	var o Offer
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&o); err != nil {
		message := "the row is no offer, or has a field that offers do not have"
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			message = wrong.Field + " has the wrong type"
		}
		return o, fault.New(fault.Malformed, "malformed_row", "%s", message).Because(err)
	}
	o.ID = o.Key().ID()
	return o, o.Validate()
}

// save makes an offer stand as o says, whatever stands there; current is what was read, the zero Offer for
// nothing.
func (s *Service) save(ctx context.Context, o, current Offer) (written bool, err error) {
	name := o.SellerName
	for try := 1; ; try++ {
		o.SellerName = cmp.Or(name, current.SellerName, o.SellerID)
		if current.Version > 0 && current.Same(o) {
			return false, nil
		}
		o.Version, o.UpdatedAt = current.Version+1, s.Now().UTC()
		err := s.Book.Save(ctx, o, current.Version)
		if !errors.Is(err, ErrChanged) || try == tries {
			return err == nil, err
		}
		if current, err = found(s.Book.Get(ctx, o.Key())); err != nil {
			return false, err
		}
	}
}

func report(ctx context.Context, rows []row) Report {
	out := Report{Rows: make([]RowReport, len(rows))}
	for i, r := range rows {
		out.Rows[i] = RowReport{Row: i, ProductID: r.offer.ProductID, SellerID: r.offer.SellerID}
		switch {
		case r.err != nil:
			out.Failed++
			f := fault.Of(r.err)
			out.Rows[i].Code, out.Rows[i].Message, out.Rows[i].Retry = f.Code, explain(f), f.Kind.Transient()
			if f.Kind.Transient() {
				slog.ErrorContext(ctx, "offer not imported", "product_id", r.offer.ProductID, "seller_id", r.offer.SellerID, "error", r.err)
			}
		case r.written:
			out.Written++
		default:
			out.Unchanged++
		}
	}
	return out
}

// explain joins what is wrong into one line.
func explain(f *fault.Error) string {
	if len(f.Fields) == 0 {
		return f.Message
	}
	var parts []string
	for _, field := range f.Fields {
		parts = append(parts, fmt.Sprintf("%s %s", field.Pointer, field.Message))
	}
	return strings.Join(parts, "; ")
}
