package recommendationsbill

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/clickstream"
	"rialto/functions/contract"
	"rialto/functions/internal/xgboost"
	"rialto/functions/recommendations"
)

const (
	shelves = 200
	// productUnits and neighbourUnits are read units of one consistent read: of a product with its buy box, both below 4 KB, and of a
	// list of 50 neighbours, or of one that there is not.
	productUnits, neighbourUnits = 2, 1
	// waiting is a guess, and said to be one: a call to a table or the cache from within the region, and how many follow each other.
	waiting, calls = 4 * time.Millisecond, 8
	memoryGB       = 1.0
)

// shop is a catalog and a model that count what is read of them.
type shop struct {
	products, neighbours, others, invoked int
	pools                                 map[string][]recommendations.Candidate
	acts                                  []recommendations.Act
}

func id(n int) string {
	return "prd_" + strings.Repeat(string(rune('a'+n%26)), 13) + strings.Repeat(string(rune('a'+n/26%26)), 13)
}

func (s *shop) Products(_ context.Context, _ string, ids []string) (map[string]recommendations.Product, error) {
	s.products += len(ids)
	out := map[string]recommendations.Product{}
	for i, id := range ids {
		out[id] = recommendations.Product{Product: catalog.Product{ID: id, Brand: fmt.Sprint(id[4:5], i%7), CategoryID: id[17:18]},
			BuyBox: catalog.BuyBox{SellerID: "sel_1", InStock: true}}
	}
	return out, nil
}

func (s *shop) Serving(context.Context) (string, error) { s.others++; return "v1", nil }

func (s *shop) Running(context.Context) (x recommendations.Experiment, err error) { return x, nil }

func (s *shop) Run(context.Context, recommendations.Experiment) error { return nil }

func (s *shop) Neighbours(_ context.Context, _ string, products []string) (map[string]map[recommendations.Kind][]recommendations.Scored, error) {
	s.neighbours += 3 * len(products)
	out := map[string]map[recommendations.Kind][]recommendations.Scored{}
	for n, p := range products {
		var list []recommendations.Scored
		for i := range 50 {
			list = append(list, recommendations.Scored{ProductID: id(n*50 + i), Score: float32(i) / 50})
		}
		out[p] = map[recommendations.Kind][]recommendations.Scored{recommendations.Viewed: list}
	}
	return out, nil
}

func (s *shop) Popular(context.Context, string, string, string, string) ([]recommendations.Scored, error) {
	s.others++
	var list []recommendations.Scored
	for i := range 200 {
		list = append(list, recommendations.Scored{ProductID: id(i), Score: float32(200 - i)})
	}
	return list, nil
}

func (s *shop) Customer(context.Context, string, string) (c recommendations.Customer, err error) {
	s.others++
	return c, nil
}

func (s *shop) Ranker(context.Context, string) (*xgboost.Trees, error) { return nil, nil }

func (s *shop) Find(context.Context, recommendations.Question) (f recommendations.Findings, err error) {
	s.invoked++
	return f, nil
}

func (s *shop) Visit(context.Context, string, string) ([]recommendations.Act, []recommendations.Purchase, error) {
	return s.acts, nil, nil
}

func (s *shop) Pool(_ context.Context, key string) ([]recommendations.Candidate, error) {
	return s.pools[key], nil
}

func (s *shop) Keep(_ context.Context, key string, pool []recommendations.Candidate) error {
	s.pools[key] = pool
	return nil
}

func (s *shop) Subject(context.Context, string) (string, error) { s.others++; return "5ab1ec7", nil }

// TestBill prints the bill of shelves of a customer's home page, the pool kept, in sessions of so many looks.
func TestBill(t *testing.T) {
	if os.Getenv("RIALTO_BENCH") == "" {
		t.Skip("RIALTO_BENCH=1 reckons what a million shelves cost (make bench)")
	}
	list, err := contract.ListPrices()
	if err != nil {
		t.Fatal(err)
	}
	usd := func(what string, units float64) float64 {
		v, err := list.USD(what, units)
		if err != nil {
			t.Fatal(err)
		}
		f, _ := v.Float64()
		return f
	}
	for _, looks := range []int{0, 1, 10} {
		s := &shop{pools: map[string][]recommendations.Candidate{}}
		for n := range looks {
			s.acts = append(s.acts, recommendations.Act{ProductID: id(600 + n), At: time.Unix(int64(n), 0)})
		}
		service := &recommendations.Service{Products: s, Models: s, Rankers: s, Index: s, Memory: s, People: s, Experiments: s,
			Pseudonyms: clickstream.Pseudonyms{}, Now: time.Now, Random: rand.Reader}
		began := time.Now()
		for range shelves {
			a, err := service.Recommend(t.Context(), recommendations.Request{CustomerID: "cus_1", Session: "s", Marketplace: "US",
				Placement: recommendations.OnHome})
			if err != nil || len(a.Items) == 0 {
				t.Fatal(len(a.Items), err)
			}
		}
		own := time.Since(began) / shelves
		units := float64(productUnits*s.products+neighbourUnits*s.neighbours+s.others) / shelves
		seconds := (own + calls*waiting).Seconds()
		const million = 1_000_000
		tables, gateway := usd("dynamodb.read_unit", units*million), usd("apigateway.request", million)
		compute := usd("lambda.request", million) + usd("lambda.gb_second", seconds*memoryGB*million)
		t.Logf("a million shelves after %2d looks: %6.2f USD, of which tables %.2f (%.0f read units a shelf), gateway %.2f, compute %.2f "+
			"(%s of ours, and %s of waiting, guessed)", looks, tables+compute+gateway, tables, units, gateway, compute,
			own.Round(10*time.Microsecond), calls*waiting)
		if s.invoked > 1 {
			t.Errorf("the indexes were asked %d times for one pool", s.invoked)
		}
	}
}
