package recommendationsbill

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"rialto/functions/clickstream"
	"rialto/functions/internal/valkey"
	"rialto/functions/recommendations"
	"rialto/functions/recommendations/recommendationscache"
)

// page is a shelf that is asked for.
type page struct {
	at  time.Duration // since the day began
	who string        // a customer's id, "" of who is known by a session alone
	recommendations.Placement
	product string
}

// day makes the pages of one day up: so many customers who visit twice on average, and as many visits of people who are not signed in, each
// at any time. A visit begins at home, and is five pages long on average; of the others seven in ten are a product's, by 1/rank of 676
// products, two in ten the cart and one home again. Between two pages lie 5 to 65 seconds.
func day(seed uint64, customers int) (pages []page) {
	dice := mathrand.New(mathrand.NewPCG(seed, 0x5e1f))
	visit := func(who string) {
		at := time.Duration(dice.Int64N(int64(24 * time.Hour)))
		pages = append(pages, page{at, who, recommendations.OnHome, ""})
		for dice.IntN(5) > 0 {
			at += 5*time.Second + time.Duration(dice.Int64N(int64(time.Minute)))
			next := page{at, who, recommendations.OnProduct, ""}
			switch dice.IntN(10) {
			case 0:
				next.Placement = recommendations.OnHome
			case 1, 2:
				next.Placement = recommendations.OnCart
			default:
				next.product = id(ranked(dice, 26*26))
			}
			pages = append(pages, next)
		}
	}
	for n := range customers {
		for dice.IntN(3) > 0 {
			visit(fmt.Sprint("cus_", n))
		}
		visit("")
		visit("")
	}
	slices.SortStableFunc(pages, func(a, b page) int { return cmp.Compare(a.at, b.at) })
	return pages
}

// ranked picks one of n by 1/rank.
func ranked(dice *mathrand.Rand, n int) int {
	for {
		if k := dice.IntN(n); dice.IntN(k+1) == 0 {
			return k
		}
	}
}

// counted is a cache whose pools are counted.
type counted struct {
	recommendationscache.Cache
	hit bool // the last time
}

func (c *counted) Pool(ctx context.Context, key string) ([]recommendations.Candidate, error) {
	pool, err := c.Cache.Pool(ctx, key)
	c.hit = pool != nil
	return pool, err
}

// people knows every customer by a pseudonym of their own.
type people struct{}

func (people) Subject(_ context.Context, customerID string) (string, error) {
	return "of " + customerID, nil
}

// share is of how many pages which were served from a pool that was kept.
type share struct{ pages, hits int }

func (s share) String() string {
	return fmt.Sprintf("%.1f %% of %d", 100*float64(s.hits)/float64(s.pages), s.pages)
}

// serve plays pages through the service and Redis, and returns shares by "customers" and "guests", of all and by placement. The clock is
// theirs. A page is a hit if, and only if, its pool was made in the 15 minutes before.
func serve(t *testing.T, pages []page) map[string]share {
	t.Helper()
	server := miniredis.RunT(t)
	memory := &counted{Cache: recommendationscache.Cache{Client: valkey.New(server.Addr(), false)}}
	s, now := &shop{}, time.Unix(0, 0)
	service := &recommendations.Service{Products: s, Models: s, Rankers: s, Index: s, Memory: memory, People: people{}, Experiments: s,
		Pseudonyms: clickstream.Pseudonyms{}, Now: func() time.Time { return now }, Random: rand.Reader}
	made, shares, built := map[page]time.Duration{}, map[string]share{}, 0
	for _, p := range pages {
		server.FastForward(p.at - now.Sub(time.Unix(0, 0)))
		now = time.Unix(0, 0).Add(p.at)
		a, err := service.Recommend(t.Context(), recommendations.Request{CustomerID: p.who, Session: "s", Marketplace: "US",
			Placement: p.Placement, ProductID: p.product})
		if err != nil || len(a.Items) == 0 || len(a.Degraded) > 0 {
			t.Fatal(len(a.Items), a.Degraded, err)
		}
		pool := page{0, p.who, p.Placement, p.product}
		at, there := made[pool]
		fresh := there && p.at-at < 15*time.Minute
		if fresh != memory.hit {
			t.Fatalf("%+v, whose pool was made at %s: kept is %v", p, at, memory.hit)
		}
		if !fresh {
			made[pool] = p.at
			built++
		}
		kind := "customers"
		if p.who == "" {
			kind = "guests"
		}
		for _, of := range []string{kind, kind + " " + string(p.Placement)} {
			n := shares[of]
			if n.pages++; fresh {
				n.hits++
			}
			shares[of] = n
		}
	}
	if s.invoked != built {
		t.Errorf("the indexes were asked %d times for %d pools", s.invoked, built)
	}
	return shares
}

// A pool serves its customer, placement and product for 15 minutes and nobody else, but for guests, who have one.
//
// Seen to catch: a pool whose life is renewed when it is served; one for all customers.
func TestWhatAPoolServes(t *testing.T) {
	t.Parallel()
	shares := serve(t, day(1, 20))
	for _, of := range []string{"customers", "guests"} {
		if n := shares[of]; n.hits == 0 || n.hits == n.pages {
			t.Errorf("%s: %s", of, n)
		}
	}
}

// TestHits prints how many shelves of a day are served from pools that are kept.
func TestHits(t *testing.T) {
	if os.Getenv("RIALTO_BENCH") == "" {
		t.Skip("RIALTO_BENCH=1 plays a day of sessions (make bench)")
	}
	for _, customers := range []int{100, 1000} {
		shares := serve(t, day(1, customers))
		t.Logf("a made-up day of %d customers and as many guests (functions/recommendations/recommendationsbill, seed 1), by placement:", customers)
		for _, of := range []string{"customers", "guests"} {
			t.Logf("  %-9s from a pool that was kept: %s; home %s, cart %s, product %s", of, shares[of],
				shares[of+" "+string(recommendations.OnHome)], shares[of+" "+string(recommendations.OnCart)],
				shares[of+" "+string(recommendations.OnProduct)])
		}
	}
}
