package searchtrial

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/internal/store"
	"rialto/functions/laboratory/memory"
	"rialto/functions/marketplaces"
	"rialto/functions/offers"
	"rialto/functions/offers/offersstore"
	"rialto/functions/search"
	"rialto/functions/search/searchaws"
	"rialto/functions/search/searchindex"
	"rialto/functions/search/searchstore"
)

var us = func() marketplaces.Marketplace {
	m, err := marketplaces.Lookup("US")
	if err != nil {
		panic(err)
	}
	return m
}()

// world is the tables, a real OpenSearch with indexes of its own, and the queue between them.
type world struct {
	t         *testing.T
	url       string
	random    *mathrand.Rand
	products  *catalogstore.Store
	boxes     *offersstore.Store
	index     *searchindex.Index
	searcher  *search.Searcher
	projector *search.Projector
	rebuilder *search.Rebuilder
	ids       []string

	mu      sync.Mutex
	queue   []message
	dead    []string
	version int64
}

// message is a message in the queue, with how often it was received.
type message struct {
	events.SQSMessage
	received int
}

func newWorld(t *testing.T, products int) *world {
	t.Helper()
	url := os.Getenv("RIALTO_TEST_OPENSEARCH")
	if url == "" {
		t.Skip("needs the local cloud: make test starts it and sets RIALTO_TEST_OPENSEARCH")
	}
	seed := uint64(time.Now().UnixNano())
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("seed %d", seed)
		}
	})
	x, err := searchindex.New(searchindex.Config{URL: url, Prefix: "test-" + strings.ToLower(rand.Text()[:12]) + "-"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := x.Drop(context.Background(), us); err != nil {
			t.Error(err)
		}
	})
	db := memory.New()
	w := &world{t: t, url: url, random: mathrand.New(mathrand.NewPCG(seed, 0)), products: &catalogstore.Store{DB: db},
		boxes: &offersstore.Store{DB: db}, index: x}
	sequence := &searchstore.Store{DB: db}
	w.searcher = &search.Searcher{Index: x}
	w.projector = &search.Projector{Index: x, Products: w.products, BuyBoxes: w.boxes, Ratings: sequence, Meanings: sequence, Sequence: sequence,
		Now: time.Now}
	w.rebuilder = &search.Rebuilder{Scanner: catalogstore.ProductScan{DB: db}, Products: w.products, BuyBoxes: w.boxes, Ratings: sequence,
		Meanings: sequence, Sequence: sequence, Build: x,
		Releases: x, Now: time.Now}
	for n := range products {
		w.ids = append(w.ids, ids.Derive(ids.Product, fmt.Sprint(n)))
		w.change(n, false)
		w.change(n, true)
	}
	return w
}

// change commits the next version of a product or of its buy box, and queues the event, at times twice. Some products
// are deleted and come back, some boxes empty.
func (w *world) change(n int, box bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.version++
	id := w.ids[n]
	if err := w.commit(id, box, w.version > int64(2*len(w.ids)) && w.random.IntN(6) == 0); err != nil {
		w.t.Error(err)
		return
	}
	m := message{SQSMessage: events.SQSMessage{MessageId: fmt.Sprint(w.version),
		Body: fmt.Sprintf(`{"id":"evt_%d","name":"ProductChanged","version":1,"key":%q,"data":{"product_id":%q}}`, w.version, id, id)}}
	if box {
		m.Body = fmt.Sprintf(`{"id":"evt_%d","name":"BuyBoxChanged","version":1,"key":%q,"data":{"product_id":%q,"marketplace":"US"}}`, w.version, id, id)
	}
	w.queue = append(w.queue, m)
	if w.random.IntN(10) < 3 {
		w.queue = append(w.queue, m)
	}
}

