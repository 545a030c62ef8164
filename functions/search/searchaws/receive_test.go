package searchaws

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/outbox"
	"rialto/functions/offers"
	"rialto/functions/search"
)

// counting is every interface that projecting needs; it notes the numbers that are drawn.
type counting struct {
	search.DocumentWriter
	search.ProductReader
	search.BuyBoxReader
	search.Sequence
	mu    sync.Mutex
	drawn []string
	fail  string // the product whose projection fails
}

func (c *counting) Get(context.Context, string) (catalog.Product, error) {
	return catalog.Product{}, catalog.ErrProductNotFound
}
func (c *counting) BuyBox(context.Context, string, string) (offers.BuyBox, error) {
	return offers.BuyBox{}, nil
}
func (c *counting) BuyBoxesOf(context.Context, string) (map[string]offers.BuyBox, error) {
	return map[string]offers.BuyBox{"DE": {}, "US": {}}, nil
}
func (c *counting) Ratings(context.Context, ...string) (map[string]search.ProductRating, error) {
	return nil, nil
}
func (c *counting) Meanings(context.Context, ...string) (map[string]search.Meant, error) {
	return nil, nil
}
func (c *counting) SaveMeaning(context.Context, search.Meant) error        { return nil }
func (c *counting) SaveRating(context.Context, search.ProductRating) error { return nil }

func (c *counting) Next(_ context.Context, product, market string) (int64, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drawn = append(c.drawn, product+" "+market); product == c.fail {
		return 0, errors.New("away")
	}
	return 1, nil
}

func message(id, name, product, market string) events.SQSMessage {
	data := fmt.Sprintf(`{"product_id":%q,"version":3}`, product)
	if market != "" {
		data = fmt.Sprintf(`{"product_id":%q,"marketplace":%q}`, product, market)
	}
	const form = `{"id":"evt_%s","name":%q,"version":1,"occurred_at":"2026-11-27T08:30:00Z","key":%q,"data":%s}`
	return events.SQSMessage{MessageId: id, Body: fmt.Sprintf(form, id, name, product, data)}
}

func TestABatchReadsAProductOnce(t *testing.T) {
	t.Parallel()
	c := &counting{fail: "p3"}
	h := Receive(&search.Projector{Products: c, BuyBoxes: c, Ratings: c, Meanings: c, Sequence: c, Now: time.Now})
	out, err := h(context.Background(), events.SQSEvent{Records: []events.SQSMessage{
		message("1", "BuyBoxChanged", "p1", "US"), message("2", "BuyBoxChanged", "p1", "US"), message("3", "BuyBoxChanged", "p1", "CA"),
		message("4", "ProductChanged", "p2", ""), message("5", "BuyBoxChanged", "p2", "US"),
		message("6", "BuyBoxChanged", "p3", "US"), message("7", "BuyBoxChanged", "p3", "US"),
		message("8", "OrderPlaced", "p4", "US"), {MessageId: "9", Body: "no event"}, message("10", "BuyBoxChanged", "p5", "XX"),
		message("11", "BuyBoxChanged", "p6", ""),
	}})
	if err != nil {
		t.Fatal(err)
	}
	var failed []string
	for _, f := range out.BatchItemFailures {
		failed = append(failed, f.ItemIdentifier)
	}
	slices.Sort(failed)
	slices.Sort(c.drawn)
	if d := cmp.Diff([]string{"10", "11", "6", "7", "8", "9"}, failed); d != "" {
		t.Error("failed:", d)
	}
	if d := cmp.Diff([]string{"p1 CA", "p1 US", "p2 DE", "p2 US", "p3 US"}, c.drawn); d != "" {
		t.Error("drawn:", d)
	}
}

// The events are read as their owners publish them.
func TestExamplesOfTheOwnersAreRead(t *testing.T) {
	t.Parallel()
	for path, wantMarket := range map[string]bool{"catalog/ProductChanged": false, "offers/BuyBoxChanged": true} {
		b, err := os.ReadFile("../../../events/" + path + ".v1.example.json")
		if err != nil {
			t.Fatal(err)
		}
		e, err := outbox.Decode(b)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := change(e); err != nil || c.ProductID != e.Key || (c.Marketplace != "") != wantMarket {
			t.Errorf("%s: %+v %v", path, c, err)
		}
	}
	if _, err := change(outbox.Event{Name: "ProductChanged", Data: []byte(`{"product_id":5}`)}); fault.Code(err) != "malformed_event" {
		t.Error(err)
	}
}
