package store

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expression writes DynamoDB's expression language. Every name is an alias, so no reserved word matters.
type expression struct {
	names   map[string]string
	aliases map[string]string
	values  Item
}

func (e *expression) name(attr string) string {
	if a, ok := e.aliases[attr]; ok {
		return a
	}
	if e.names == nil {
		e.names, e.aliases = map[string]string{}, map[string]string{}
	}
	a := "#" + strconv.Itoa(len(e.names))
	e.names[a], e.aliases[attr] = attr, a
	return a
}

func (e *expression) value(v types.AttributeValue) string {
	if e.values == nil {
		e.values = Item{}
	}
	a := ":" + strconv.Itoa(len(e.values))
	e.values[a] = v
	return a
}

var symbols = map[op]string{opEq: " = ", opNe: " <> ", opLt: " < ", opLe: " <= ", opGt: " > ", opGe: " >= ", opAll: " AND ", opAny: " OR "}

func (e *expression) condition(c Cond) *string {
	if c.op == opNone {
		return nil
	}
	s := e.cond(c)
	return &s
}

func (e *expression) cond(c Cond) string {
	switch c.op {
	case opHas:
		return "attribute_exists(" + e.name(c.attr) + ")"
	case opLacks:
		return "attribute_not_exists(" + e.name(c.attr) + ")"
	case opNot:
		return "NOT (" + e.cond(c.conds[0]) + ")"
	case opAll, opAny:
		parts := make([]string, len(c.conds))
		for i, x := range c.conds {
			parts[i] = "(" + e.cond(x) + ")"
		}
		return strings.Join(parts, symbols[c.op])
	}
	return e.name(c.attr) + symbols[c.op] + e.value(c.value)
}

func (e *expression) update(actions []action) string {
	clauses := map[string][]string{}
	for _, a := range actions {
		n := e.name(a.attr)
		switch a.verb {
		case set:
			clauses["SET"] = append(clauses["SET"], n+" = "+e.value(a.value))
		case setIfAbsent:
			clauses["SET"] = append(clauses["SET"], n+" = if_not_exists("+n+", "+e.value(a.value)+")")
		case add:
			clauses["ADD"] = append(clauses["ADD"], n+" "+e.value(a.value))
		case drop:
			clauses["REMOVE"] = append(clauses["REMOVE"], n)
		}
	}
	var out []string
	for _, c := range []string{"SET", "ADD", "REMOVE"} {
		if len(clauses[c]) > 0 {
			out = append(out, c+" "+strings.Join(clauses[c], ", "))
		}
	}
	return strings.Join(out, " ")
}
