package feeds

import (
	"bytes"
	"cmp"
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
)

// item is a row in the form of the context that owns it. Where the row names its product by a sku or a GTIN, name is
// set, and whoever knows those finds the product.
type item struct {
	line   int
	name   Name
	refuse error
	finish func(product string) any
}

// Name is a product by the seller's own sku, or else by its GTIN.
type Name struct{ SKU, GTIN string }

// itemOf reads a row of a feed. now is when the feed was begun.
func itemOf(f Feed, line int, r row, now time.Time) item {
	i := item{line: line}
	product, sku, gtin := r[colProduct], r[colSKU], r[colGTIN]
	switch { // what columns hold is told by its form, as sellers take one for the other
	case ids.Valid(ids.Product, sku):
		product, sku = cmp.Or(product, sku), ""
	case isDigits(product):
		product, gtin = "", cmp.Or(gtin, product)
	}
	var err error
	switch {
	case !skuForm.MatchString(sku):
		err = invalidValue(colSKU, "must be at most 64 printable ASCII characters")
	case product != "" && !ids.Valid(ids.Product, product):
		err = invalidValue(colProduct, "must be a product id or a GTIN")
	case f.Kind == Products: // the catalog knows the rest
	case product == "" && sku == "" && gtin == "":
		err = missing(colProduct + ", " + colSKU + " or " + colGTIN)
	case product == "" && gtin != "":
		i.name = Name{GTIN: gtin}
	case product == "":
		i.name = Name{SKU: sku}
	}
	if err != nil {
		return i.refused(err)
	}
	switch f.Kind {
	case Inventory:
		i.finish, err = stockOf(f, line, r, now)
	case Offers:
		i.finish, err = offerOf(f, sku, r)
	case Prices:
		i.finish, err = priceOf(f, r)
	case Products:
		i.finish, err = productOf(gtin, r)
	}
	if err != nil {
		return i.refused(err)
	}
	if product != "" {
		whole := i.finish
		i.finish = func(string) any { return whole(product) }
	}
	return i
}

// skuForm is what a seller may call an offer, or nothing.
var skuForm = regexp.MustCompile(`^[ -~]{0,64}$`)

func (i item) refused(err error) item {
	i.refuse = err
	return i
}

func missing(column string) error {
	return fault.New(fault.Invalid, "missing_value", "the row has no %s", column)
}

// stockOf makes a change of stock of a row: an absolute count as of an instant (by default when the feed was begun),
// or a relative change, which is as good whenever it comes.
func stockOf(f Feed, line int, r row, now time.Time) (func(string) any, error) {
	centre := strings.ToLower(r[colCentre])
	if centre == "" {
		return nil, missing(colCentre)
	}
	quantity, change := r[colQuantity], r[colChange]
	if quantity != "" && change != "" {
		return nil, invalidValue(colChange, "must be empty where there is a quantity")
	}
	c := inventory.Change{ID: f.ID + "-" + strconv.Itoa(line), Centre: centre}
	var err error
	switch {
	case change != "":
		c.Kind = inventory.Adjusted
		if c.Quantity, err = parseQuantity(colChange, change, true); err == nil && c.Quantity == 0 {
			err = invalidValue(colChange, "must not be 0")
		}
	case quantity != "":
		c.Kind, c.AsOf = inventory.Counted, now.UTC().Truncate(time.Second)
		if c.Quantity, err = parseQuantity(colQuantity, quantity, false); err == nil && r[colAsOf] != "" {
			c.AsOf, err = parseInstant(r[colAsOf], now)
		}
	default:
		err = missing(colQuantity + " or " + colChange)
	}
	if err != nil {
		return nil, err
	}
	return func(product string) any {
		c.SKU = inventory.SKU{ProductID: product, SellerID: f.SellerID}
		return c
	}, nil
}

