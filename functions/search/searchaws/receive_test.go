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
	read  int    // how often products were read
	fail  string // the product whose projection fails
}

func (c *counting) GetMany(context.Context, ...string) (map[string]catalog.Product, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.read++
	return nil, nil
}
func (c *counting) BuyBoxes(context.Context, string, ...string) (map[string]offers.BuyBox, error) {
	return nil, nil
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

func TestABatchReadsItsProductsTogether(t *testing.T) {
	t.Parallel()
	good := []events.SQSMessage{
		message("1", "BuyBoxChanged", "p1", "US"), message("2", "BuyBoxChanged", "p1", "US"), message("3", "BuyBoxChanged", "p1", "CA"),
		message("4", "ProductChanged", "p2", ""), message("5", "BuyBoxChanged", "p2", "US"),
	}
	for name, c := range map[string]struct {
		more   []events.SQSMessage
		failed []string
		read   int
	}{
		"all of it is projected at once": {nil, nil, 1},
		"what is no event of ours, or fails, fails by itself": {[]events.SQSMessage{message("6", "BuyBoxChanged", "p3", "US"),
			message("7", "BuyBoxChanged", "p3", "US"), message("8", "OrderPlaced", "p4", "US"), {MessageId: "9", Body: "no event"},
			message("10", "BuyBoxChanged", "p5", "XX"), message("11", "BuyBoxChanged", "p6", "")}, []string{"10", "11", "6", "7", "8", "9"}, 2},
	} {
		x := &counting{fail: "p3"}
		h := Receive(&search.Projector{Products: x, BuyBoxes: x, Ratings: x, Meanings: x, Sequence: x, Now: time.Now})
		out, err := h(context.Background(), events.SQSEvent{Records: slices.Concat(good, c.more)})
		if err != nil {
			t.Fatal(err)
		}
		var failed []string
		for _, f := range out.BatchItemFailures {
			failed = append(failed, f.ItemIdentifier)
		}
		slices.Sort(failed)
		slices.Sort(x.drawn)
		if d := cmp.Diff(c.failed, failed); d != "" {
			t.Errorf("%s, failed: %s", name, d)
		}
		drawn := slices.DeleteFunc(slices.Compact(x.drawn), func(s string) bool { return s == "p3 US" })
		if d := cmp.Diff([]string{"p1 CA", "p1 US", "p2 DE", "p2 US"}, drawn); d != "" || x.read != c.read {
			t.Errorf("%s, read %d times, drawn: %s", name, x.read, d)
		}
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
