package clickstreambill

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamlake"
	"rialto/functions/contract"
	"rialto/functions/internal/bucket"
)

const (
	eventsADay = 500_000_000
	perBatch   = 50
	// lambdaBytes is how much of a stream an invocation is given at most, in base64
	// (docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html).
	lambdaBytes = 6 << 20
	// coreGB is the memory of a function that has one whole core: one of less has as much less of it, and costs the same.
	coreGB = 1769.0 / 1024
	// settlings is how often an hour is settled: while it lasts, by the schedule, and until it is sure of all of it.
	settlings                       = 6
	hoursOfBatch, rawDays, keptDays = 2, 30, 365
)

// counted is a bucket that keeps what it is given.
type counted struct {
	files map[string][]byte
	puts  int
}

func (c *counted) Write(_ context.Context, key string, from io.Reader) error {
	content, err := io.ReadAll(from)
	c.files[key] = content
	c.puts++
	return err
}

func (c *counted) Read(_ context.Context, key string) ([]byte, error) { return c.files[key], nil }

func (c *counted) List(_ context.Context, prefix string) (list []bucket.Listed, _ error) {
	for key, content := range c.files {
		if strings.HasPrefix(key, prefix) {
			list = append(list, bucket.Listed{Key: key, Bytes: int64(len(content))})
		}
	}
	return list, nil
}

func (c *counted) Delete(_ context.Context, key string) error { delete(c.files, key); return nil }

func (c *counted) bytes(folder string) (n int) {
	for key, content := range c.files {
		if strings.HasPrefix(key, folder) {
			n += len(content)
		}
	}
	return n
}

// record is a batch of fifty events as events/clickstream has them, each somewhat different.
func record(t *testing.T, i int, at time.Time) clickstream.Record {
	t.Helper()
	actions := []string{"view_item_list", "select_item", "view_item", "view_item", "add_to_cart"}
	var list []map[string]any
	for n := range perBatch {
		product := "prd_" + strings.Repeat(string(rune('a'+(i*7+n)%26)), 13) + strings.Repeat(string(rune('a'+n%26)), 13)
		item := map[string]any{"item_id": product, "seller_id": "sel_" + strings.Repeat("e", 26), "quantity": 1,
			"price": map[string]any{"amount": 500 + n*37, "currency": "USD"}}
		list = append(list, map[string]any{"event_id": fmt.Sprintf("5f0c9a3e-7d41-4b7e-%08d-%08d", i, n), "action_name": actions[n%len(actions)],
			"timestamp": at.Add(time.Duration(n) * 3 * time.Second), "query_id": fmt.Sprintf("qry_%026d", i*10+n/8),
			"event_attributes": map[string]any{"object": map[string]any{"object_id": product, "object_id_field": "product_id"}, "items": []any{item}}})
	}
	body, err := json.Marshal(map[string]any{"schema_version": 1, "application": "web", "client_id": fmt.Sprintf("client-%020d", i),
		"session_id": fmt.Sprintf("session-%020d", i), "marketplace": "US", "consent": map[string]any{"analytics": true}, "events": list})
	if err != nil {
		t.Fatal(err)
	}
	return clickstream.Record{Shard: "shardId-000000000000", Sequence: fmt.Sprintf("%056d", i), ReceivedAt: at.Add(time.Minute),
		Origin:    clickstream.Browser,
		RequestID: "c6af9ac6-7b61-11e6-9a41-93e8deadbeef", Agent: "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0", Body: body}
}

// priced tells what so many units of a thing cost, in USD.
func priced(t *testing.T) func(what string, units float64) float64 {
	t.Helper()
	list, err := contract.ListPrices()
	if err != nil {
		t.Fatal(err)
	}
	return func(what string, units float64) float64 {
		usd, err := list.USD(what, units)
		if err != nil {
			t.Fatal(err)
		}
		n, _ := usd.Float64()
		return n
	}
}

