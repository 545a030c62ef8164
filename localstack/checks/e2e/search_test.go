package e2e

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/localstack/demo/shop"
)

// results is what these tests read of a page of hits.
type results struct {
	Total, Page int64
	Relaxed     string
	Exact       *int64
	DidYouMean  string `json:"did_you_mean"`
	Understood  []struct {
		Kind     string
		PriceMax int64 `json:"price_max"`
	}
	Meaning    string
	NextCursor string `json:"next_cursor"`
	Hits       []hit
}

type hit struct {
	ID     string `json:"product_id"`
	BuyBox buyBox `json:"buy_box"`
	Offers int    `json:"offer_count"`
}

// buyBox is a buy box as search and the product page show it.
type buyBox struct {
	OfferID string `json:"offer_id"`
	Price   struct {
		Amount   int64
		Currency string
	}
	Landed struct{ Amount int64 }
	Seller struct {
		ID   string `json:"seller_id"`
		Name string
	}
	InStock bool `json:"in_stock"`
}

func searchFor(ctx context.Context, t *testing.T, parameters url.Values) results {
	t.Helper()
	var r results
	if _, err := (&shop.Client{Base: shop.ShopperURL}).Call(ctx, http.MethodGet, "/api/v1/products/search?"+parameters.Encode(), nil,
		&r); err != nil {
		t.Fatal(parameters.Encode(), err)
	}
	return r
}

// A hit carries the offer that has the product page's buy box. What nothing has as it is typed is found less exactly, and
// the answer says how.
func TestAHitCarriesTheWinningOffer(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	// A word of its own, without digits: those have no typos.
	name := "Quixolite" + strings.NewReplacer("2", "b", "3", "c", "4", "d", "5", "f", "6", "g", "7", "h").Replace(shop.NewID("")[:6])
	k := newSKU(ctx, t, name+" lantern", 4)
	words := func(q string) results { return searchFor(ctx, t, url.Values{"q": {q}}) }
	var hit results
	var page struct {
		BuyBox buyBox `json:"buy_box"`
	}
	until(ctx, t, "search shows the buy box in stock", 3*time.Minute, func() bool {
		if _, err := (&shop.Client{Base: shop.ShopperURL}).Call(ctx, http.MethodGet, "/api/v1/products/"+k.product, nil, &page); err != nil {
			t.Fatal(err)
		}
		hit = words(name)
		if hit.Relaxed != "" { // the index was refreshed between the search for all words and the one for fewer
			return false
		}
		return len(hit.Hits) > 0 && hit.Hits[0].ID == k.product && hit.Hits[0].BuyBox.InStock && page.BuyBox.InStock
	})
	if d := cmp.Diff(page.BuyBox, hit.Hits[0].BuyBox); d != "" || page.BuyBox.Price.Amount != 1999 || page.BuyBox.Seller.ID != k.seller ||
		hit.Hits[0].Offers != 1 {
		t.Errorf("%+v (-page +hit) %s", hit.Hits[0], d)
	}
	if hit.Relaxed != "" || hit.Exact != nil || hit.DidYouMean != "" {
		t.Errorf("found as typed: %+v", hit)
	}
	typo := strings.Replace(name, "xol", "xlo", 1)
	if r := words(typo); r.Relaxed != "fuzzy" || r.Exact == nil || *r.Exact != 0 || r.DidYouMean != strings.ToLower(name) || len(r.Hits) == 0 ||
		r.Hits[0].ID != k.product {
		t.Errorf("%s: %+v", typo, r)
	}
	if r := words(name + " qwertyuiop"); r.Relaxed != "fewer_terms" || r.Exact == nil || *r.Exact != 0 || len(r.Hits) == 0 ||
		r.Hits[0].ID != k.product {
		t.Errorf("%+v", r)
	}
	// Where words alone are asked. What they do not find may be near in meaning elsewhere.
	var german results
	if _, err := (&shop.Client{Base: shop.ShopperURL, Market: "DE"}).Call(ctx, http.MethodGet, "/api/v1/products/search?q=zzyzx+qwertyuiop", nil,
		&german); err != nil || german.Total != 0 || len(german.Hits) != 0 || german.Relaxed != "" {
		t.Errorf("nothing: %v %+v", err, german)
	}
}

