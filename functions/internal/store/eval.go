package store

import (
	"bytes"
	"cmp"
	"maps"
	"math/big"
	"strconv"
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
			i[a.attr] = sum(i[a.attr], a.value)
		}
	}
	return i
}

// sum adds a number to an attribute, which may be nil.
func sum(v, by types.AttributeValue) types.AttributeValue {
	m, small := integer(v)
	n, too := integer(by)
	if small && too {
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(m+n, 10)}
	}
	r := number(by)
	return &types.AttributeValueMemberN{Value: r.Add(r, number(v)).FloatString(0)}
}

// integer reads a whole number small enough that two of them can be added. It is number's short cut: nearly all
// numbers are. No attribute is 0.
func integer(v types.AttributeValue) (int64, bool) {
	if v == nil {
		return 0, true
	}
	n, ok := v.(*types.AttributeValueMemberN)
	if !ok || len(n.Value) > 18 {
		return 0, false
	}
	x, err := strconv.ParseInt(n.Value, 10, 64)
	return x, err == nil
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
			m, small := integer(x)
			n, too := integer(y)
			if small && too {
				return cmp.Compare(m, n)
			}
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
	out := maps.Clone(i)
	for k, v := range out {
		switch v.(type) {
		case *types.AttributeValueMemberM, *types.AttributeValueMemberL, *types.AttributeValueMemberB:
			out[k] = copyValue(v)
		}
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
