// Package capacity reckons what DynamoDB charges for a read or a write.
package capacity

import (
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
)

// What DynamoDB charges, by its own rules. Sizes: docs.aws.amazon.com/amazondynamodb/latest/developerguide/
// CapacityUnitCalculations.html; reads and writes: …/read-write-operations.html; transactions:
// …/transaction-apis.html#transaction-capacity-handling; indexes: …/GSI.html#GSI.ThroughputConsiderations.

const (
	writeStep = 1 << 10 // bytes of a write unit
	readStep  = 4 << 10 // bytes of a read unit
)

// Size is how many bytes an item counts for: its names and values in UTF-8, without the 100 bytes that storage
// alone is billed for. The service calls the size of a number approximate; here it is a byte, one more for each
// two significant digits, and one for a minus.
func Size(i store.Item) int {
	n := 0
	for name, v := range i {
		n += len(name) + valueSize(v)
	}
	return n
}

// A list or a map has 3 bytes of its own and 1 for each element; elements of a map have names too.
func valueSize(v types.AttributeValue) int {
	const nest, element = 3, 1
	n := 0
	switch x := v.(type) {
	case *types.AttributeValueMemberS:
		return len(x.Value)
	case *types.AttributeValueMemberB:
		return len(x.Value)
	case *types.AttributeValueMemberN:
		return numberSize(x.Value)
	case *types.AttributeValueMemberSS:
		for _, s := range x.Value {
			n += len(s)
		}
		return n
	case *types.AttributeValueMemberBS:
		for _, b := range x.Value {
			n += len(b)
		}
		return n
	case *types.AttributeValueMemberNS:
		for _, s := range x.Value {
			n += numberSize(s)
		}
		return n
	case *types.AttributeValueMemberL:
		for _, e := range x.Value {
			n += valueSize(e) + element
		}
		return n + nest
	case *types.AttributeValueMemberM:
		return Size(x.Value) + element*len(x.Value) + nest
	}
	return 1 // true, false and null
}

func numberSize(s string) int {
	s, negative := strings.CutPrefix(s, "-")
	if e := strings.IndexAny(s, "eE"); e >= 0 {
		s = s[:e]
	}
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(s, "+"), ".")
	digits := strings.Trim(whole+fraction, "0")
	n := 1 + (len(digits)+1)/2
	if negative {
		n++
	}
	return n
}

// Consistency is how a read is made. Its value is what a step of 4 KB costs, in read units.
type Consistency float64

// The consistencies that reads have.
const (
	Eventually    Consistency = 0.5
	Strongly      Consistency = 1
	Transactional Consistency = 2
)

// ReadUnits is what reading so many bytes costs. Nothing found costs as much as the smallest item. A Query pays
// for the sum of its items, every other read for each item apart.
func ReadUnits(bytes int, c Consistency) float64 { return float64(steps(bytes, readStep)) * float64(c) }

// WriteUnits is what changing an item from old to new costs, nil where there is none: the larger of both counts.
// In a transaction the table's part is paid twice, for prepare and commit; an index's is not, since indexes
// follow later. A condition check is a write that changes nothing.
func WriteUnits(t tables.Table, old, new store.Item, transaction bool) float64 {
	n := Base(max(Size(old), Size(new)), transaction)
	for _, i := range t.Indexes {
		n += float64(IndexUnits(i, old, new))
	}
	return n
}

// RefusedUnits is what a write costs whose condition did not hold, or that fell with its transaction: as if it
// had been made, without indexes.
func RefusedUnits(found, attempted store.Item, transaction bool) float64 {
	return Base(max(Size(found), Size(attempted)), transaction)
}

// LeastUnits is WriteUnits if no item were larger than 1 KB: what is left to save by making records smaller.
func LeastUnits(t tables.Table, old, new store.Item, transaction bool) float64 {
	n := Base(0, transaction)
	for _, i := range t.Indexes {
		n += float64(indexWrites(i, old, new))
	}
	return n
}

// IndexUnits is what the same change costs in an index: one write to put or delete an entry, two to move it to
// another key, one to update it in place, none if nothing that the index holds changed.
func IndexUnits(i tables.Index, old, new store.Item) int {
	was, is := Entry(i, old), Entry(i, new)
	if was != nil && is != nil && !sameKey(i, was, is) {
		return steps(Size(was), writeStep) + steps(Size(is), writeStep)
	}
	return indexWrites(i, old, new) * steps(max(Size(was), Size(is)), writeStep)
}

func indexWrites(i tables.Index, old, new store.Item) int {
	switch was, is := Entry(i, old), Entry(i, new); {
	case Equal(was, is):
		return 0
	case was != nil && is != nil && !sameKey(i, was, is):
		return 2
	}
	return 1
}

// Entry is what an index holds of an item, nil if the item is not in it.
func Entry(i tables.Index, item store.Item) store.Item {
	_, hash := item[i.Hash]
	_, sort := item[i.Sort]
	switch {
	case !hash || !sort:
		return nil
	case i.KeysOnly:
		return Pick(item, "pk", "sk", i.Hash, i.Sort)
	}
	return item
}

func sameKey(i tables.Index, a, b store.Item) bool {
	return equalValues(a[i.Hash], b[i.Hash]) && equalValues(a[i.Sort], b[i.Sort])
}

// Equal tells whether two items are alike in every attribute.
func Equal(a, b store.Item) bool { return maps.EqualFunc(a, b, equalValues) }

func equalValues(a, b types.AttributeValue) bool {
	switch x := a.(type) {
	case *types.AttributeValueMemberM:
		y, ok := b.(*types.AttributeValueMemberM)
		return ok && Equal(x.Value, y.Value)
	case *types.AttributeValueMemberL:
		y, ok := b.(*types.AttributeValueMemberL)
		return ok && slices.EqualFunc(x.Value, y.Value, equalValues)
	case *types.AttributeValueMemberNULL:
		_, ok := b.(*types.AttributeValueMemberNULL)
		return ok
	}
	return store.Comparable(a, b) && store.Compare(a, b) == 0
}

// Base is what a write of so many bytes costs without its indexes.
func Base(bytes int, transaction bool) float64 {
	n := float64(steps(bytes, writeStep))
	if transaction {
		n *= 2
	}
	return n
}

// steps rounds up, to 1 at least.
func steps(bytes, step int) int { return max(1, (bytes+step-1)/step) }

// Pick is the part of an item with those attributes.
func Pick(i store.Item, attrs ...string) store.Item {
	out := store.Item{}
	for _, a := range attrs {
		if v, ok := i[a]; ok {
			out[a] = v
		}
	}
	return out
}
