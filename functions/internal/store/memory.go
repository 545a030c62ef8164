package store

import (
	"context"
	"errors"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/contract/tables"
)

// Memory is a DB in memory for tests. Transactions are serial and never conflict; Before injects what a test
// wants to go wrong.
type Memory struct {
	// Before, if set, is called before every operation with its name (Get, GetMany, Snapshot, Query, Apply,
	// Transact); an error is returned in the operation's place. Set it before use.
	Before func(ctx context.Context, operation string, writes []Write) error
	// After, if set, is called after a write took effect; an error is returned although it did (a lost answer).
	After func(ctx context.Context, operation string, writes []Write) error

	mu     sync.Mutex
	tables map[string]map[Key]Item
}

// NewMemory returns an empty DB in which every table exists.
func NewMemory() *Memory { return &Memory{tables: map[string]map[Key]Item{}} }

func (m *Memory) Get(ctx context.Context, table string, key Key) (Item, error) {
	if err := m.before(ctx, "Get", nil); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return copyItem(m.tables[table][key]), nil
}

func (m *Memory) GetMany(ctx context.Context, gets ...Get) ([]Item, error) {
	return m.many(ctx, "GetMany", gets)
}

func (m *Memory) Snapshot(ctx context.Context, gets ...Get) ([]Item, error) {
	return m.many(ctx, "Snapshot", gets)
}

func (m *Memory) many(ctx context.Context, operation string, gets []Get) ([]Item, error) {
	if len(gets) > 100 {
		return nil, fmt.Errorf("%s: %d items, 100 at most", operation, len(gets))
	}
	if err := m.before(ctx, operation, nil); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Item, len(gets))
	for i, g := range gets {
		out[i] = copyItem(m.tables[g.Table][g.Key])
	}
	return out, nil
}

func (m *Memory) Query(ctx context.Context, q Query) (Page, error) {
	if err := m.before(ctx, "Query", nil); err != nil {
		return Page{}, err
	}
	q = q.withDefaults()
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []Item
	for _, i := range m.tables[q.Table] {
		if s, ok := i[q.HashAttr].(*types.AttributeValueMemberS); ok && s.Value == q.Hash && q.matches(i[q.SortAttr]) {
			found = append(found, i)
		}
	}
	less := func(a, b Item) bool {
		if c := compareValues(a[q.SortAttr], b[q.SortAttr]); c != 0 {
			return c < 0
		}
		ka, kb := keyOf(a), keyOf(b)
		return ka.PK < kb.PK || ka.PK == kb.PK && ka.SK < kb.SK
	}
	sort.Slice(found, func(a, b int) bool { return less(found[a], found[b]) != q.Reverse })
	if q.After != nil {
		n := sort.Search(len(found), func(i int) bool {
			return less(q.After, found[i]) && !q.Reverse || less(found[i], q.After) && q.Reverse
		})
		found = found[n:]
	}
	var p Page
	for _, i := range found {
		if q.Limit > 0 && len(p.Items) == q.Limit {
			p.Next = pick(p.Items[len(p.Items)-1], "pk", "sk", q.HashAttr, q.SortAttr)
			break
		}
		p.Items = append(p.Items, copyItem(projected(q, i)))
	}
	return p, nil
}

// projected is what a query reads of an item: an index of keys holds no more than those.
func projected(q Query, item Item) Item {
	for _, t := range tables.All() {
		for _, i := range t.Indexes {
			if t.Name == q.Table && i.Name == q.Index && i.KeysOnly {
				return entry(i, item)
			}
		}
	}
	return item
}

func (m *Memory) Apply(ctx context.Context, w Write) (Item, error) {
	return m.write(ctx, "Apply", []Write{w})
}

func (m *Memory) Transact(ctx context.Context, writes ...Write) error {
	if err := transactable(writes); err != nil {
		return err
	}
	_, err := m.write(ctx, "Transact", writes)
	return err
}

// write returns the item as a single write left it, before any other write could change it.
func (m *Memory) write(ctx context.Context, operation string, writes []Write) (Item, error) {
	for _, w := range writes {
		if err := errors.Join(w.err, w.cond.problem()); err != nil {
			return nil, fmt.Errorf("%s: %w", w.Label(), err)
		}
	}
	if err := m.before(ctx, operation, writes); err != nil {
		return nil, err
	}
	left, err := m.apply(writes)
	if err != nil {
		return nil, err
	}
	if m.After != nil {
		if err := m.After(ctx, operation, writes); err != nil {
			return nil, err
		}
	}
	return left, nil
}

func (m *Memory) apply(writes []Write) (left Item, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	reasons, refused := make([]Reason, len(writes)), false
	for i, w := range writes {
		reasons[i].Write = w.Label()
		if found := m.tables[w.Table][w.Key]; !holds(w.cond, found) {
			reasons[i].Cause, reasons[i].Found, refused = ConditionFailed, copyItem(found), true
		}
	}
	if refused {
		return nil, &Refused{reasons}
	}
	for _, w := range writes {
		t := m.tables[w.Table]
		if t == nil {
			t = map[Key]Item{}
			m.tables[w.Table] = t
		}
		switch w.kind {
		case put:
			t[w.Key] = w.item // nobody changes it: Put has copied what it was given, and reads copy
		case update:
			t[w.Key] = w.changed(t[w.Key])
		case remove:
			delete(t, w.Key)
		}
	}
	if w := writes[0]; len(writes) == 1 && (w.kind == put || w.kind == update) {
		left = copyItem(m.tables[w.Table][w.Key])
	}
	return left, nil
}

// Peek returns an item as it is stored, or nil, for tests that look after every write. It must not be changed.
func (m *Memory) Peek(table string, key Key) Item {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tables[table][key]
}

// Items returns a copy of a table, for tests that count what is left.
func (m *Memory) Items(table string) []Item {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Item
	for _, i := range m.tables[table] {
		out = append(out, copyItem(i))
	}
	return out
}

func (m *Memory) before(ctx context.Context, operation string, writes []Write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.Before != nil {
		return m.Before(ctx, operation, writes)
	}
	return nil
}

func (q Query) withDefaults() Query {
	if q.HashAttr == "" {
		q.HashAttr = "pk"
	}
	if q.SortAttr == "" {
		q.SortAttr = "sk"
	}
	return q
}

func (q Query) matches(sortKey types.AttributeValue) bool {
	s, ok := sortKey.(*types.AttributeValueMemberS)
	if !ok {
		return q.Index == "" && q.Prefix == "" && q.From == "" && q.To == ""
	}
	return strings.HasPrefix(s.Value, q.Prefix) && s.Value >= q.From && (q.To == "" || s.Value <= q.To)
}

func transactable(writes []Write) error {
	if len(writes) == 0 || len(writes) > 100 {
		return fmt.Errorf("a transaction of %d writes, 1 to 100 are possible", len(writes))
	}
	seen := map[Get]string{}
	for _, w := range writes {
		g := Get{w.Table, w.Key}
		if other, twice := seen[g]; twice {
			return fmt.Errorf("%s and %s write the same item of %s", other, w.Label(), w.Table)
		}
		seen[g] = w.Label()
	}
	return nil
}

func pick(i Item, attrs ...string) Item {
	out := Item{}
	for _, a := range attrs {
		if v, ok := i[a]; ok {
			out[a] = v
		}
	}
	return out
}
