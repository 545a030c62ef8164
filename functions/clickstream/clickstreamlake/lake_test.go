package clickstreamlake

import (
	"context"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/parquet-go/parquet-go"

	"rialto/functions/clickstream"
	"rialto/functions/internal/bucket"
)

// objects is a bucket in memory; each write is a second later.
type objects struct {
	at    time.Time
	files map[string][]byte
	times map[string]time.Time
}

func (o *objects) Write(_ context.Context, key string, from io.Reader) error {
	content, err := io.ReadAll(from)
	o.at = o.at.Add(time.Second)
	o.files[key], o.times[key] = content, o.at
	return err
}

func (o *objects) Read(_ context.Context, key string) ([]byte, error) {
	content, ok := o.files[key]
	if !ok {
		return nil, fmt.Errorf("there is no %s", key)
	}
	return content, nil
}

func (o *objects) List(_ context.Context, prefix string) (list []bucket.Listed, err error) {
	for _, key := range slices.Sorted(maps.Keys(o.files)) {
		if strings.HasPrefix(key, prefix) {
			list = append(list, bucket.Listed{Key: key, Modified: o.times[key]})
		}
	}
	return list, nil
}

func (o *objects) Delete(_ context.Context, key string) error {
	delete(o.files, key)
	return nil
}

const shard = "shardId-000000000001"

var (
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	full = clickstream.Row{EventID: "e", PayloadHash: "h", SchemaVersion: 1, Origin: clickstream.Browser, Action: "view_item",
		EventTime: noon.Add(time.Millisecond), ReceivedAt: noon.Add(time.Minute), Marketplace: "US", Application: "web", Session: "s", Client: "c",
		Customer: "k", Personalization: true, QueryID: "q",
		RecommendationID: "r", ModelVersion: "m", ObjectID: "o", ObjectField: "product_id", Position: 3, SearchTerm: "boots", Value: 7, Currency: "USD",
		Items: []clickstream.RowItem{{ItemID: "a", SellerID: "b", Quantity: 2, Price: 5, Index: 1, ListID: "l"}, {ItemID: "z", Quantity: 1}}, Bot: "b"}
)

func row(id string, second int) clickstream.Row {
	return clickstream.Row{EventID: id, PayloadHash: "h" + id, Origin: clickstream.Browser, EventTime: noon,
		ReceivedAt: noon.Add(time.Duration(second) * time.Second)}
}

func TestRowsComeBackFromParquet(t *testing.T) {
	t.Parallel()
	want := []clickstream.Row{full, row("x", 1)}
	file, err := encode(want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := decode(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if _, err := decode(file[:len(file)/2]); err == nil {
		t.Error("half a file is read")
	}
}

// Glue is told of the columns that the files have.
func TestTheColumnsAreThoseThatAreTold(t *testing.T) {
	t.Parallel()
	hive := map[string]string{"BYTE_ARRAY": "string", "INT32": "int", "INT64": "bigint", "BOOLEAN": "boolean"}
	var got []clickstream.Column
	for _, f := range parquet.SchemaOf(columns{}).Fields() {
		c := clickstream.Column{Name: f.Name()}
		switch {
		case f.Name() == "items":
			var parts []string
			for _, p := range f.Fields()[0].Fields()[0].Fields() {
				parts = append(parts, p.Name()+":"+hive[p.Type().Kind().String()])
			}
			c.Type = "array<struct<" + strings.Join(parts, ",") + ">>"
		case strings.HasPrefix(f.Type().String(), "TIMESTAMP"):
			c.Type = "timestamp"
		default:
			c.Type = hive[f.Type().Kind().String()]
		}
		got = append(got, c)
	}
	if diff := cmp.Diff(clickstream.Columns, got); diff != "" {
		t.Errorf("told (-) and written (+):\n%s", diff)
	}
}

// nothing is counted.
type nothing struct{ clickstream.Counts }

func (nothing) Count(context.Context, []clickstream.Traffic, int) error { return nil }

// What is written again overwrites itself, an hour is settled when more of it came, and only then.
func TestAnHourIsSettledWhenMoreOfItCame(t *testing.T) {
	t.Parallel()
	o := &objects{at: noon, files: map[string][]byte{}, times: map[string]time.Time{}}
	l := Lake{o}
	settler := &clickstream.Settler{Parts: l, Counts: nothing{}, Now: func() time.Time { return o.at }}
	ctx := t.Context()
	write := func(first, last string, rows ...clickstream.Row) {
		t.Helper()
		if err := l.WriteRaw(ctx, noon, clickstream.Span{Shard: shard, First: first, Last: last}, rows); err != nil {
			t.Fatal(err)
		}
	}
	settle := func(want clickstream.Outcome) {
		t.Helper()
		got, err := settler.Settle(ctx, clickstream.Run{})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	}
	write("1", "4", row("a", 1), row("b", 2))
	write("1", "4", row("a", 1), row("b", 2))
	write("1", "2", row("a", 1)) // as halves of what failed
	conflict := row("b", 3)
	conflict.PayloadHash = "other"
	write("5", "6", conflict, row("c", 3))
	if want := []string{
		"raw/date=2026-11-27/hour=12/" + shard + "-1-2.parquet", "raw/date=2026-11-27/hour=12/" + shard + "-1-4.parquet",
		"raw/date=2026-11-27/hour=12/" + shard + "-5-6.parquet",
	}; !slices.Equal(want, slices.Sorted(maps.Keys(o.files))) {
		t.Fatal(slices.Sorted(maps.Keys(o.files)))
	}
	settle(clickstream.Outcome{Parts: 1, Events: 3, Conflicts: 1, Copies: 1})
	o.at = o.at.Add(20 * time.Minute)
	settle(clickstream.Outcome{Parts: 1, Events: 3, Conflicts: 1, Copies: 1}) // raw rows may have come while it was settled
	settle(clickstream.Outcome{})
	write("7", "7", row("d", 9))
	settle(clickstream.Outcome{Parts: 1, Events: 4, Conflicts: 1, Copies: 1})
	rows, err := decode(o.files["events/date=2026-11-27/hour=12/"+shard+".parquet"])
	if err != nil || len(rows) != 4 {
		t.Fatal(rows, err)
	}
	if rows, err = decode(o.files["conflicts/date=2026-11-27/hour=12/"+shard+".parquet"]); err != nil || len(rows) != 1 ||
		rows[0].PayloadHash != "other" {
		t.Fatal(rows, err)
	}
	if _, there := o.files["bots/date=2026-11-27/hour=12/"+shard+".parquet"]; there {
		t.Error("a file of no bots")
	}
}

func TestOnlyOurFilesAreParts(t *testing.T) {
	t.Parallel()
	for _, key := range []string{"raw/x", "raw/date=2026-11-27/hour=12/a.parquet", "raw/date=2026-11-27/hour=12/s-1-2.txt",
		"raw/date=2026-11/hour=12/s-1-2.parquet"} {
		if _, s, ok := partOf(raw, key); ok {
			t.Errorf("%s is a part of %s", key, s)
		}
	}
	key := spanKey(raw, noon, clickstream.Span{Shard: shard, First: "49", Last: "50"}, ".parquet")
	if hour, s, ok := partOf(raw, key); !ok || s != shard || !hour.Equal(noon) {
		t.Errorf("%s: %s %s %v", key, hour, s, ok)
	}
}
