package searchrelevance

import (
	"fmt"
	"strconv"
	"strings"

	"rialto/functions/catalog"
)

// Entry is a product of a catalog with what it costs, in minor units, 0 if the catalog does not say.
type Entry struct {
	catalog.Product
	Price int64
}

// Products reads a catalog: a JSON list, JSON lines or CSV, whose columns may have ESCI's names (product_id,
// product_title, product_description, product_bullet_point, product_brand, product_color) or plain ones (id, title or
// name, description, brand, type or category, style or subcategory below it, colour, gender). Other columns are left. Ids stay
// as they are.
func Products(text []byte) ([]Entry, error) {
	list, err := rows(text)
	if err != nil {
		return nil, err
	}
	var out []Entry
	for i, r := range list {
		p := catalog.Product{ID: r.get("product_id", "id", "asin", "sku"), Title: r.get("product_title", "title", "name"),
			Description: r.get("product_description", "description"), Brand: r.get("product_brand", "brand"), Attributes: map[string]string{}}
		if p.ID == "" || p.Title == "" {
			return nil, fmt.Errorf("product %d has no id or no title", i+1)
		}
		if b := r.get("product_bullet_point", "bullets", "bullet_point"); b != "" {
			p.Bullets = strings.Split(b, "\n")
		}
		if c := r.get("product_color", "color", "colour"); c != "" {
			p.Attributes["colour"] = c
		}
		if g := r.get("gender"); g != "" {
			p.Attributes["gender"] = g
		}
		for _, name := range []string{r.get("category", "category_id", "type", "product_class"), r.get("style", "subcategory")} {
			if c := slug(name); c != "" {
				p.CategoryID, p.CategoryPath = c, append(p.CategoryPath, c)
			}
		}
		price, err := minor(r.get("price"))
		if err != nil {
			return nil, fmt.Errorf("product %d: %w", i+1, err)
		}
		out = append(out, Entry{p, price})
	}
	return out, nil
}

// minor reads an amount of up to two decimals.
func minor(amount string) (int64, error) {
	if amount == "" {
		return 0, nil
	}
	whole, part, _ := strings.Cut(amount, ".")
	n, err := strconv.ParseInt(whole+(part + "00")[:2], 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("the price %.20q is no amount", amount)
	}
	return n, nil
}

// slug makes a category's id of its name.
func slug(name string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') }), "-")
}