func (w *world) commit(id string, box, gone bool) error {
	ctx := context.Background()
	if !box {
		if gone {
			_, err := w.products.DB.Apply(ctx, store.Delete("products", store.Key{PK: id}))
			return err
		}
		p, err := w.products.Get(ctx, id)
		if err != nil && !errors.Is(err, catalog.ErrProductNotFound) {
			return err
		}
		return w.products.Save(ctx, catalog.Product{ID: id, Title: fmt.Sprint("Boots ", w.version), CategoryID: "boots", CategoryPath: []string{"boots"},
			Attributes: map[string]string{"size": fmt.Sprint(w.version % 7)}, Version: w.version, UpdatedAt: time.Now().UTC()}, p.Version)
	}
	before, err := w.boxes.BuyBox(ctx, id, "US")
	if err != nil {
		return err
	}
	next := offers.BuyBox{ProductID: id, Marketplace: "US", Version: w.version}
	if !gone {
		next.Offer = offers.Offer{ProductID: id, SellerID: "sel_a", Marketplace: "US", Price: money.Of(w.version, "USD"), Shipping: money.Of(1, "USD"),
			Version: w.version}
		next.InStock, next.Offers = w.version%2 == 0, 1
	}
	return w.boxes.SaveBuyBox(ctx, next, before.Version)
}

// take removes up to ten messages from anywhere in the queue.
func (w *world) take() []message {
	w.mu.Lock()
	defer w.mu.Unlock()
	var batch []message
	for len(batch) < 10 && len(w.queue) > 0 {
		n := w.random.IntN(len(w.queue))
		w.queue[n].received++
		batch = append(batch, w.queue[n])
		w.queue = append(w.queue[:n], w.queue[n+1:]...)
	}
	return batch
}

// back puts messages back, or those that were received five times aside.
func (w *world) back(batch []message, failed func(id string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, m := range batch {
		switch {
		case !failed(m.MessageId):
		case m.received == 5:
			w.dead = append(w.dead, m.Body)
		default:
			w.queue = append(w.queue, m)
		}
	}
}

// deliver gives a batch to the function; a function that is killed answers for none of it.
func (w *world) deliver(ctx context.Context, p *search.Projector) bool {
	batch := w.take()
	if len(batch) == 0 {
		return false
	}
	var e events.SQSEvent
	for _, m := range batch {
		e.Records = append(e.Records, m.SQSMessage)
	}
	out, err := searchaws.Receive(p)(ctx, e)
	if err != nil {
		w.t.Error(err)
	}
	failed := map[string]bool{}
	for _, f := range out.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	w.back(batch, func(id string) bool { return failed[id] || ctx.Err() != nil })
	return true
}

// drain delivers until the queue is empty.
func (w *world) drain() {
	for w.deliver(w.t.Context(), w.projector) {
	}
}

// check compares every document of what is searched with the tables, both ways, by a reader of its own.
func (w *world) check(when string) {
	w.t.Helper()
	if err := w.index.Refresh(w.t.Context(), us, ""); err != nil {
		w.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(w.t.Context(), http.MethodPost, w.url+"/"+w.index.Live(us)+"/_search",
		bytes.NewReader([]byte(`{"size":5000,"query":{"term":{"deleted":false}}}`)))
	if err != nil {
		w.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		w.t.Fatal(err)
	}
	defer response.Body.Close()
	var answer struct {
		Hits struct {
			Hits []struct {
				Source search.Document `json:"_source"`
			} `json:"hits"`
		} `json:"hits"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		w.t.Fatal(err)
	}
	got, want := map[string]search.Document{}, map[string]search.Document{}
	for _, hit := range answer.Hits.Hits {
		d := hit.Source
		d.Version, d.QueuedAt, d.ReceivedAt, d.IndexedAt = 0, nil, nil, nil
		got[d.ProductID] = d
	}
	for _, id := range w.ids {
		p, err := w.products.Get(w.t.Context(), id)
		if errors.Is(err, catalog.ErrProductNotFound) {
			continue
		}
		box, boxErr := w.boxes.BuyBox(w.t.Context(), id, "US")
		if err := errors.Join(err, boxErr); err != nil {
			w.t.Fatal(err)
		}
		if d, err := search.Compose(id, p, box, 0); err != nil {
			w.t.Fatal(err)
		} else if !d.Deleted {
			want[id] = d
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		w.t.Errorf("%s (-tables +index): %.2000s", when, d)
	}
	if len(want) == 0 {
		w.t.Errorf("%s: nothing is there to compare", when)
	}
}
