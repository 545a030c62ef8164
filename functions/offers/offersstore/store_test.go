package offersstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/storetest"
	"rialto/functions/offers"
)

var (
	at      = time.Date(2026, 11, 27, 8, 30, 0, 123456789, time.UTC)
	product = ids.Derive(ids.Product, "boots")
)

func offer(name, marketplace string, version int64) offers.Offer {
	o := offers.Offer{ProductID: product, SellerID: ids.Derive(ids.Seller, name), SellerName: name, Marketplace: marketplace,
		Price: money.Of(1000, "USD"), Shipping: money.Of(99, "USD"),
		Condition: offers.Used, Fulfillment: offers.BySeller, Paused: name == "paused", Version: version, UpdatedAt: at}
	o.ID = o.Key().ID()
	return o
}

func winner(o offers.Offer, version int64) offers.BuyBox {
	return offers.BuyBox{ProductID: product, Marketplace: "US", Offer: o, InStock: true, Version: version, DecidedAt: at, Offers: 2, Score: 160,
		Rating: 400, DeliveryDays: 5}
}

func TestOffers(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		o := offer("a", "US", 1)
		if _, err := s.Get(ctx, o.Key()); !errors.Is(err, offers.ErrOfferNotFound) {
			t.Fatal(err)
		}
		if err := s.Save(ctx, o, offers.Offer{}); err != nil {
			t.Fatal(err)
		}
		for _, previous := range []int64{0, 2} {
			if err := s.Save(ctx, o, offers.Offer{Version: previous}); !errors.Is(err, offers.ErrChanged) {
				t.Errorf("over version %d: %v", previous, err)
			}
		}
		o.Version, o.Paused = 2, true
		if err := s.Save(ctx, o, offers.Offer{Version: 1}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Get(ctx, o.Key())
		if d := cmp.Diff(o, got); err != nil || d != "" || got != o {
			t.Error(err, d)
		}
		keys := []offers.Key{o.Key(), offer("b", "US", 1).Key()}
		for n := range 150 {
			keys = append(keys, offer(fmt.Sprint(n), "DE", 1).Key())
		}
		many, err := s.GetMany(ctx, keys...)
		if d := cmp.Diff(map[offers.Key]offers.Offer{o.Key(): o}, many); err != nil || d != "" {
			t.Error(err, d)
		}
	})
}

// A sku names one offer of a seller in a marketplace, and is free again once the offer has another.
func TestSKUs(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		save := func(o, before offers.Offer, want error) offers.Offer {
			t.Helper()
			if err := s.Save(ctx, o, before); !errors.Is(err, want) {
				t.Fatal(err)
			}
			return o
		}
		expect := func(marketplace, sku string, want offers.Offer, missing error) {
			t.Helper()
			got, err := s.BySKU(ctx, want.SellerID, marketplace, sku)
			if missing == nil && got != want || !errors.Is(err, missing) {
				t.Fatal(got, err)
			}
		}
		with := func(o offers.Offer, sku string, version int64) offers.Offer {
			o.SKU, o.Version = sku, version
			return o
		}
		a := save(with(offer("a", "US", 1), "red #42", 1), offers.Offer{}, nil)
		expect("US", "red #42", a, nil)
		expect("DE", "red #42", a, offers.ErrOfferNotFound)
		expect("US", "red", a, offers.ErrOfferNotFound)
		other := offer("a", "US", 1)
		other.ProductID = ids.Derive(ids.Product, "shoes")
		save(with(other, "red #42", 1), offers.Offer{}, offers.ErrSKUTaken)
		save(with(offer("b", "US", 1), "red #42", 1), offers.Offer{}, nil) // another seller's
		save(with(offer("a", "DE", 1), "red #42", 1), offers.Offer{}, nil) // another marketplace's
		save(with(a, "blue", 3), with(a, "red #42", 2), offers.ErrChanged)
		expect("US", "red #42", a, nil)
		expect("US", "blue", a, offers.ErrOfferNotFound)
		a = save(with(a, "blue", 2), a, nil)
		expect("US", "blue", a, nil)
		expect("US", "red #42", a, offers.ErrOfferNotFound)
		save(with(other, "red #42", 1), offers.Offer{}, nil)
		dearer := with(a, "blue", 3)
		dearer.Price.Minor++
		a = save(dearer, a, nil)
		expect("US", "blue", a, nil)
		a = save(with(a, "", 4), a, nil)
		expect("US", "blue", a, offers.ErrOfferNotFound)
	})
}

