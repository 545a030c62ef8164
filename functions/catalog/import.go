package catalog

import (
	"context"
	"encoding/json"
	"time"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/rows"
)

// making bounds how many categories are made at once.
const making = 16

// ErrChanged says that a product is not of the version it was read in.
var ErrChanged = fault.New(fault.Conflict, "product_changed", "the product was changed meanwhile")

// Batch is products to import, rows.Max at most. A product's version and time, why it is withheld, and where it stands among variants, are not read.
// Categories names the categories whose ids make no good names, for this import and all later ones.
type Batch struct {
	Products   []json.RawMessage `json:"products"`
	Categories []CategoryName    `json:"categories,omitempty"`
}

// CategoryName gives a category a name of 1 to MaxCategoryName characters, and the types of its products' attributes
// (Text, Number, Integer, Boolean, or the values there are, separated by '|'); without types it keeps those it has.
type CategoryName struct {
	ID         string            `json:"category_id"`
	Name       string            `json:"name"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

// Importer writes batches of products and of the categories that they name.
type Importer struct {
	Products   Products
	Categories Categories
	Now        func() time.Time
}

// Import writes a batch, row by row: what is wrong with a row stands in its report and hinders no other. A
// product that stands as its row says is not written, so the same batch again changes nothing. Errors:
// batch_too_large, invalid_category for a name that is none, and what the store says of reading.
func (i *Importer) Import(ctx context.Context, b Batch) (rows.Report, error) {
	if len(b.Categories) > rows.Max {
		return rows.Report{}, fault.New(fault.TooLarge, "batch_too_large", "a batch names at most %d categories", rows.Max)
	}
	names := map[string]CategoryName{}
	for _, c := range b.Categories {
		var f flaws
		f.text("/name", c.Name, 1, MaxCategoryName)
		if f != nil || !slug.MatchString(c.ID) {
			return rows.Report{}, fault.New(fault.Invalid, "invalid_category", "a category's id or name is not accepted")
		}
		for name, kind := range c.Attributes {
			if !attributeName.MatchString(name) || kind == "" {
				return rows.Report{}, fault.New(fault.Invalid, "invalid_category", "a category's attributes are not accepted")
			}
		}
		names[c.ID] = c
	}
	list, err := rows.Read(b.Products, "product", func(p *Product) (string, error) {
		p.content().clean().onto(p)
		return p.ID, p.Validate()
	})
	if err != nil {
		return rows.Report{}, err
	}
	if err := i.registerCategories(ctx, list, names); err != nil {
		return rows.Report{}, err
	}
	var ids []string
	for _, r := range list {
		if r.Err == nil {
			ids = append(ids, r.ID)
		}
	}
	current, err := i.Products.GetMany(ctx, ids...)
	if err != nil {
		return rows.Report{}, err
	}
	return rows.Do(ctx, list, rows.ByID, func(ctx context.Context, p Product) (bool, error) { return i.save(ctx, p, current[p.ID]) }), nil
}

// save makes a product stand as p says, whatever stands there; current is what was read, the zero Product for
// nothing.
func (i *Importer) save(ctx context.Context, p, current Product) (written bool, err error) {
	return cas.Update(current, ErrChanged, func(current Product) (bool, error) {
		p.Withheld, p.Parent, p.OptionNames, p.ParentID, p.Options = current.Withheld, current.Parent, current.OptionNames, current.ParentID,
			current.Options
		if current.Version > 0 && current.Same(p) {
			return false, nil
		}
		p.Version, p.UpdatedAt = current.Version+1, i.Now().UTC()
		return true, i.Products.Save(ctx, p, current.Version)
	}, func() (Product, error) {
		again, err := i.Products.GetMany(ctx, p.ID)
		return again[p.ID], err
	})
}
