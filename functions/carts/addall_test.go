package carts_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/carts"
	"rialto/functions/internal/money"
	"rialto/functions/inventory"
	"rialto/functions/offers"
)

// shelf has so many units of each product for sale, by its id; "paused" is not, and "limited" is sold two to an order.
type shelf map[string]int64

func (s shelf) GetMany(_ context.Context, keys ...offers.Key) (map[offers.Key]offers.Offer, error) {
	out := map[offers.Key]offers.Offer{}
	for _, k := range keys {
		if _, there := s[k.ProductID]; there {
			o := offers.Offer{ProductID: k.ProductID, SellerID: k.SellerID, Price: money.Of(100, "USD"), Shipping: money.Of(0, "USD"),
				Paused: k.ProductID == "paused"}
			if k.ProductID == "limited" {
				o.MaxPerOrder = 2
			}
			out[k] = o
		}
	}
	return out, nil
}

func (s shelf) Stock(_ context.Context, skus ...inventory.SKU) (out []inventory.Stock, err error) {
	for _, k := range skus {
		out = append(out, inventory.Stock{SKU: k, Centre: "us-west-2", Available: s[k.ProductID]})
	}
	return out, nil
}

// What can be bought goes into the cart, on top of what is there, and of the rest it is said why not; again, nothing changes. Seen to
// catch: units over the stock or the seller's limit as some are in the cart already; a repetition that adds again, or says nothing.
func TestManyOffersAreAddedAsFarAsTheyCanBeBought(t *testing.T) {
	t.Parallel()
	s := service()
	stock := shelf{"some": 3, "none": 0, "paused": 9, "limited": 9, "plenty": 5_000}
	s.Offers, s.Stock = stock, stock
	if _, err := s.Add(ctx, owner, us, carts.Guard{Key: "key-0001"}, "limited", "s", 1); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Add(ctx, owner, us, carts.Guard{Key: "key-0002"}, "some", "s", 1); err != nil {
		t.Fatal(err)
	}
	want := func(product string, n int64) carts.Wanted {
		return carts.Wanted{ProductID: product, SellerID: "s", Quantity: n}
	}
	all := []carts.Wanted{want("some", 5), want("none", 1), want("paused", 1), want("gone", 1), want("limited", 2),
		want("plenty", 999), want("plenty", 1)}
	usd := money.Of(100, "USD")
	added := []carts.Put{{all[0], 2, usd, "out_of_stock"}, {all[1], 0, money.Amount{}, "out_of_stock"},
		{all[2], 0, money.Amount{}, "offer_not_for_sale"},
		{all[3], 0, money.Amount{}, "offer_not_for_sale"}, {all[4], 1, usd, "quantity_limited"}, {all[5], 999, usd, ""},
		{all[6], 0, money.Amount{}, "quantity_too_large"}}
	has := []carts.Put{{all[0], 3, usd, "out_of_stock"}, added[1], added[2], added[3], {all[4], 2, usd, ""}, added[5], {all[6], 1, usd, ""}}
	for n, want := range [][]carts.Put{added, has, has} {
		c, put, err := s.AddAll(ctx, owner, us, carts.Guard{Key: "key-0003"}, all)
		if diff := cmp.Diff(want, put); err != nil || diff != "" {
			t.Fatal(n, err, diff)
		}
		if len(c.Lines) != 3 || c.Lines[0].Quantity != 2 || c.Lines[1].Quantity != 3 || c.Lines[2].Quantity != 999 || c.Version != 3 {
			t.Errorf("%d: %+v", n, c)
		}
	}
	if _, _, err := s.AddAll(ctx, owner, us, carts.Guard{Key: "key-0003"}, all[:1]); !errors.Is(err, carts.ErrKeyReused) {
		t.Error(err)
	}
	if _, _, err := s.AddAll(ctx, owner, us, carts.Guard{}, all); !errors.Is(err, carts.ErrGuarded) {
		t.Error(err)
	}
}

func TestACartTakesSoManyLinesAtOnce(t *testing.T) {
	t.Parallel()
	s, stock := service(), shelf{}
	s.Offers, s.Stock = stock, stock
	var all []carts.Wanted
	for n := range carts.MaxLines + 2 {
		stock[fmt.Sprint(n)] = 1
		all = append(all, carts.Wanted{ProductID: fmt.Sprint(n), SellerID: "s", Quantity: 1})
	}
	c, put, err := s.AddAll(ctx, owner, us, carts.Guard{Key: "key-0001"}, all)
	if err != nil || len(c.Lines) != carts.MaxLines || put[carts.MaxLines-1].Code != "" || put[carts.MaxLines].Code != "too_many_lines" {
		t.Errorf("%d lines, %v", len(c.Lines), err)
	}
}