func offerOf(f Feed, sku string, r row) (func(string) any, error) {
	market, price, shipping, err := pricesOf(f, r)
	if err != nil {
		return nil, err
	}
	paused, err := parseBool(colPaused, r[colPaused])
	if err != nil {
		return nil, err
	}
	o := offers.Offer{SellerID: f.SellerID, Marketplace: market.Code, Price: price, Shipping: money.Zero(market.Currency), Paused: paused,
		Condition: word(r[colCondition], conditions, offers.New), Fulfillment: word(r[colFulfilment], fulfilments, offers.BySeller)}
	if shipping != nil {
		o.Shipping = *shipping
	}
	o.SKU = sku
	probe := o
	probe.ProductID = ids.Derive(ids.Product, "") // the true one is not known yet
	if err := probe.Validate(); err != nil {
		return nil, err
	}
	return func(product string) any {
		o.ProductID = product
		return o
	}, nil
}

func priceOf(f Feed, r row) (func(string) any, error) {
	market, price, shipping, err := pricesOf(f, r)
	if err != nil {
		return nil, err
	}
	return func(product string) any {
		return offers.Repricing{ProductID: product, SellerID: f.SellerID, Marketplace: market.Code, Price: price, Shipping: shipping}
	}, nil
}

// pricesOf reads a row's marketplace, the feed's by default, and its prices, which must be in that one's currency.
func pricesOf(f Feed, r row) (m marketplaces.Marketplace, price money.Amount, shipping *money.Amount, err error) {
	if m, err = marketplaces.Lookup(strings.ToUpper(cmp.Or(r[colMarketplace], f.Marketplace))); err != nil {
		return m, price, nil, invalid("unknown_marketplace", colMarketplace, "must be the country code of a marketplace")
	}
	if c := strings.ToUpper(r[colCurrency]); c != "" && c != m.Currency {
		return m, price, nil, invalid("wrong_currency", colCurrency, "must be the marketplace's currency, "+m.Currency)
	}
	if r[colPrice] == "" {
		return m, price, nil, missing(colPrice)
	}
	price.Currency = m.Currency
	if price.Minor, err = parsePrice(colPrice, r[colPrice], m.Currency); err != nil {
		return m, price, nil, err
	}
	if r[colShipping] != "" {
		n, err := parsePrice(colShipping, r[colShipping], m.Currency)
		if err != nil {
			return m, price, nil, err
		}
		shipping = &money.Amount{Minor: n, Currency: m.Currency}
	}
	return m, price, shipping, nil
}

// What sellers' files call conditions (Amazon's codes 1 to 4 and 11, eBay's 1000 to 3000) and who ships (Amazon's
// channels).
var (
	conditions = map[string]string{"11": offers.New, "1000": offers.New, "1": offers.Used, "2": offers.Used, "3": offers.Used, "4": offers.Used,
		"usedlikenew": offers.Used, "usedverygood": offers.Used, "usedgood": offers.Used, "usedacceptable": offers.Used, "3000": offers.Used,
		"10": offers.Refurbished, "2000": offers.Refurbished}
	fulfilments = map[string]string{"default": offers.BySeller, "mfn": offers.BySeller, "fbm": offers.BySeller, "merchant": offers.BySeller,
		"afn": offers.ByRialto, "fba": offers.ByRialto, "amazonna": offers.ByRialto, "amazoneu": offers.ByRialto}
)

func word(s string, known map[string]string, otherwise string) string {
	if s == "" {
		return otherwise
	}
	if w, ok := known[fold(s)]; ok {
		return w
	}
	return strings.ToLower(s) // judged by the offer's own rules
}

// productOf leaves it to the catalog which product it is, and what may be said of it.
func productOf(gtin string, r row) (func(string) any, error) {
	if r[colTitle] == "" {
		return nil, missing(colTitle)
	}
	if r[colCategory] == "" {
		return nil, missing(colCategory)
	}
	p := catalog.Row{Title: r[colTitle], Description: r[colDescription], Brand: r[colBrand], Model: r[colModel], GTIN: gtin,
		CategoryID: strings.ToLower(r[colCategory]), Bullets: split(r[colBullets])}
	for column, value := range r {
		if name, ok := strings.CutPrefix(column, attributePrefix); ok {
			if p.Attributes == nil {
				p.Attributes = map[string]string{}
			}
			p.Attributes[name] = value
		}
	}
	return func(product string) any {
		p.ProductID = product
		return p
	}, nil
}

func split(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, listSeparator) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}

// encode writes what a context takes, as short as JSON goes.
func encode(v any) (json.RawMessage, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSpace(b.Bytes()), nil
}