func TestASellersOffersArePaged(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		want := map[offers.Key]bool{}
		for n := range 7 {
			for _, o := range []offers.Offer{offer("a", "US", 1), offer("a", "DE", 1), offer("b", "US", 1)} {
				o.ProductID = ids.Derive(ids.Product, fmt.Sprint(n))
				if err := s.Save(ctx, o, offers.Offer{}); err != nil {
					t.Fatal(err)
				}
				if err := s.SaveBuyBox(ctx, offers.BuyBox{ProductID: o.ProductID, Marketplace: "US", Offer: o, Version: 1}, 0); err != nil &&
					!errors.Is(err, offers.ErrBuyBoxChanged) {
					t.Fatal(err)
				}
				if o.SellerID == offer("a", "US", 1).SellerID {
					want[o.Key()] = true
				}
			}
		}
		seller := offer("a", "US", 1).SellerID
		for market, n := range map[string]int{"US": 7, "": 14, "FR": 0} {
			got := map[offers.Key]bool{}
			after := ""
			for {
				list, next, err := s.OfSeller(ctx, seller, market, after, 3)
				if err != nil || len(list) > 3 {
					t.Fatal(list, err)
				}
				for _, o := range list {
					if !want[o.Key()] || got[o.Key()] || market != "" && o.Marketplace != market {
						t.Errorf("%s: %v", market, o.Key())
					}
					got[o.Key()] = true
				}
				if after = next; next == "" {
					break
				}
			}
			if len(got) != n {
				t.Errorf("%s: %d offers", market, len(got))
			}
		}
		for _, after := range []string{"US", "US#x", "DE#" + product} {
			if _, _, err := s.OfSeller(ctx, seller, "US", after, 3); fault.Code(err) != "invalid_cursor" {
				t.Error(after, err)
			}
		}
	})
}

// Changes of what is known of a seller that come at once are all made, each from what the one before left.
func TestSellerProfiles(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		seller := offer("a", "US", 1).SellerID
		learn := func(n int64) error {
			return s.UpdateSellerProfile(ctx, seller, func(st offers.SellerProfile) offers.SellerProfile {
				st.Ratings++
				if n > st.Rated {
					st.Rating, st.Rated = 100+n, n
				}
				return st
			})
		}
		var g errgroup.Group
		for n := range int64(12) {
			g.Go(func() error { return learn(n + 1) })
		}
		if err := g.Wait(); err != nil {
			t.Fatal(err)
		}
		if err := s.UpdateSellerProfile(ctx, seller, func(st offers.SellerProfile) offers.SellerProfile {
			st.Name, st.Named = "A",
				3
			return st
		}); err != nil {
			t.Fatal(err)
		}
		got, err := s.SellerProfiles(ctx, seller, "sel_none")
		want := map[string]offers.SellerProfile{seller: {SellerID: seller, Rating: 112, Ratings: 12, Rated: 12, Name: "A", Named: 3}}
		if d := cmp.Diff(want, got); err != nil || d != "" {
			t.Error(err, d)
		}
	})
}

// smallPages is a DB whose queries end early, as DynamoDB's do at 1 MB.
type smallPages struct{ store.DB }

func (d smallPages) Query(ctx context.Context, q store.Query) (store.Page, error) {
	q.Limit = 2
	return d.DB.Query(ctx, q)
}

