package gateway

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// embeddedItems is how many items a calculation shows itself; the others are listed.
const embeddedItems = 10

func itoa(n int64) string { return strconv.FormatInt(n, 10) }
func pad(n int64) string  { return fmt.Sprintf("%04d", n) }

// calculateTax answers POST /v1/tax/calculations for addresses in the United States, with tax on top of what is given.
func (s *state) calculateTax(c *call) (any, *apiError) {
	f := c.form
	if err := f.only("currency", "customer_details", "line_items", "shipping_cost", "expand"); err != nil {
		return nil, err
	}
	for _, name := range []string{"currency", "customer_details[address][country]", "customer_details[address][postal_code]",
		"customer_details[address_source]", "line_items[0][amount]"} {
		if err := f.required(name); err != nil {
			return nil, err
		}
	}
	if _, err := f.expansions("", "line_items", "line_items.data.tax_breakdown"); err != nil {
		return nil, err
	}
	address := func(part string) string { return f.get("customer_details[address][" + part + "]") }
	if address("country") != "US" {
		return nil, invalid("customer_details[address][country]", "", "The local gateway calculates tax in the United States alone.")
	}
	if len(address("postal_code")) < 5 {
		return nil, refused("customer_tax_location_invalid", "customer_details[address]", "The address is not one that tax can be found for.")
	}
	t := taxing{region: address("state"), postal: address("postal_code"), id: s.ids.make("taxcalc_1", 22)}
	for i := 0; f.has(fmt.Sprintf("line_items[%d][amount]", i)); i++ {
		item, err := t.item(f, i)
		if err != nil {
			return nil, err
		}
		item["id"], item["object"], item["livemode"] = s.ids.make("tax_li_", 14), "tax.calculation_line_item", false
		t.items = append(t.items, item)
	}
	var shipping any
	if f.has("shipping_cost[amount]") {
		charged, err := t.charge(f, "shipping_cost", codeShipping)
		if err != nil {
			return nil, err
		}
		shipping = charged
	}
	s.calculations[t.id] = t.items
	return map[string]any{"id": t.id, "object": "tax.calculation", "livemode": false, "currency": f.get("currency"),
		"amount_total": t.total + t.tax, "tax_amount_exclusive": t.tax, "tax_amount_inclusive": 0, "tax_breakdown": []any{},
		"tax_date": c.now.Unix(), "expires_at": c.now.Add(90 * 24 * time.Hour).Unix(), "customer": nil, "shipping_cost": shipping,
		"line_items": t.list(embeddedItems)}, nil
}

// listTaxItems answers GET /v1/tax/calculations/{id}/line_items, one page of all.
func (s *state) listTaxItems(c *call) (any, *apiError) {
	if err := c.form.only("limit", "starting_after", "expand"); err != nil {
		return nil, err
	}
	if _, err := c.form.expansions("data.", "tax_breakdown"); err != nil {
		return nil, err
	}
	p, err := c.form.page()
	if err != nil {
		return nil, err
	}
	items, ok := s.calculations[c.id]
	if !ok {
		return nil, missing(http.StatusNotFound, "tax calculation", "calculation", c.id)
	}
	var names []string
	byName := map[string]map[string]any{}
	for _, i := range items {
		name := i["id"].(string)
		names, byName[name] = append(names, name), i
	}
	names, more, err := p.cut(names, "tax calculation line item")
	if err != nil {
		return nil, err
	}
	shown := []any{}
	for _, name := range names {
		shown = append(shown, byName[name])
	}
	return map[string]any{"object": "list", "data": shown, "has_more": more, "url": c.path}, nil
}

// taxing is a calculation while it is made.
type taxing struct {
	region, postal, id string
	items              []map[string]any
	total, tax         int64
}

func (t *taxing) list(most int) map[string]any {
	shown := []any{}
	for _, i := range t.items[:min(most, len(t.items))] {
		shown = append(shown, i)
	}
	return map[string]any{"object": "list", "data": shown, "has_more": len(t.items) > most, "url": "/v1/tax/calculations/" + t.id + "/line_items"}
}

func (t *taxing) item(f form, n int) (map[string]any, *apiError) {
	name := fmt.Sprintf("line_items[%d]", n)
	out, err := t.charge(f, name, "txcd_99999999")
	if err != nil {
		return nil, err
	}
	out["reference"], out["product"], out["metadata"], out["quantity"] = f.get(name+"[reference]"), nil, nil, 1
	if f.has(name + "[quantity]") {
		if out["quantity"], err = f.amount(name + "[quantity]"); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// charge taxes one amount, each tax rounded by itself to the nearest unit.
func (t *taxing) charge(f form, name, code string) (map[string]any, *apiError) {
	amount, err := f.amount(name + "[amount]")
	if err != nil {
		return nil, err
	}
	if _, err := f.oneOf(name+"[tax_behavior]", "exclusive", "exclusive"); err != nil {
		return nil, err
	}
	if f.has(name + "[tax_code]") {
		code = f.get(name + "[tax_code]")
	}
	rates, reason := taxRates(t.region, t.postal, code)
	breakdown, tax := []any{}, int64(0)
	place := func(level, place string) map[string]any {
		return map[string]any{"country": "US", "state": t.region, "level": level, "display_name": place}
	}
	for _, r := range rates {
		part := (amount*r.ppm + 500_000) / 1_000_000
		tax += part
		breakdown = append(breakdown, map[string]any{"amount": part, "taxable_amount": amount, "jurisdiction": place(r.level, r.place),
			"sourcing": "destination", "taxability_reason": reason,
			"tax_rate_details": map[string]any{"display_name": r.name, "percentage_decimal": r.percent(), "tax_type": "sales_tax"}})
	}
	if len(rates) == 0 {
		breakdown = append(breakdown, map[string]any{"amount": 0, "taxable_amount": 0, "jurisdiction": place("state", t.region),
			"sourcing": "destination", "taxability_reason": reason, "tax_rate_details": nil})
	}
	t.total, t.tax = t.total+amount, t.tax+tax
	return map[string]any{"amount": amount, "amount_tax": tax, "tax_behavior": "exclusive", "tax_code": code, "tax_breakdown": breakdown}, nil
}
