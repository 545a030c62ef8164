package capacity_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/laboratory/capacity"
)

func text(n int) string { return strings.Repeat("x", n) }

func TestSizes(t *testing.T) {
	t.Parallel()
	n := func(v string) types.AttributeValue { return &types.AttributeValueMemberN{Value: v} }
	s := func(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }
	for _, c := range []struct {
		name string
		item store.Item
		want int
	}{
		{"nothing", nil, 0},
		{"text is UTF-8, names too", store.Item{"å": s("日本")}, 2 + 6},
		{"numbers go by two digits", store.Item{"n": n("1234")}, 1 + 3},
		{"an odd digit takes a byte", store.Item{"n": n("12345")}, 1 + 4},
		{"outer zeroes are trimmed", store.Item{"n": n("001200.00")}, 1 + 2},
		{"a minus takes a byte", store.Item{"n": n("-12")}, 1 + 3},
		{"zero", store.Item{"n": n("0")}, 1 + 1},
		{"true, false and null", store.Item{"a": &types.AttributeValueMemberBOOL{Value: true}, "b": &types.AttributeValueMemberNULL{Value: true}}, 2 + 2},
		{"raw bytes", store.Item{"b": &types.AttributeValueMemberB{Value: make([]byte, 10)}}, 11},
		{"a set is its members", store.Item{"s": &types.AttributeValueMemberSS{Value: []string{"a", "bc"}}}, 1 + 3},
		{"an empty list", store.Item{"l": &types.AttributeValueMemberL{}}, 1 + 3},
		{"a list", store.Item{"l": &types.AttributeValueMemberL{Value: []types.AttributeValue{s("ab"), n("1")}}}, 1 + 3 + (2 + 1) + (2 + 1)},
		{"a map", store.Item{"m": &types.AttributeValueMemberM{Value: store.Item{"k": s("ab")}}}, 1 + 3 + (1 + 2 + 1)},
	} {
		if got := capacity.Size(c.item); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, c.want)
		}
	}
}

func TestUnits(t *testing.T) {
	t.Parallel()
	item := func(bytes int, more ...string) store.Item {
		i := store.Item{"pk": &types.AttributeValueMemberS{Value: "a"}, "text": &types.AttributeValueMemberS{Value: text(bytes)}}
		for n := 0; n+1 < len(more); n += 2 {
			i[more[n]] = &types.AttributeValueMemberS{Value: more[n+1]}
		}
		return i
	}
	plain := tables.Table{}
	due := tables.Table{Indexes: []tables.Index{{Name: "due", Hash: "h", Sort: "s"}}}
	keys := tables.Table{Indexes: []tables.Index{{Name: "keys", Hash: "h", Sort: "s", KeysOnly: true}}}
	for _, c := range []struct {
		name        string
		table       tables.Table
		old, new    store.Item
		transaction bool
		want, least float64
	}{
		{"nothing there, nothing made", plain, nil, nil, false, 1, 1},
		{"put", plain, nil, item(900), false, 1, 1},
		{"put of over 1 KB", plain, nil, item(1100), false, 2, 1},
		{"the item before counts if it is larger", plain, item(2100), item(10), false, 3, 1},
		{"delete", plain, item(1100), nil, false, 2, 1},
		{"a transaction pays twice", plain, nil, item(1100), true, 4, 2},
		{"put into an index", due, nil, item(10, "h", "1", "s", "1"), false, 2, 2},
		{"not in the index without its sort key", due, nil, item(10, "h", "1"), false, 1, 1},
		{"out of the index", due, item(1100, "h", "1", "s", "1"), item(10), false, 4, 2},
		{"moved in the index", due, item(10, "h", "1", "s", "1"), item(10, "h", "1", "s", "2"), false, 3, 3},
		{"changed in the index", due, item(10, "h", "1", "s", "1"), item(11, "h", "1", "s", "1"), false, 2, 2},
		{"unchanged in the index", due, item(10, "h", "1", "s", "1"), item(10, "h", "1", "s", "1"), false, 1, 1},
		{"an index of keys is small", keys, nil, item(1100, "h", "1", "s", "1"), false, 3, 2},
		{"unchanged in an index of keys", keys, item(10, "h", "1", "s", "1"), item(11, "h", "1", "s", "1"), false, 1, 1},
		{"an index pays once in a transaction", due, nil, item(10, "h", "1", "s", "1"), true, 3, 3},
	} {
		if got := capacity.WriteUnits(c.table, c.old, c.new, c.transaction); got != c.want {
			t.Errorf("%s: %v units, want %v", c.name, got, c.want)
		}
		if got := capacity.LeastUnits(c.table, c.old, c.new, c.transaction); got != c.least {
			t.Errorf("%s: at least %v units, want %v", c.name, got, c.least)
		}
	}
	if got := capacity.RefusedUnits(item(2100), item(10), true); got != 6 {
		t.Errorf("refused: %v units", got)
	}
	for bytes, want := range map[int]float64{0: 1, 4096: 1, 4097: 2} {
		if got := capacity.ReadUnits(bytes, capacity.Strongly); got != want {
			t.Errorf("reading %d bytes: %v units", bytes, got)
		}
	}
	if e, tr := capacity.ReadUnits(5000, capacity.Eventually), capacity.ReadUnits(5000, capacity.Transactional); e != 1 || tr != 4 {
		t.Errorf("eventually %v, in a transaction %v", e, tr)
	}
}
