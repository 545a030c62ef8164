package inventorytrial_test

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/inventory"
)

// stockItem is an item of stock as the table has it.
type stockItem struct {
	shard                                                              int
	available, received, returned, shipped, out, moved, adjusted, debt int64
}

func readStock(i store.Item) stockItem {
	return stockItem{int(num(i, "shard")), num(i, "available"), num(i, "received"), num(i, "returned"), num(i, "shipped"),
		num(i, "out"), num(i, "moved"), num(i, "adjusted"), num(i, "debt")}
}

func (s *stockItem) add(x stockItem, sign int64) {
	s.available += sign * x.available
	s.received += sign * x.received
	s.returned += sign * x.returned
	s.shipped += sign * x.shipped
	s.out += sign * x.out
	s.moved += sign * x.moved
	s.adjusted += sign * x.adjusted
	s.debt += sign * x.debt
}

// changes lists what is different afterwards.
func (s stockItem) changes(x stockItem) string {
	return changes("available", s.available, x.available, "received", s.received, x.received, "returned", s.returned, x.returned,
		"shipped", s.shipped, x.shipped, "out", s.out, x.out, "moved", s.moved, x.moved, "adjusted", s.adjusted, x.adjusted, "debt", s.debt, x.debt)
}

// layout is the bounds of a pool's shards; all are 0 while it is whole.
type layout struct{ open, active, next int }

// holdItem is a hold as the table has it.
type holdItem struct {
	pool              int
	order             string
	line              string
	quantity, expires int64
	state             inventory.State
	draws             []draw
}

type draw struct {
	shard    int
	quantity int64
}

func readHold(i store.Item) holdItem {
	h := holdItem{pool: poolOf(i), order: str(i, "order_id"), line: str(i, "line"), quantity: num(i, "quantity"),
		expires: num(i, "expires_at"), state: inventory.State(str(i, "state"))}
	if l, ok := i["draws"].(*types.AttributeValueMemberL); ok {
		for _, v := range l.Value {
			if m, ok := v.(*types.AttributeValueMemberM); ok {
				h.draws = append(h.draws, draw{int(num(m.Value, "shard")), num(m.Value, "quantity")})
			}
		}
	} else if h.quantity > 0 {
		h.draws = []draw{{0, h.quantity}}
	}
	return h
}

func (h holdItem) equal(o holdItem) bool {
	return slices.Equal(h.draws, o.draws) && h.pool == o.pool && h.order == o.order && h.line == o.line && h.quantity == o.quantity &&
		h.expires == o.expires && h.state == o.state
}

// from says which shards the units are from, if not all are from the first.
func (h holdItem) from() string {
	if len(h.draws) == 0 || len(h.draws) == 1 && h.draws[0].shard == 0 {
		return ""
	}
	s := " of shards"
	for _, d := range h.draws {
		s += fmt.Sprintf(" %d (%d)", d.shard, d.quantity)
	}
	return s
}

func poolOf(i store.Item) int {
	product, centre := str(i, "product_id"), str(i, "fulfillment_center_id")
	for n, p := range pools {
		if p.sku.ProductID == product && p.centre == centre {
			return n
		}
	}
	return -1
}

// poolAt is the pool of an item of stock or a layout, by its key.
func poolAt(key store.Key) int {
	product, _, _ := strings.Cut(key.PK, "#")
	centre := strings.TrimPrefix(key.SK, "!layout#")
	for n, p := range pools {
		if p.sku.ProductID == product && p.centre == centre {
			return n
		}
	}
	return -1
}

func num(i store.Item, attr string) int64 {
	if v, ok := i[attr].(*types.AttributeValueMemberN); ok {
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err == nil {
			return n
		}
	}
	return 0
}

func str(i store.Item, attr string) string {
	if v, ok := i[attr].(*types.AttributeValueMemberS); ok {
		return v.Value
	}
	return ""
}

func flag(i store.Item, attr string) bool {
	v, ok := i[attr].(*types.AttributeValueMemberBOOL)
	return ok && v.Value
}