// TestBill prints the bill, and holds what was counted to what README.md says.
func TestBill(t *testing.T) {
	if os.Getenv("RIALTO_BENCH") == "" {
		t.Skip("RIALTO_BENCH=1 reckons what a million events cost (make bench)")
	}
	p := priced(t)
	const batches = 400
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	var records []clickstream.Record
	bytesIn := 0
	for i := range batches {
		r := record(t, i, at)
		bytesIn += len(r.Frame())
		records = append(records, r)
	}
	c := &counted{files: map[string][]byte{}}
	lake := clickstreamlake.Lake{Files: c}
	began := time.Now()
	if err := (clickstream.Consumer{Lake: lake, Pseudonyms: clickstream.Pseudonyms{Secret: []byte("s")}}).Consume(t.Context(), records); err != nil {
		t.Fatal(err)
	}
	consumed := time.Since(began).Seconds() / (batches * perBatch)
	began = time.Now()
	rows, err := lake.Raw(t.Context(), at, "shardId-000000000000")
	if err != nil || len(rows) != batches*perBatch {
		t.Fatal(len(rows), err)
	}
	if err := lake.Settle(t.Context(), at, "shardId-000000000000", clickstream.Settle(rows)); err != nil {
		t.Fatal(err)
	}
	settled := time.Since(began).Seconds() / float64(len(rows))
	recordBytes := float64(bytesIn) / batches
	rawBytes, keptBytes := float64(c.bytes("raw/"))/float64(len(rows)), float64(c.bytes("events/"))/float64(len(rows))

	const million = 1_000_000.0
	days := million / eventsADay // of a day that a million events take
	requests := million / perBatch
	looks := 0
	for _, r := range rows {
		if r.Action == clickstream.ViewItem {
			looks++
		}
	}
	written := million * float64(looks) / float64(len(rows))
	kb := float64(int(recordBytes+1023) / 1024)
	gb := requests * kb / 1024 / 1024
	invocations := requests * recordBytes * 4 / 3 / lambdaBytes
	lines := []struct {
		what string
		usd  float64
	}{
		{fmt.Sprintf("API Gateway: %.0f requests of %d events", requests, perBatch), p("apigateway.request", requests)},
		{fmt.Sprintf("Kinesis: %.2f GB in and out, records of %.1f KB", gb, recordBytes/1024),
			p("kinesis.on_demand_gb_in", gb) + p("kinesis.on_demand_gb_out", gb) + p("kinesis.on_demand_stream_hour", 24*days)},
		{fmt.Sprintf("consume: %.0f invocations, %.0f µs of a core an event", invocations, consumed*million),
			p("lambda.request", invocations) + p("lambda.gb_second", million*consumed*coreGB)},
		{fmt.Sprintf("settle: each hour %d times, %.0f µs of a core an event", settlings, settled*million),
			p("lambda.gb_second", million*settlings*settled*coreGB)},
		{fmt.Sprintf("S3: %.0f files of %d hours and a tally each invocation", invocations*(hoursOfBatch+1), hoursOfBatch),
			p("s3.put", invocations*(hoursOfBatch+1)) + p("s3.get", invocations*settlings*hoursOfBatch)},
		{fmt.Sprintf("S3: raw %.0f B an event for %d days, settled %.0f B for %d", rawBytes, rawDays, keptBytes, keptDays),
			p("s3.gb_month", million/(1<<30)*(rawBytes*rawDays+keptBytes*keptDays)/30)},
		{fmt.Sprintf("DynamoDB: %.0f looks at pages, each of another product, hour or shard at most", written), p("dynamodb.write_unit", written)},
	}
	total := 0.0
	t.Logf("a million events, at %d million a day, in USD at list prices (functions/contract says which are unconfirmed):", eventsADay/1_000_000)
	for _, l := range lines {
		t.Logf("%9.5f  %s", l.usd, l.what)
		total += l.usd
	}
	t.Logf("%9.5f  altogether; %.0f a day. A core's time is this machine's, now", total, total*eventsADay/million)
	if rawBytes > 250 || recordBytes > 25*1024 {
		t.Errorf("an event has %.0f B in raw, a batch %.0f B on the stream: doc.go reckons with less", rawBytes, recordBytes)
	}
}
