package searchrelevance

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"testing"

	"rialto/functions/catalog"
	"rialto/functions/internal/money"
	"rialto/functions/offers"
	local "rialto/localstack/demo/catalog"
)

// piece is a product of the bundled catalog with what it was made of. The judgments are made from that, and from
// nothing that a ranker says.
type piece struct {
	catalog.Product
	noun, size, colour, use string
	stocked                 bool
	winner                  offers.BuyBox
}

// number is below n, and always the same for the same parts.
func number(n int, parts ...any) int {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", parts))
	return int(uint(sum[0])<<8|uint(sum[1])) % n
}

// pieces are the products that are offered in the US, each with its buy box. Every fifth or so is out of stock, and
// sellers are rated from 3.2 to 4.8 stars, both by the ids, as the catalog itself has next to none of either.
func pieces() []piece {
	c := local.Bundled()
	var out []piece
	for _, p := range c.Products {
		x := piece{Product: catalog.Product{ID: p.ID, Title: p.Title, Description: p.Description, Brand: p.Brand, Bullets: p.Bullets,
			CategoryID:   p.CategoryID,
			CategoryPath: p.Path, Attributes: p.Attributes, OwnerID: p.OwnerID}, size: p.Attributes["size"], colour: p.Attributes["colour"],
			use: p.Attributes["use"]}
		// Titles read: brand, trait, noun, "in" colour, size; traits are one word.
		_, x.noun, _ = strings.Cut(strings.TrimSuffix(strings.TrimPrefix(p.Title, p.Brand+" "), " in "+x.colour+", "+x.size), " ")
		x.stocked = number(5, p.ID, "stock") > 0
		var list []offers.Candidate
		for _, o := range c.Offers {
			if o.ProductID == p.ID && o.Marketplace == "US" {
				units := int64(0)
				if x.stocked {
					units = 5
				}
				list = append(list, offers.Candidate{Offer: offers.Offer{ID: "off_" + o.SellerID, ProductID: p.ID, SellerID: o.SellerID,
					SellerName: o.SellerName, Marketplace: "US",
					Price: money.Of(o.Price.Amount, "USD"), Shipping: money.Of(o.Shipping.Amount, "USD"), Condition: o.Condition, Fulfillment: o.Fulfillment,
					Version: 1}, Available: units, Rating: int64(320 + 20*number(9, o.SellerID, p.ID, "rating"))})
			}
		}
		d := offers.Decide(list)
		x.winner = offers.BuyBox{ProductID: p.ID, Marketplace: "US", Offer: d.Offer, InStock: d.InStock, Offers: d.Offers, Version: 1,
			Score: d.Score, Rating: d.Rating, DeliveryDays: d.DeliveryDays}
		out = append(out, x)
	}
	return out
}

// asked is a query with what a product must be made of to be what was asked for: "" asks for nothing.
type asked struct {
	kind, query                             string
	noun, brand, colour, size, use, id, cat string
}

// grade is the rule of all judgments: exact if the product is all that was asked for; a substitute if it is the noun
// (or, where the category was asked for, nothing less) but not all the rest; a complement if it is of the same category,
// and of the brand if one was asked for; else irrelevant.
func (q asked) grade(p piece) string {
	is := func(want, have string) bool { return want == "" || want == have }
	noun := is(q.noun, p.noun) && is(q.cat, p.CategoryID)
	switch {
	case noun && is(q.brand, p.Brand) && is(q.colour, p.colour) && is(q.size, p.size) && is(q.use, p.use) && is(q.id, p.ID):
		return "E"
	case noun:
		return "S"
	case q.category(p) && is(q.brand, p.Brand):
		return "C"
	}
	return "I"
}

// category tells whether the product is of the category that the noun is of.
func (q asked) category(p piece) bool { return slices.Contains(nounsOf[p.CategoryID], q.noun) }

var nounsOf = func() map[string][]string {
	m := map[string][]string{}
	for _, p := range pieces() {
		if !slices.Contains(m[p.CategoryID], p.noun) {
			m[p.CategoryID] = append(m[p.CategoryID], p.noun)
		}
	}
	return m
}()

// lower is the label of what cannot be bought: one less.
var lower = map[string]string{"E": "S", "S": "C", "C": "I", "I": "I"}

// shoppers are words that shoppers use for nouns of the catalog, from dictionaries of British and American English and
// the trade's names, not from the list that the index has.
var shoppers = map[string]string{"flashlight": "torch", "skillet": "frying pan", "cafetiere": "french press", "fanny pack": "hip pack",
	"numpad":           "number pad",
	"portable charger": "power bank", "bookshelf": "bookcase", "comforter": "quilt", "earphones": "earbuds", "tank top": "singlet",
	"head torch":              "headlamp",
	"stovetop espresso maker": "moka pot", "duvet": "quilt", "bicycle bag": "pannier", "loudspeaker": "bookshelf speaker", "rucksack": "daypack"}

