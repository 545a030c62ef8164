package store

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

type op uint8

const (
	opNone op = iota
	opHas
	opLacks
	opEq
	opNe
	opLt
	opLe
	opGt
	opGe
	opAll
	opAny
	opNot
)

// Cond is a condition on the item that a write meets. The zero Cond always holds.
type Cond struct {
	op    op
	attr  string
	value types.AttributeValue
	conds []Cond
	err   error
}

// Exists holds if there is an item.
func Exists() Cond { return Has("pk") }

// Absent holds if there is no item.
func Absent() Cond { return Lacks("pk") }

// Has holds if the attribute is there.
func Has(attr string) Cond { return Cond{op: opHas, attr: attr} }

// Lacks holds if it is not.
func Lacks(attr string) Cond { return Cond{op: opLacks, attr: attr} }

// Comparisons of an attribute with a value. As in DynamoDB, every one of them but Ne is false for an absent
// attribute and for values of different types.

// Eq holds if the attribute is v.
func Eq(attr string, v any) Cond { return compare(opEq, attr, v) }

// Ne holds if the attribute is not v.
func Ne(attr string, v any) Cond { return compare(opNe, attr, v) }

// Lt holds if the attribute is below v.
func Lt(attr string, v any) Cond { return compare(opLt, attr, v) }

// Le holds if the attribute is at most v.
func Le(attr string, v any) Cond { return compare(opLe, attr, v) }

// Gt holds if the attribute is above v.
func Gt(attr string, v any) Cond { return compare(opGt, attr, v) }

// Ge holds if the attribute is at least v.
func Ge(attr string, v any) Cond { return compare(opGe, attr, v) }

// All holds if every condition does.
func All(conds ...Cond) Cond {
	if len(conds) == 1 {
		return conds[0]
	}
	return Cond{op: opAll, conds: conds}
}

// Any holds if one condition does.
func Any(conds ...Cond) Cond { return Cond{op: opAny, conds: conds} }

// Not holds if cond does not.
func Not(cond Cond) Cond { return Cond{op: opNot, conds: []Cond{cond}} }

func compare(o op, attr string, v any) Cond {
	av, err := marshal(v)
	return Cond{op: o, attr: attr, value: av, err: err}
}

func (c Cond) problem() error {
	if c.err != nil {
		return c.err
	}
	for _, x := range c.conds {
		if err := x.problem(); err != nil {
			return err
		}
	}
	return nil
}
