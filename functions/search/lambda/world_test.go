package main

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

// house is the tables, a real OpenSearch with indexes of its own, and the queue between them.
type house struct {
	t        *testing.T
	url      string
	random   *mathrand.Rand
	products *catalogstore.Store
	boxes    *offersstore.Store
	index    *searchindex.Index
	service  *search.Service
	ids      []string

	mu      sync.Mutex
	queue   []letter
	dead    []string
	version int64
}

// letter is a message in the queue, with how often it was received.
type letter struct {
	events.SQSMessage
	received int
}

func newHouse(t *testing.T, products int) *house {
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
	h := &house{t: t, url: url, random: mathrand.New(mathrand.NewPCG(seed, 0)), products: &catalogstore.Store{DB: db}, boxes: &offersstore.Store{DB: db}, index: x}
	h.service = &search.Service{Index: x, Products: h.products, Boxes: h.boxes, Numbers: &searchstore.Store{DB: db}, Now: time.Now,
		Everything: catalogstore.Census{DB: db}, Shelves: h.products, Winners: h.boxes, Draft: x}
	for n := range products {
		h.ids = append(h.ids, ids.Derive(ids.Product, fmt.Sprint(n)))
		h.change(n, false)
		h.change(n, true)
	}
	return h
}

// change commits the next version of a product or of its buy box, and queues the event, at times twice. Some products
// are deleted and come back, some boxes empty.
func (h *house) change(n int, box bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.version++
	id := h.ids[n]
	if err := h.commit(id, box, h.version > int64(2*len(h.ids)) && h.random.IntN(6) == 0); err != nil {
		h.t.Error(err)
		return
	}
	m := letter{SQSMessage: events.SQSMessage{MessageId: fmt.Sprint(h.version), Body: fmt.Sprintf(`{"id":"evt_%d","name":"ProductChanged","version":1,"key":%q,"data":{"product_id":%q}}`, h.version, id, id)}}
	if box {
		m.Body = fmt.Sprintf(`{"id":"evt_%d","name":"BuyBoxChanged","version":1,"key":%q,"data":{"product_id":%q,"marketplace":"US"}}`, h.version, id, id)
	}
	h.queue = append(h.queue, m)
	if h.random.IntN(10) < 3 {
		h.queue = append(h.queue, m)
	}
}

func (h *house) commit(id string, box, gone bool) error {
	ctx := context.Background()
	if !box {
		if gone {
			_, err := h.products.DB.Apply(ctx, store.Delete("products", store.Key{PK: id}))
			return err
		}
		p, err := h.products.Get(ctx, id)
		if err != nil && !errors.Is(err, catalog.ErrProductNotFound) {
			return err
		}
		return h.products.Save(ctx, catalog.Product{ID: id, Title: fmt.Sprint("Boots ", h.version), CategoryID: "boots", CategoryPath: []string{"boots"},
			Attributes: map[string]string{"size": fmt.Sprint(h.version % 7)}, Version: h.version, UpdatedAt: time.Now().UTC()}, p.Version)
	}
	before, err := h.boxes.Winner(ctx, id, "US")
	if err != nil {
		return err
	}
	next := offers.Winner{ProductID: id, Marketplace: "US", Version: h.version}
	if !gone {
		next.Offer = offers.Offer{ProductID: id, SellerID: "sel_a", Marketplace: "US", Price: money.Of(h.version, "USD"), Shipping: money.Of(1, "USD"), Version: h.version}
		next.InStock, next.Offers = h.version%2 == 0, 1
	}
	return h.boxes.SaveWinner(ctx, next, before.Version)
}

// take removes up to ten messages from anywhere in the queue.
func (h *house) take() []letter {
	h.mu.Lock()
	defer h.mu.Unlock()
	var batch []letter
	for len(batch) < 10 && len(h.queue) > 0 {
		n := h.random.IntN(len(h.queue))
		h.queue[n].received++
		batch = append(batch, h.queue[n])
		h.queue = append(h.queue[:n], h.queue[n+1:]...)
	}
	return batch
}

// back puts messages back, or those that were received five times aside.
func (h *house) back(batch []letter, failed func(id string) bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, m := range batch {
		switch {
		case !failed(m.MessageId):
		case m.received == 5:
			h.dead = append(h.dead, m.Body)
		default:
			h.queue = append(h.queue, m)
		}
	}
}

// deliver gives a batch to the function; a function that is killed answers for none of it.
func (h *house) deliver(ctx context.Context, s *search.Service) bool {
	batch := h.take()
	if len(batch) == 0 {
		return false
	}
	var e events.SQSEvent
	for _, m := range batch {
		e.Records = append(e.Records, m.SQSMessage)
	}
	out, err := receive(s)(ctx, e)
	if err != nil {
		h.t.Error(err)
	}
	failed := map[string]bool{}
	for _, f := range out.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	h.back(batch, func(id string) bool { return failed[id] || ctx.Err() != nil })
	return true
}

// drain delivers until the queue is empty.
func (h *house) drain() {
	for h.deliver(h.t.Context(), h.service) {
	}
}

// check compares every document of what is searched with the tables, both ways, by a reader of its own.
func (h *house) check(when string) {
	h.t.Helper()
	if err := h.index.Seen(h.t.Context(), us, ""); err != nil {
		h.t.Fatal(err)
	}
	request, err := http.NewRequestWithContext(h.t.Context(), http.MethodPost, h.url+"/"+h.index.Live(us)+"/_search", bytes.NewReader([]byte(`{"size":5000,"query":{"term":{"deleted":false}}}`)))
	if err != nil {
		h.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		h.t.Fatal(err)
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
		h.t.Fatal(err)
	}
	got, want := map[string]search.Document{}, map[string]search.Document{}
	for _, hit := range answer.Hits.Hits {
		d := hit.Source
		d.N, d.QueuedAt, d.ReceivedAt, d.IndexedAt = 0, nil, nil, nil
		got[d.ProductID] = d
	}
	for _, id := range h.ids {
		p, err := h.products.Get(h.t.Context(), id)
		if errors.Is(err, catalog.ErrProductNotFound) {
			continue
		}
		w, boxErr := h.boxes.Winner(h.t.Context(), id, "US")
		if err := errors.Join(err, boxErr); err != nil {
			h.t.Fatal(err)
		}
		if d, err := search.Compose(id, p, w, 0); err != nil {
			h.t.Fatal(err)
		} else if !d.Deleted {
			want[id] = d
		}
	}
	if d := cmp.Diff(want, got); d != "" {
		h.t.Errorf("%s (-tables +index): %.2000s", when, d)
	}
	if len(want) == 0 {
		h.t.Errorf("%s: nothing is there to compare", when)
	}
}