func plural(noun string) string {
	switch {
	case strings.HasSuffix(noun, "s"):
		return noun
	case strings.HasSuffix(noun, "x"), strings.HasSuffix(noun, "ch"), strings.HasSuffix(noun, "sh"):
		return noun + "es"
	case strings.HasSuffix(noun, "knife"):
		return strings.TrimSuffix(noun, "fe") + "ves"
	case strings.HasSuffix(noun, "f"):
		return strings.TrimSuffix(noun, "f") + "ves"
	}
	return noun + "s"
}

// typo swaps two letters inside the longest word, drops one or doubles one.
func typo(text string) string {
	words := strings.Fields(text)
	longest := 0
	for i, w := range words {
		if len(w) > len(words[longest]) {
			longest = i
		}
	}
	w := words[longest]
	at := 1 + number(len(w)-2, text, "at")
	switch number(3, text, "how") {
	case 0:
		w = w[:at] + string(w[at+1]) + string(w[at]) + w[min(len(w), at+2):]
	case 1:
		w = w[:at] + w[at+1:]
	default:
		w = w[:at] + string(w[at]) + w[at:]
	}
	words[longest] = w
	return strings.Join(words, " ")
}

// queries are made of every noun, or of products drawn by their ids.
func queries(list []piece) []asked {
	var out []asked
	seen := map[string]bool{}
	add := func(q asked) {
		if key := q.kind + " " + q.query; !seen[key] {
			seen[key] = true
			out = append(out, q)
		}
	}
	for n, p := range list {
		if !seen[p.noun] {
			seen[p.noun] = true
			add(asked{kind: "type", query: p.noun, noun: p.noun})
			add(asked{kind: "plural", query: plural(p.noun), noun: p.noun})
			if len(p.noun) > 5 {
				add(asked{kind: "typo", query: typo(p.noun), noun: p.noun})
			}
		}
		add(asked{kind: "category", query: strings.ReplaceAll(p.CategoryID, "-", " "), cat: p.CategoryID})
		switch {
		case number(12, p.ID, "query") > 0:
		case n%5 == 0:
			add(asked{kind: "brand and type", query: p.Brand + " " + p.noun, brand: p.Brand, noun: p.noun})
			add(asked{kind: "typo", query: typo(p.Brand + " " + p.noun), brand: p.Brand, noun: p.noun})
		case n%5 == 1:
			add(asked{kind: "colour", query: p.colour + " " + p.noun, colour: p.colour, noun: p.noun})
		case n%5 == 2:
			add(asked{kind: "size", query: p.noun + " " + p.size, size: p.size, noun: p.noun})
		case n%5 == 3:
			add(asked{kind: "use", query: p.noun + " for " + p.use, use: p.use, noun: p.noun})
		default:
			add(asked{kind: "title", query: p.Title, id: p.ID, noun: p.noun})
		}
	}
	for word, noun := range shoppers {
		add(asked{kind: "synonym", query: word, noun: noun})
	}
	slices.SortFunc(out, func(a, b asked) int { return strings.Compare(a.kind+" "+a.query, b.kind+" "+b.query) })
	return out
}

// judge is the set of all queries of a kind, or of all kinds for "". buyable takes one grade from what is out of stock.
func judge(list []piece, qs []asked, kind string, buyable bool) Set {
	s := Set{}
	for _, q := range qs {
		if kind != "" && q.kind != kind {
			continue
		}
		for _, p := range list {
			label := q.grade(p)
			if buyable && !p.stocked {
				label = lower[label]
			}
			j, err := Grade(label)
			if err != nil {
				panic(err)
			}
			s.add(q.query, p.ID, j)
		}
	}
	return s
}

func TestTheBundledSetIsMadeByItsRules(t *testing.T) {
	t.Parallel()
	list := pieces()
	qs := queries(list)
	kinds := map[string]int{}
	for _, q := range qs {
		kinds[q.kind]++
		exact := 0
		for _, p := range list {
			if q.grade(p) == "E" {
				exact++
				if q.noun != "" && !strings.Contains(p.Title, q.noun) {
					t.Errorf("%q: %s is judged exact", q.query, p.Title)
				}
			}
		}
		if exact == 0 {
			t.Errorf("%s: nothing is what %q asks for", q.kind, q.query)
		}
		if q.kind == "typo" && (q.query == q.noun || strings.Contains(q.query, q.noun) && q.brand == "") {
			t.Errorf("%q has no typo", q.query)
		}
	}
	for _, k := range []string{"type", "plural", "typo", "category", "brand and type", "colour", "size", "use", "title", "synonym"} {
		if kinds[k] < 4 {
			t.Errorf("%d queries of the kind %s", kinds[k], k)
		}
	}
	out := 0
	for _, p := range list {
		if p.stocked != p.winner.InStock {
			t.Fatalf("%+v", p)
		}
		if !p.stocked {
			out++
		}
	}
	if out < len(list)/10 || out > len(list)/3 {
		t.Errorf("%d of %d are out of stock", out, len(list))
	}
}
