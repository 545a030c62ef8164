package catalog

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
)

// MaxRows is the most products of one batch.
const MaxRows = 100

const (
	importing = 16 // rows written at once
	tries     = 4  // of a row that others change meanwhile
)

// Shelf is what imports need of the store.
type Shelf interface {
	GetMany(ctx context.Context, ids ...string) (map[string]Product, error)
	// Save writes a product over the one of version previous, 0 for none; it fails with ErrChanged otherwise.
	Save(ctx context.Context, p Product, previous int64) error
	Registered(ctx context.Context, ids ...string) (map[string]Category, error)
	// Register makes a category unless there is one of that id, and returns the one that stands.
	Register(ctx context.Context, c Category) (Category, error)
	Rename(ctx context.Context, id, name string) error
}

// ErrChanged says that a product is not of the version it was read in.
var ErrChanged = fault.New(fault.Conflict, "product_changed", "the product was changed meanwhile")

// Batch is products to import, MaxRows at most. A product's version and time are not read. Categories names the
// categories whose ids make no good names, for this import and all later ones.
type Batch struct {
	Products   []json.RawMessage `json:"products"`
	Categories []CategoryName    `json:"categories,omitempty"`
}

// CategoryName gives a category a name of 1 to MaxCategoryName characters.
type CategoryName struct {
	ID   string `json:"category_id"`
	Name string `json:"name"`
}

// Report says what became of each row of a batch, in the batch's order.
type Report struct {
	Rows      []RowReport `json:"rows"`
	Written   int         `json:"written"`
	Unchanged int         `json:"unchanged"`
	Failed    int         `json:"failed"` // how many rows have a code
}

// RowReport is the fate of one row, counted from 0. Code and Message are empty if the product now stands as the
// row says; a row whose Retry is true may pass if it is sent again.
type RowReport struct {
	Row       int    `json:"row"`
	ProductID string `json:"product_id"`
	Code      string `json:"code,omitempty"`
	Message   string `json:"message,omitempty"`
	Retry     bool   `json:"retry,omitempty"`
}

type row struct {
	product Product
	written bool
	err     error
}

// Import writes a batch, row by row: what is wrong with a row stands in its report and hinders no other. A
// product that stands as its row says is not written, so the same batch again changes nothing. Errors:
// batch_too_large, invalid_category for a name that is none, and what the store says of reading.
func (s *Service) Import(ctx context.Context, b Batch) (Report, error) {
	if len(b.Products) > MaxRows || len(b.Categories) > MaxRows {
		return Report{}, fault.New(fault.TooLarge, "batch_too_large", "a batch has at most %d rows", MaxRows)
	}
	names := map[string]string{}
	for _, c := range b.Categories {
		var f flaws
		f.text("/name", c.Name, 1, MaxCategoryName)
		if f != nil || !slug.MatchString(c.ID) {
			return Report{}, fault.New(fault.Invalid, "invalid_category", "a category's id or name is not accepted")
		}
		names[c.ID] = c.Name
	}
	rows := make([]row, len(b.Products))
	first := map[string]int{}
	for i, raw := range b.Products {
		rows[i].product, rows[i].err = read(raw)
		if n, twice := first[rows[i].product.ID]; twice && rows[i].err == nil {
			rows[i].err = fault.New(fault.Conflict, "duplicate_row", "row %d has the same product", n)
		} else if rows[i].err == nil {
			first[rows[i].product.ID] = i
		}
	}
	if err := s.register(ctx, rows, names); err != nil {
		return Report{}, err
	}
	if err := s.write(ctx, rows); err != nil {
		return Report{}, err
	}
	return report(ctx, rows), nil
}

// read decodes and checks one row.
func read(raw json.RawMessage) (Product, error) {
	var p Product
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&p); err != nil {
		message := "the row is no product, or has a field that products do not have"
		var wrong *json.UnmarshalTypeError
		if errors.As(err, &wrong) && wrong.Field != "" {
			message = wrong.Field + " has the wrong type"
		}
		return p, fault.New(fault.Malformed, "malformed_row", "%s", message).Because(err)
	}
	return p, p.Validate()
}

func (s *Service) write(ctx context.Context, rows []row) error {
	var ids []string
	for _, r := range rows {
		if r.err == nil {
			ids = append(ids, r.product.ID)
		}
	}
	current, err := s.Shelf.GetMany(ctx, ids...)
	if err != nil {
		return err
	}
	var g errgroup.Group
	g.SetLimit(importing)
	for i := range rows {
		if r := &rows[i]; r.err == nil {
			g.Go(func() error {
				r.written, r.err = s.save(ctx, r.product, current[r.product.ID])
				return nil // each row has its own error
			})
		}
	}
	return g.Wait()
}

// save makes a product stand as p says, whatever stands there; current is what was read, the zero Product for
// nothing.
func (s *Service) save(ctx context.Context, p, current Product) (written bool, err error) {
	for try := 1; ; try++ {
		if current.Version > 0 && current.Same(p) {
			return false, nil
		}
		p.Version, p.UpdatedAt = current.Version+1, s.Now().UTC()
		err := s.Shelf.Save(ctx, p, current.Version)
		if !errors.Is(err, ErrChanged) || try == tries {
			return err == nil, err
		}
		again, err := s.Shelf.GetMany(ctx, p.ID)
		if err != nil {
			return false, err
		}
		current = again[p.ID]
	}
}

func report(ctx context.Context, rows []row) Report {
	out := Report{Rows: make([]RowReport, len(rows))}
	for i, r := range rows {
		out.Rows[i] = RowReport{Row: i, ProductID: r.product.ID}
		switch {
		case r.err != nil:
			out.Failed++
			f := fault.Of(r.err)
			out.Rows[i].Code, out.Rows[i].Message, out.Rows[i].Retry = f.Code, explain(f), f.Kind.Transient()
			if f.Kind.Transient() {
				slog.ErrorContext(ctx, "product not imported", "product_id", r.product.ID, "error", r.err)
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
