package checkoutrate_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/memory"
	"rialto/functions/laboratory/storetest"
)

// aim is five times what the faster of two shops in JavaScript does on such a machine: Vendure 3.7.3 with 9 to 12 journeys a
// second (and oversells), Medusa 2.21.2 with 1.1.
const aim = 5 * 12

// outcome is what became of some journeys.
type outcome struct {
	placed, soldOut int
	sold            int64 // units of the item that everybody wants
	took            []time.Duration
	elapsed         time.Duration
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // every sold-out item is a line
	os.Exit(m.Run())
}

// TestNothingIsOversold sends some shoppers in memory.
func TestNothingIsOversold(t *testing.T) {
	t.Parallel()
	o := run(t, memory.New(), 8, 60)
	if o.sold != 10 || o.placed != 50 || o.soldOut != 10 {
		t.Errorf("%d units sold, %d placed, %d sold out", o.sold, o.placed, o.soldOut)
	}
}

// TestRate prints the table of make bench-checkouts.
func TestRate(t *testing.T) {
	if os.Getenv("RIALTO_BENCH") == "" {
		t.Skip("make bench-checkouts measures it")
	}
	var out strings.Builder
	w := tabwriter.NewWriter(&out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(w, "database\tclients\tjourneys\tplaced\tsold out\toversold\tcheckouts/s\taim\tp50 ms\tp99 ms\t\n")
	for _, name := range []string{"memory", "DynamoDB Local"} {
		if name != "memory" && os.Getenv(storetest.Endpoint) == "" {
			fmt.Fprintf(w, "%s\tneeds the local cloud: make up\t\n", name)
			continue
		}
		for _, clients := range []int{1, 8, 32} {
			var db store.DB = memory.New()
			journeys := 3000
			if name != "memory" {
				db, journeys = storetest.Dynamo(t), 600
			}
			o := run(t, db, clients, journeys)
			slices.Sort(o.took)
			ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d\t%d\t%.0f\t%d\t%.1f\t%.1f\t\n", name, clients, journeys, o.placed, o.soldOut,
				max(0, o.sold-int64(journeys/6)), float64(o.placed)/o.elapsed.Seconds(), aim, ms(o.took[len(o.took)/2]), ms(o.took[len(o.took)*99/100]))
		}
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	fmt.Println(out.String())
}

// run sends journeys by so many clients at once, of which every third wants what half of them can have, and fails unless what
// the shelf says agrees.
func run(t *testing.T, db store.DB, clients, journeys int) outcome {
	t.Helper()
	units := int64(journeys / 6)
	s := open(t, db, units)
	shoppers := make([]string, journeys)
	for i := range shoppers {
		id, err := s.customer()
		if err != nil {
			t.Fatal(err)
		}
		shoppers[i] = id
	}
	var o outcome
	var mu sync.Mutex
	var next atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range clients {
		wg.Go(func() {
			c := s.client()
			for i := next.Add(1) - 1; i < int64(journeys); i = next.Add(1) - 1 {
				start := time.Now()
				placed, err := c.journey(shoppers[i], int(i))
				mu.Lock()
				o.took = append(o.took, time.Since(start))
				switch {
				case err != nil:
					t.Error(err)
				case !placed:
					o.soldOut++
				default:
					o.placed++
					if i%3 == 0 {
						o.sold++
					}
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	o.elapsed = time.Since(began)
	stock, err := inventorystore.Store{DB: db}.Stock(context.Background(), wanted)
	if err != nil {
		t.Fatal(err)
	}
	if free := available(stock...); o.sold > units || free != units-o.sold {
		t.Errorf("%d of %d units were sold, and %d are free", o.sold, units, free)
	}
	return o
}

func available(centres ...inventory.Stock) (n int64) {
	for _, s := range centres {
		n += s.Available
	}
	return n
}

// journey tells whether the order was placed; it was not, if what everybody wants was sold out.
func (c *client) journey(customerID string, i int) (placed bool, err error) {
	items := []inventory.SKU{sku(i % ordinary)}
	if i%3 == 0 {
		items = append(items, wanted)
	}
	var cart struct {
		ID   string `json:"cart_id"`
		Code string
	}
	for _, k := range items {
		status, err := c.call(customerID, "/api/v1/cart/items", fmt.Sprintf(`{"product_id":%q,"seller_id":%q,"quantity":1}`, k.ProductID, k.SellerID), &cart)
		if err != nil || status >= 300 {
			return false, errors.Join(err, fmt.Errorf("cart: %d %+v", status, cart))
		}
	}
	var order struct {
		ID   string `json:"order_id"`
		Code string
	}
	status, err := c.call(customerID, "/api/v1/orders/checkout",
		fmt.Sprintf(`{"cart_id":%q,"shipping_address_id":"adr_1","payment_method_id":"pm_1"}`, cart.ID), &order)
	if err == nil && order.ID == "" && order.Code != "item_unavailable" {
		err = fmt.Errorf("checkout: %d %+v", status, order)
	}
	return order.ID != "", err
}
