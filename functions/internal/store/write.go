package store

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Kind is what a write does with its item.
type Kind uint8

// The kinds of writes, by the functions that build them.
const (
	KindPut Kind = iota
	KindUpdate
	KindDelete
	KindCheck
)

// Write is one conditional change of one item, as a value. Build it with Put, Update, Delete or Check; an
// error of its building is reported when it is applied.
type Write struct {
	// Name says what the write stands for ("stock", "hold"), to find its reason in a refusal.
	Name    string
	Table   string
	Key     Key
	kind    Kind
	item    Item
	actions []action
	cond    Cond
	err     error
}

type verb uint8

const (
	set verb = iota
	setIfAbsent
	add
	drop
)

type action struct {
	verb  verb
	attr  string
	value types.AttributeValue
}

// Put replaces an item by record, a struct with dynamodbav tags or an Item; pk and sk come from key.
func Put(table string, key Key, record any) Write {
	w := Write{Table: table, Key: key, kind: KindPut}
	if i, ok := record.(Item); ok {
		w.item = Clone(i)
	} else if w.item, w.err = attributevalue.MarshalMap(record); w.err != nil {
		return w
	}
	for k, v := range key.item() {
		w.item[k] = v
	}
	return w
}

// Update changes attributes of an item, and makes the item if there is none and no condition forbids it.
func Update(table string, key Key) Write { return Write{Table: table, Key: key, kind: KindUpdate} }

// Delete removes an item.
func Delete(table string, key Key) Write { return Write{Table: table, Key: key, kind: KindDelete} }

// Check changes nothing and refuses the transaction unless cond holds.
func Check(table string, key Key, cond Cond) Write {
	return Write{Table: table, Key: key, kind: KindCheck, cond: cond}
}

// Named says what the write stands for.
func (w Write) Named(name string) Write { w.Name = name; return w }

// If adds a condition; several must all hold.
func (w Write) If(conds ...Cond) Write {
	if w.cond.op != 0 {
		conds = append([]Cond{w.cond}, conds...)
	}
	w.cond = All(conds...)
	return w
}

// Set gives an attribute a value.
func (w Write) Set(attr string, v any) Write { return w.act(set, attr, v) }

// SetIfAbsent gives an attribute a value unless it has one.
func (w Write) SetIfAbsent(attr string, v any) Write { return w.act(setIfAbsent, attr, v) }

// Add adds a number, negative too, to a number attribute; an absent one counts as 0.
func (w Write) Add(attr string, n int64) Write { return w.act(add, attr, n) }

// Remove takes attributes away.
func (w Write) Remove(attrs ...string) Write {
	for _, a := range attrs {
		w = w.act(drop, a, nil)
	}
	return w
}

func (w Write) act(v verb, attr string, value any) Write {
	a := action{verb: v, attr: attr}
	if v != drop {
		av, err := marshal(value)
		if err != nil {
			w.err = errors.Join(w.err, fmt.Errorf("%s of %s: %w", attr, w.Table, err))
		}
		a.value = av
	}
	if w.kind != KindUpdate {
		w.err = errors.Join(w.err, fmt.Errorf("%s of %s: attributes are changed by Update only", attr, w.Table))
	}
	w.actions = append(w.actions[:len(w.actions):len(w.actions)], a)
	return w
}

// Label is the write's name in a refusal: its own, or its table's.
func (w Write) Label() string {
	if w.Name != "" {
		return w.Name
	}
	return w.Table
}

// Kind says what the write does with its item.
func (w Write) Kind() Kind { return w.kind }

// Problem is what went wrong when the write was built.
func (w Write) Problem() error { return errors.Join(w.err, w.cond.problem()) }

// marshal turns a value into an attribute. The usual ones need no look at their type's structure.
func marshal(v any) (types.AttributeValue, error) {
	switch x := v.(type) {
	case string:
		return &types.AttributeValueMemberS{Value: x}, nil
	case int:
		return &types.AttributeValueMemberN{Value: strconv.Itoa(x)}, nil
	case int64:
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(x, 10)}, nil
	case bool:
		return &types.AttributeValueMemberBOOL{Value: x}, nil
	}
	return attributevalue.Marshal(v)
}