// Whatever is typed is words to look for, and no language.
func TestWhateverIsTypedIsSearched(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	c := &shop.Client{Base: shop.ShopperURL}
	for _, q := range []string{"", " ", "\x00\x01\x1f", "lamp\r\nlamp\t\x7f", "\u200b\u202e\ufeff", "*", "?", "~", "lamp~2", "(lamp OR", "title:lamp",
		"_exists_:deleted", "deleted:true", "/[a-/", ".*.*.*.*", "a{1000000}",
		`"lamp`, `\`, `\\"`, "lamp AND NOT lamp", "+lamp -lamp", "[* TO *]", "{lamp TO}", "<script>", "' OR 1=1 --", "${jndi:ldap://x}", "{{7*7}}",
		"🦆🦆", strings.Repeat("a ", 99), strings.Repeat("語", 200), "\xff\xfe", "%", "%00"} {
		for _, path := range []string{"search?q=", "search?sort=price_asc&q=", "suggest?q=", "search?brand=", "search?attribute=colour:"} {
			a, err := c.Do(ctx, http.MethodGet, "/api/v1/products/"+path+url.QueryEscape(q), nil)
			// What no text may have, or a value of its length, is refused, and said to be.
			refused := a.Status == http.StatusUnprocessableEntity && len(a.Problem().Errors) > 0
			mayBe := strings.ContainsRune(q, 0) || !strings.HasPrefix(path, "search?q") && !strings.HasPrefix(path, "search?sort")
			if err != nil || a.Status != http.StatusOK && !(refused && mayBe) {
				t.Errorf("%s%.40q: %d %v %.200s", path, q, a.Status, err, a.Body)
			}
		}
	}
	if r := searchFor(ctx, t, url.Values{"q": {"deleted:true"}}); r.Total > 0 && r.Relaxed == "" {
		t.Errorf("a field's name was understood: %+v", r)
	}
}

// badQueries are refused with a code, any where none is named. cursor is of another search, by pages of one.
func badQueries(cursor string) map[string]string {
	return map[string]string{
		"q=" + strings.Repeat("x", 201):     "",
		"page=0":                            "",
		"page=-1":                           "",
		"page=x":                            "",
		"page=99999999999999999999":         "",
		"page=101&size=100":                 "search_too_deep",
		"page=10001&size=1":                 "search_too_deep",
		"page=9223372036854775807&size=100": "search_too_deep",
		"size=0":                            "",
		"size=101":                          "",
		"sort=" + private:                   "",
		"facet=" + private:                  "unknown_parameter",
		"colour=red":                        "unknown_parameter",
		"attribute=nosuchattribute:red":     "unknown_facet",
		"attribute=colour":                  "",
		"attribute=:red":                    "",
		"attribute=.*:red":                  "",
		"attribute=colour:" + strings.Repeat("x", 600): "",
		strings.Repeat("attribute=colour:red&", 21):    "",
		strings.Repeat("brand=x&", 21):                 "",
		"category=" + url.QueryEscape("../"+private):   "",
		"price_min=-1":                                     "",
		"price_min=1.5":                                    "",
		"price_min=2000&price_max=1000":                    "",
		"price_max=1000000001":                             "",
		"rating_min=6":                                     "",
		"in_stock=perhaps":                                 "",
		"fulfillment=" + private:                           "",
		"cursor=" + private:                                "",
		"cursor=" + url.QueryEscape(cursor):                "invalid_cursor", // another search's
		"q=lamp&size=1&page=2&cursor=" + cursor:            "",
		"q=lamp&size=1&cursor=" + strings.Repeat("A", 513): "",
		"explain=" + private:                               "",
	}
}

