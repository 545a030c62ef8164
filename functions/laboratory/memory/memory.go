// Package memory is DynamoDB in memory, for tests: a store.DB whose transactions are serial and never conflict.
package memory

import (
	"context"
	"fmt"
	"sort"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/laboratory/capacity"
)

// DB is a store.DB in memory for tests. Transactions are serial and never conflict; Before injects what a test
// wants to go wrong.
type DB struct {
	// Before, if set, is called before every operation with its name (store.Get, GetMany, Snapshot, Query, Apply,
	// Transact); an error is returned in the operation's place. Set it before use.
	Before func(ctx context.Context, operation string, writes []store.Write) error
	// After, if set, is called after a write took effect; an error is returned although it did (a lost answer).
	After func(ctx context.Context, operation string, writes []store.Write) error

	mu     sync.Mutex
	tables map[string]map[store.Key]store.Item
}

// New returns an empty DB in which every table exists.
func New() *DB { return &DB{tables: map[string]map[store.Key]store.Item{}} }

func (m *DB) Get(ctx context.Context, table string, key store.Key) (store.Item, error) {
	if err := m.before(ctx, "Get", nil); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return store.Clone(m.tables[table][key]), nil
}

func (m *DB) GetMany(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return m.many(ctx, "GetMany", gets)
}

func (m *DB) Snapshot(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return m.many(ctx, "Snapshot", gets)
}

func (m *DB) many(ctx context.Context, operation string, gets []store.Get) ([]store.Item, error) {
	if len(gets) > 100 {
		return nil, fmt.Errorf("%s: %d items, 100 at most", operation, len(gets))
	}
	if err := m.before(ctx, operation, nil); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]store.Item, len(gets))
	for i, g := range gets {
		out[i] = store.Clone(m.tables[g.Table][g.Key])
	}
	return out, nil
}

func (m *DB) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if err := m.before(ctx, "Query", nil); err != nil {
		return store.Page{}, err
	}
	q = q.Defaulted()
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []store.Item
	for _, i := range m.tables[q.Table] {
		if s, ok := i[q.HashAttr].(*types.AttributeValueMemberS); ok && s.Value == q.Hash && matches(q, i[q.SortAttr]) {
			found = append(found, i)
		}
	}
	less := func(a, b store.Item) bool {
		if c := store.Compare(a[q.SortAttr], b[q.SortAttr]); c != 0 {
			return c < 0
		}
		ka, kb := store.KeyOf(a), store.KeyOf(b)
		return ka.PK < kb.PK || ka.PK == kb.PK && ka.SK < kb.SK
	}
	sort.Slice(found, func(a, b int) bool { return less(found[a], found[b]) != q.Reverse })
	if q.After != nil {
		n := sort.Search(len(found), func(i int) bool {
			return less(q.After, found[i]) && !q.Reverse || less(found[i], q.After) && q.Reverse
		})
		found = found[n:]
	}
	var p store.Page
	for _, i := range found {
		if q.Limit > 0 && len(p.Items) == q.Limit {
			p.Next = capacity.Pick(p.Items[len(p.Items)-1], "pk", "sk", q.HashAttr, q.SortAttr)
			break
		}
		p.Items = append(p.Items, store.Clone(projected(q, i)))
	}
	return p, nil
}

func (m *DB) Apply(ctx context.Context, w store.Write) (store.Item, error) {
	return m.write(ctx, "Apply", []store.Write{w})
}

func (m *DB) Transact(ctx context.Context, writes ...store.Write) error {
	if err := store.Transactable(writes); err != nil {
		return err
	}
	_, err := m.write(ctx, "Transact", writes)
	return err
}

// write returns the item as a single write left it, before any other write could change it.
func (m *DB) write(ctx context.Context, operation string, writes []store.Write) (store.Item, error) {
	for _, w := range writes {
		if err := w.Problem(); err != nil {
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

func (m *DB) apply(writes []store.Write) (left store.Item, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	reasons, refused := make([]store.Reason, len(writes)), false
	for i, w := range writes {
		reasons[i].Write = w.Label()
		if found := m.tables[w.Table][w.Key]; !w.Holds(found) {
			reasons[i].Cause, reasons[i].Found, refused = store.ConditionFailed, store.Clone(found), true
		}
	}
	if refused {
		return nil, &store.Refused{Reasons: reasons}
	}
	for _, w := range writes {
		t := m.tables[w.Table]
		if t == nil {
			t = map[store.Key]store.Item{}
			m.tables[w.Table] = t
		}
		switch w.Kind() {
		case store.KindPut, store.KindUpdate:
			t[w.Key] = w.After(t[w.Key]) // nobody changes it: a Put has copied what it was given, and reads copy
		case store.KindDelete:
			delete(t, w.Key)
		}
	}
	if w := writes[0]; len(writes) == 1 && (w.Kind() == store.KindPut || w.Kind() == store.KindUpdate) {
		left = store.Clone(m.tables[w.Table][w.Key])
	}
	return left, nil
}

// Peek returns an item as it is stored, or nil, for tests that look after every write. It must not be changed.
func (m *DB) Peek(table string, key store.Key) store.Item {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tables[table][key]
}

// Items returns a copy of a table, for tests that count what is left.
func (m *DB) Items(table string) []store.Item { return m.View(table)[table] }

// View returns a copy of several tables as of one instant. What must hold between tables while others write can be
// judged by nothing less: of tables read one after the other, the second knows of writes that the first does not.
func (m *DB) View(tables ...string) map[string][]store.Item {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string][]store.Item{}
	for _, name := range tables {
		for _, i := range m.tables[name] {
			out[name] = append(out[name], store.Clone(i))
		}
	}
	return out
}

func (m *DB) before(ctx context.Context, operation string, writes []store.Write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.Before != nil {
		return m.Before(ctx, operation, writes)
	}
	return nil
}

// matches tells whether a query's range takes an item of that sort key.
func matches(q store.Query, sortKey types.AttributeValue) bool {
	s, ok := sortKey.(*types.AttributeValueMemberS)
	if !ok {
		return q.Index == "" && q.Prefix == "" && q.From == "" && q.To == ""
	}
	return strings.HasPrefix(s.Value, q.Prefix) && s.Value >= q.From && (q.To == "" || s.Value <= q.To)
}

// projected is what a query reads of an item: an index of keys holds no more than those.
func projected(q store.Query, item store.Item) store.Item {
	for _, t := range tables.All() {
		for _, i := range t.Indexes {
			if t.Name == q.Table && i.Name == q.Index && i.KeysOnly {
				return capacity.Entry(i, item)
			}
		}
	}
	return item
}
