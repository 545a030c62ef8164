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

// A write is a value that two readers understand: expression.go turns it into DynamoDB's language, and what stands here
// says what DynamoDB would do with it. The second reader serves the laboratory alone, and stands beside the first so that
// no condition can be written without both.

// Holds tells whether the write's condition holds for the item that it meets, nil if there is none.
func (w Write) Holds(found Item) bool { return holds(w.cond, found) }

// After is the item that a write leaves of the one that it meets, if its condition holds; nil is no item.
func (w Write) After(found Item) Item {
	switch w.kind {
	case KindPut:
		return w.item
	case KindUpdate:
		return w.changed(found)
	case KindDelete:
		return nil
	}
	return found
}

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
	d := Compare(v, c.value)
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
	i := maps.Clone(old) // only whole attributes change
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

// Comparable tells whether DynamoDB compares two values at all: they are of one type.
func Comparable(a, b types.AttributeValue) bool { return sameType(a, b) }

// Compare orders two values of one type as DynamoDB does: negative if a comes first, 0 if they are equal.
func Compare(a, b types.AttributeValue) int {
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

// Clone returns a copy of an item that shares nothing with it that can be changed.
func Clone(i Item) Item {
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
		return &types.AttributeValueMemberM{Value: Clone(x.Value)}
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