// What a search is not asked like is refused with a code, and nothing of it comes back.
func TestSearchRefusesClearly(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	c := &shop.Client{Base: shop.ShopperURL}
	// A word of its own: what other tests list meanwhile would move from page to page. It is a name by its digit, so no meaning is asked.
	word := "refusal4" + shop.NewID("")[:8]
	newSKU(ctx, t, "First "+word, 0)
	newSKU(ctx, t, "Other "+word, 0)
	one := url.Values{"q": {word}, "size": {"1"}}
	until(ctx, t, "both have their offers in the index", 3*time.Minute, func() bool {
		r := searchFor(ctx, t, url.Values{"q": {word}})
		return r.Relaxed == "" && len(r.Hits) == 2 && r.Hits[0].Offers == 1 && r.Hits[1].Offers == 1
	})
	first := searchFor(ctx, t, one)
	one.Set("cursor", first.NextCursor)
	if r := searchFor(ctx, t, one); len(r.Hits) != 1 || r.Hits[0].ID == first.Hits[0].ID {
		t.Errorf("the second page: %+v after %+v", r, first)
	}
	if r := searchFor(ctx, t, url.Values{"page": {"100"}, "size": {"100"}}); len(r.Hits) > 100 {
		t.Errorf("the last page there may be: %d", len(r.Hits))
	}
	if r := searchFor(ctx, t, url.Values{"category": {"no-such-category"}}); r.Total != 0 {
		t.Errorf("a category that nothing is in: %+v", r)
	}
	for query, code := range badQueries(first.NextCursor) {
		check(ctx, t, c, bad{name: query[:min(60, len(query))], method: http.MethodGet, path: "/api/v1/products/search?" + query,
			status: http.StatusUnprocessableEntity, code: code})
	}
	check(ctx, t, c, bad{name: "another marketplace's cursor", method: http.MethodGet,
		path: "/api/v1/products/search?q=lamp&size=1&cursor=" + first.NextCursor, options: []shop.Option{shop.With("X-Marketplace", "DE")},
		status: http.StatusUnprocessableEntity, code: "invalid_cursor"})
	check(ctx, t, c, bad{name: "no marketplace", method: http.MethodGet, path: "/api/v1/products/search?q=lamp",
		options: []shop.Option{shop.With("X-Marketplace", "ZZ")}, status: http.StatusUnprocessableEntity, code: "unknown_marketplace"})
	check(ctx, t, c, bad{name: "suggest nothing", method: http.MethodGet, path: "/api/v1/products/suggest", status: http.StatusBadRequest})
	check(ctx, t, c, bad{name: "suggest for much", method: http.MethodGet, path: "/api/v1/products/suggest?q=" + strings.Repeat("x", 101),
		status: http.StatusUnprocessableEntity})
	// A gateway may refuse so long a line before anybody reads it.
	for _, path := range []string{"search", "suggest"} {
		a, err := c.Do(ctx, http.MethodGet, "/api/v1/products/"+path+"?q="+strings.Repeat("x", 10_000), nil)
		if err != nil || a.Status < 400 || a.Status >= 500 {
			t.Errorf("%s of 10,000 characters: %d %v", path, a.Status, err)
		}
	}
}

// A question in words that no product has finds what it means, in the language that the encoder knows; elsewhere the answer says
// that there is none.
func TestAQuestionIsAnsweredByItsMeaning(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Thick woollen scarf", 4)
	question := url.Values{"q": {"something cosy to wear around my neck in winter"}, "brand": {"Testwell"}, "size": {"100"}}
	until(ctx, t, "the question finds the scarf", 3*time.Minute, func() bool {
		r := searchFor(ctx, t, question)
		return r.Meaning == "used" && slices.ContainsFunc(r.Hits, func(h hit) bool { return h.ID == k.product })
	})
	var german results
	if _, err := (&shop.Client{Base: shop.ShopperURL, Market: "DE"}).Call(ctx, http.MethodGet, "/api/v1/products/search?"+question.Encode(), nil,
		&german); err != nil || german.Meaning != "not_available" {
		t.Errorf("%v %q", err, german.Meaning)
	}
}

// A price in the words is a filter, which the answer states and the shopper lifts.
func TestASearchReadsPricesInWords(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Copper kettle "+shop.NewID("")[:8], 4)
	has := func(q string, more ...string) (bool, results) {
		r := searchFor(ctx, t, url.Values{"q": {q}, "brand": {"Testwell"}, "size": {"100"}, "as_words": more})
		return slices.ContainsFunc(r.Hits, func(h hit) bool { return h.ID == k.product }), r
	}
	until(ctx, t, "the kettle is found", 3*time.Minute, func() bool { there, _ := has("copper kettle under $20"); return there })
	there, r := has("copper kettle under $19.98")
	if there || len(r.Understood) != 1 || r.Understood[0].Kind != "price" || r.Understood[0].PriceMax != 1998 {
		t.Errorf("below its price: %v %+v", there, r.Understood)
	}
	if there, r := has("copper kettle under $19.98", "price"); !there || len(r.Understood) != 0 {
		t.Errorf("lifted: %v %+v", there, r.Understood)
	}
}
