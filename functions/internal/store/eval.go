package store

import (
	"bytes"
	"math/big"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// holds judges a condition as DynamoDB does.
func holds(c Cond, i Item) bool {
	switch c.op {
	case opNone:
		return true
	case opHas, opLacks:
		_, ok := i[c.attr]
		return ok == (c.op == opHas)
	case opAll:
		for _, x := range c.conds {
			if !holds(x, i) {
				return false
			}
		}
		return true
	case opAny:
		for _, x := range c.conds {
			if holds(x, i) {
				return true
			}
		}
		return false
	case opNot:
		return !holds(c.conds[0], i)
	}
	v, ok := i[c.attr]
	if !ok || !sameType(v, c.value) {
		return c.op == opNe
	}
	d := compareValues(v, c.value)
	switch c.op {
	case opEq:
		return d == 0
	case opNe:
		return d != 0
	case opLt:
		return d < 0
	case opLe:
		return d <= 0
	case opGt:
		return d > 0
	default:
		return d >= 0
	}
}

// changed returns the item with an Update's actions done.
func (w Write) changed(old Item) Item {
	i := copyItem(old)
	if i == nil {
		i = w.Key.item()
	}
	for _, a := range w.actions {
		switch a.verb {
		case set:
			i[a.attr] = a.value
		case setIfAbsent:
			if _, ok := i[a.attr]; !ok {
				i[a.attr] = a.value
			}
		case drop:
			delete(i, a.attr)
		case add:
			sum := number(a.value)
			if v, ok := i[a.attr]; ok {
				sum.Add(sum, number(v))
			}
			i[a.attr] = &types.AttributeValueMemberN{Value: sum.FloatString(0)}
		}
	}
	return i
}

func sameType(a, b types.AttributeValue) bool {
	switch a.(type) {
	case *types.AttributeValueMemberS:
		_, ok := b.(*types.AttributeValueMemberS)
		return ok
	case *types.AttributeValueMemberN:
		_, ok := b.(*types.AttributeValueMemberN)
		return ok
	case *types.AttributeValueMemberBOOL:
		_, ok := b.(*types.AttributeValueMemberBOOL)
		return ok
	case *types.AttributeValueMemberB:
		_, ok := b.(*types.AttributeValueMemberB)
		return ok
	}
	return false
}

func compareValues(a, b types.AttributeValue) int {
	switch x := a.(type) {
	case *types.AttributeValueMemberS:
		if y, ok := b.(*types.AttributeValueMemberS); ok {
			return strings.Compare(x.Value, y.Value)
		}
	case *types.AttributeValueMemberN:
		if y, ok := b.(*types.AttributeValueMemberN); ok {
			return number(x).Cmp(number(y))
		}
	case *types.AttributeValueMemberB:
		if y, ok := b.(*types.AttributeValueMemberB); ok {
			return bytes.Compare(x.Value, y.Value)
		}
	case *types.AttributeValueMemberBOOL:
		if y, ok := b.(*types.AttributeValueMemberBOOL); ok && x.Value != y.Value {
			return 1
		}
	}
	return 0
}

// number reads a decimal of up to 38 digits exactly; what is no number counts as 0.
func number(v types.AttributeValue) *big.Rat {
	r := new(big.Rat)
	if n, ok := v.(*types.AttributeValueMemberN); ok {
		if _, ok := r.SetString(n.Value); !ok {
			r.SetInt64(0)
		}
	}
	return r
}

func copyItem(i Item) Item {
	if i == nil {
		return nil
	}
	out := make(Item, len(i))
	for k, v := range i {
		out[k] = copyValue(v)
	}
	return out
}

func copyValue(v types.AttributeValue) types.AttributeValue {
	switch x := v.(type) {
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: copyItem(x.Value)}
	case *types.AttributeValueMemberL:
		l := make([]types.AttributeValue, len(x.Value))
		for i, e := range x.Value {
			l[i] = copyValue(e)
		}
		return &types.AttributeValueMemberL{Value: l}
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: bytes.Clone(x.Value)}
	}
	return v
}