func TestListHoldsOneMarketplacesOffersAndItsBox(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: smallPages{db}}
		want := map[string]offers.Offer{}
		for _, o := range []offers.Offer{offer("a", "US", 1), offer("b", "US", 1), offer("paused", "US", 1), offer("a", "DE", 1)} {
			if err := s.Save(ctx, o, offers.Offer{}); err != nil {
				t.Fatal(err)
			}
			if o.Marketplace == "US" {
				want[o.SellerID] = o
			}
		}
		box := winner(offer("b", "US", 1), 1)
		if err := s.SaveBuyBox(ctx, box, 0); err != nil {
			t.Fatal(err)
		}
		w, list, err := s.List(ctx, product, "US")
		got := map[string]offers.Offer{}
		for _, o := range list {
			got[o.SellerID] = o
		}
		if d := cmp.Diff(want, got) + cmp.Diff(box, w); err != nil || d != "" || len(list) != 3 {
			t.Error(err, d)
		}
		if w, list, err := s.List(ctx, product, "FR"); err != nil || w.Version != 0 || len(list) != 0 {
			t.Error(w, list, err)
		}
	})
}

func TestBuyBoxes(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, db store.DB) {
		ctx, s := context.Background(), &Store{DB: db}
		if w, err := s.BuyBox(ctx, product, "US"); err != nil || w != (offers.BuyBox{}) {
			t.Fatal(w, err)
		}
		var won atomic.Int64
		var g errgroup.Group
		for range 20 {
			g.Go(func() error {
				err := s.SaveBuyBox(ctx, winner(offer("a", "US", 1), 1), 0)
				if err == nil {
					won.Add(1)
				} else if !errors.Is(err, offers.ErrBuyBoxChanged) {
					return err
				}
				return nil
			})
		}
		if err := g.Wait(); err != nil || won.Load() != 1 {
			t.Fatalf("%d of 20 wrote the first winner: %v", won.Load(), err)
		}
		empty := offers.BuyBox{ProductID: product, Marketplace: "US", Version: 2, DecidedAt: at}
		if err := s.SaveBuyBox(ctx, empty, 1); err != nil {
			t.Fatal(err)
		}
		got, err := s.BuyBox(ctx, product, "US")
		if d := cmp.Diff(empty, got); err != nil || d != "" || !got.Empty() || got.Offer != (offers.Offer{}) {
			t.Error(err, d)
		}
		many, err := s.BuyBoxes(ctx, "US", product, "prd_none")
		if d := cmp.Diff(map[string]offers.BuyBox{product: empty}, many); err != nil || d != "" {
			t.Error(err, d)
		}
	})
}

func image(t *testing.T, key store.Key, record any) store.Item {
	t.Helper()
	i, err := store.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	k, err := store.Marshal(map[string]string{"pk": key.PK, "sk": key.SK})
	if err != nil {
		t.Fatal(err)
	}
	i["pk"], i["sk"] = k["pk"], k["sk"]
	return i
}

func offerImage(t *testing.T, o offers.Offer) store.Item {
	return image(t, keyOf(o.Key()), recordOf(o))
}

func boxImage(t *testing.T, w offers.BuyBox) store.Item {
	return image(t, keyOfBuyBox(w.ProductID, w.Marketplace), buyBoxOf(w))
}

