package catalog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// entry is a product of a catalog that is brought along. Names are matched whatever their case.
type entry struct {
	ID          json.Number `json:"id"`
	Type        string      `json:"type"`
	Brand       string      `json:"brand"`
	Name        string      `json:"name"`
	Description string      `json:"description"`
	Price       json.Number `json:"price"`
}

// File reads a catalog from a JSON list of {Id, Type, Brand, Name, Description, Price}, the price in US dollars.
// Every product gets two or three sellers and stock. The error lists every bad entry by its place and field.
func File(path string) (Catalog, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return Catalog{}, fmt.Errorf("read the catalog: %w", err)
	}
	var entries []entry
	d := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))))
	if err := d.Decode(&entries); err != nil {
		return Catalog{}, fmt.Errorf("%s is no JSON list of {Id, Type, Brand, Name, Description, Price}: %w", path, err)
	}
	if len(entries) == 0 {
		return Catalog{}, fmt.Errorf("%s lists no product", path)
	}
	var c Catalog
	var problems []error
	seen := map[string]int{}
	for i, e := range entries {
		cents, err := e.check()
		if err == nil {
			if first, twice := seen[e.ID.String()]; twice {
				err = fmt.Errorf("the Id is that of entry %d too", first)
			}
			seen[e.ID.String()] = i + 1
		}
		if err != nil {
			problems = append(problems, fmt.Errorf("entry %d: %w", i+1, err))
			continue
		}
		c.add(e, cents)
	}
	if len(problems) > 0 {
		return Catalog{}, fmt.Errorf("%s: %w", path, errors.Join(problems...))
	}
	return c, nil
}

func (e entry) check() (cents int64, err error) {
	for _, f := range []struct{ name, value string }{{"Id", e.ID.String()}, {"Name", e.Name}, {"Type", e.Type}} {
		if strings.TrimSpace(f.value) == "" {
			return 0, fmt.Errorf("the %s is missing", f.name)
		}
	}
	if cents, err = parseCents(e.Price.String()); err != nil {
		return 0, fmt.Errorf("the Price %w", err)
	}
	return cents, nil
}

func (c *Catalog) add(e entry, cents int64) {
	leaf := slug(e.Type)
	found := false
	for _, k := range c.Categories {
		found = found || k.ID == leaf
	}
	if !found {
		c.Categories = append(c.Categories, Category{leaf, e.Type})
	}
	id := derive("prd_", "file", e.ID.String(), e.Name)
	p := Product{ID: id, Title: e.Name, Description: e.Description, Brand: e.Brand, CategoryID: leaf, Path: []string{leaf},
		OwnerID: sellers[number(3, id, "owner")].id, Bullets: []string{}, Attributes: map[string]string{}, Images: []string{}}
	c.Products = append(c.Products, p)
	c.sell(p, cents, 2)
}

// parseCents reads a decimal number of dollars exactly.
func parseCents(s string) (int64, error) {
	whole, part, _ := strings.Cut(s, ".")
	if len(part) > 2 && strings.Trim(part[2:], "0") != "" {
		return 0, errors.New("has more than two decimals")
	}
	part = (part + "00")[:2]
	n, err := strconv.ParseInt(whole+part, 10, 64)
	if err != nil || n <= 0 || n > 1_000_000_000 {
		return 0, errors.New("must be an amount in dollars from 0.01 to 10,000,000")
	}
	return n, nil
}