func TestEvents(t *testing.T) {
	t.Parallel()
	o1, o2 := offer("a", "US", 1), offer("a", "US", 2)
	w1, more, out, gone, dearer, better := winner(o1, 1), winner(o1, 2), winner(o1, 2),
		offers.BuyBox{ProductID: product, Marketplace: "US", Version: 2}, winner(o2, 2), winner(o1, 2)
	again, renamed := winner(o1, 2), winner(o1, 2)
	more.Offers, renamed.Offer.SellerName = 9, "Elsewhere"
	again.Offer.Version = 2
	named := winner(o1, 2)
	named.Offer.SKU = "mine"
	out.InStock = false
	better.Rating, better.Score = 480, 260
	dearer.Offer.Price.Minor = 2000
	changed := func(version int64, paused bool) string {
		return fmt.Sprintf(`OfferChanged {"product_id":"%s","marketplace":"US","seller_id":"%s","version":%d,`+
			`"price":{"amount":1000,"currency":"USD"},"paused":%v}`, product, o1.SellerID, version, paused)
	}
	box := func(price, landed int, inStock bool, version int) string {
		return fmt.Sprintf(`BuyBoxChanged {"product_id":"%s","marketplace":"US","offer_id":"%s","seller_id":"%s","seller_name":"a",`+
			`"price":{"amount":%d,"currency":"USD"},"landed":{"amount":%d,"currency":"USD"},"in_stock":%v,"offer_count":2,"version":%d,`+
			`"score":160,"seller_rating":400,"fulfillment":"seller","delivery_days":5,"condition":"used"}`,
			product, o1.ID, o1.SellerID, price, landed, inStock, version)
	}
	for name, x := range map[string]struct {
		change outbox.Change
		want   string
	}{
		"new offer":       {outbox.Change{New: offerImage(t, o1)}, changed(1, false)},
		"changed offer":   {outbox.Change{Old: offerImage(t, o1), New: offerImage(t, o2)}, changed(2, false)},
		"untouched offer": {outbox.Change{Old: offerImage(t, o1), New: offerImage(t, o1)}, ""},
		"deleted offer":   {outbox.Change{Old: offerImage(t, o2)}, changed(2, true)},
		"new box":         {outbox.Change{New: boxImage(t, w1)}, box(1000, 1099, true, 1)},
		"another price":   {outbox.Change{Old: boxImage(t, w1), New: boxImage(t, dearer)}, box(2000, 2099, true, 2)},
		"another sku":     {outbox.Change{Old: boxImage(t, w1), New: boxImage(t, named)}, box(1000, 1099, true, 2)},
		"out of stock":    {outbox.Change{Old: boxImage(t, w1), New: boxImage(t, out)}, box(1000, 1099, false, 2)},
		"better rated": {outbox.Change{Old: boxImage(t, w1), New: boxImage(t, better)},
			strings.NewReplacer(`"score":160`, `"score":260`, `400`, `480`).Replace(box(1000, 1099, true, 2))},
		"a seller's rating": {outbox.Change{New: image(t, profileOf(o1.SellerID), sellerProfile{SellerID: o1.SellerID})}, ""},
		"a sku":             {outbox.Change{Old: image(t, claimOf(o1.Key(), "x"), claim{product})}, ""},
		"another offer": {outbox.Change{Old: boxImage(t, w1), New: boxImage(t, more)},
			strings.Replace(box(1000, 1099, true, 2), `"offer_count":2`, `"offer_count":9`, 1)},
		"another name": {outbox.Change{Old: boxImage(t, w1), New: boxImage(t, renamed)},
			strings.Replace(box(1000, 1099, true, 2), `"seller_name":"a"`, `"seller_name":"Elsewhere"`, 1)},
		"says the same": {outbox.Change{Old: boxImage(t, w1), New: boxImage(t, again)}, ""},
		"nobody offers it": {outbox.Change{Old: boxImage(t, w1), New: boxImage(t, gone)},
			fmt.Sprintf(`BuyBoxChanged {"product_id":"%s","marketplace":"US","seller_id":"","in_stock":false,"version":2}`, product)},
		"box of an old age": {outbox.Change{Old: boxImage(t, w1)}, ""},
	} {
		es, err := Events(x.change)
		got := ""
		for _, e := range es {
			got += e.Name + " " + string(e.Data)
			if e.Key != product {
				t.Error(name, e.Key)
			}
		}
		if err != nil || got != x.want {
			t.Errorf("%s: %v\n got %s\nwant %s", name, err, got, x.want)
		}
		if strings.Contains(name, "box") && strings.Contains(got, "OfferChanged") {
			t.Error("a decision would start another")
		}
	}
}

// The published examples are what the code publishes, field for field.
func TestExamples(t *testing.T) {
	t.Parallel()
	for name, data := range map[string]any{"OfferChanged": &offers.OfferChanged{}, "BuyBoxChanged": &offers.BuyBoxChanged{}} {
		b, err := os.ReadFile("../../../events/offers/" + name + ".v1.example.json")
		if err != nil {
			t.Fatal(err)
		}
		e, err := outbox.Decode(b)
		if err != nil || e.Name != name {
			t.Fatal(e, err)
		}
		if err := e.Into(data); err != nil {
			t.Fatal(err)
		}
		var want, got any
		again, err := json.Marshal(data)
		if err != nil || json.Unmarshal(e.Data, &want) != nil || json.Unmarshal(again, &got) != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Error(name, d)
		}
	}
}
