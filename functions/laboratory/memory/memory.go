// Package memory is DynamoDB in memory, for tests: a store.DB whose transactions are serial and, unless a test tears
// them, never conflict.
package memory

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/internal/tables"
	"rialto/functions/laboratory/capacity"
)

// DB is a store.DB in memory for tests. Before injects what a test wants to go wrong, and Torn what DynamoDB lets
// readers see of a transaction.
type DB struct {
	// Before, if set, is called before every operation with its name (store.Get, GetMany, Snapshot, Query, Apply,
	// Transact); an error is returned in the operation's place. Set it before use.
	Before func(ctx context.Context, operation string, writes []store.Write) error
	// After, if set, is called after a write took effect; an error is returned although it did (a lost answer).
	After func(ctx context.Context, operation string, writes []store.Write) error
	// Torn, if set, is asked of every transaction that was judged, its conditions hold and nobody is at its items,
	// whether it is to be seen half done; nil makes it at once. Otherwise next is asked before each item which of those
	// that are left is written now, and may let others run meanwhile.
	//
	// That is DynamoDB's isolation (docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis.html): each
	// read of one item is serializable, and so are transactions and single writes among each other, but Get, GetMany and
	// Query one after another, or of several items, are read-committed and may see some of a transaction's items and not
	// the rest. Snapshot, Apply and Transact meet it: while it is being made they are refused with TransactionConflict at
	// every item that it has.
	Torn func(ctx context.Context, writes []store.Write) (next func(left int) int)
	// Lagging, if set, is asked of every query of an index whether the index lags behind its table: then it does not know of
	// the last write to any item. Queries that are asked eventually always answer so, as they may: what was right only
	// where nothing was written just before is seen to be wrong.
	Lagging func() bool
	// Page is the most items that a query's page holds where the query names no limit, as DynamoDB's ends at 1 MB; 0 for all.
	// Set it before use.
	Page int
	// Shared makes reads return items as they are stored, at a fraction of what copies cost, for runs of very many operations
	// whose readers are known to change nothing that they read. Set it before use.
	Shared bool

	mu     sync.Mutex
	tables map[string]map[store.Key]store.Item
	before map[string]map[store.Key]store.Item // each item as it was before its last write; nil for one that was not there
	locked map[store.Get]bool                  // the items of transactions that are being made
}

// New returns an empty DB in which every table exists.
func New() *DB {
	return &DB{tables: map[string]map[store.Key]store.Item{}, before: map[string]map[store.Key]store.Item{}}
}

// read is what a reader gets of an item.
func (m *DB) read(i store.Item) store.Item {
	if m.Shared {
		return i
	}
	return store.Clone(i)
}

func (m *DB) Get(ctx context.Context, table string, key store.Key) (store.Item, error) {
	if err := m.called(ctx, "Get", nil); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.read(m.tables[table][key]), nil
}

func (m *DB) GetMany(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return m.many(ctx, "GetMany", gets)
}

func (m *DB) Snapshot(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	return m.many(ctx, "Snapshot", gets)
}

// met is the refusal of a Snapshot that meets a transaction, nil if it meets none.
func (m *DB) met(gets []store.Get) error {
	reasons, met := make([]store.Reason, len(gets)), false
	for i, g := range gets {
		if reasons[i].Write = "read"; m.locked[g] {
			reasons[i].Cause, met = store.Conflicted, true
		}
	}
	if !met {
		return nil
	}
	return &store.Refused{Reasons: reasons}
}

func (m *DB) many(ctx context.Context, operation string, gets []store.Get) ([]store.Item, error) {
	if len(gets) > 100 {
		return nil, fmt.Errorf("%s: %d items, 100 at most", operation, len(gets))
	}
	if err := m.called(ctx, operation, nil); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.locked) > 0 && operation == "Snapshot" {
		if err := m.met(gets); err != nil {
			return nil, err
		}
	}
	out := make([]store.Item, len(gets))
	for i, g := range gets {
		out[i] = m.read(m.tables[g.Table][g.Key])
	}
	return out, nil
}

func (m *DB) Query(ctx context.Context, q store.Query) (store.Page, error) {
	if err := m.called(ctx, "Query", nil); err != nil {
		return store.Page{}, err
	}
	q = q.Defaulted()
	if err := q.Placed(); err != nil {
		return store.Page{}, err
	}
	if q.Limit == 0 {
		q.Limit = m.Page
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.find(&q)
	if len(found) == 0 {
		return store.Page{}, nil
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
	index := indexOf(q)
	for _, i := range found {
		if q.Limit > 0 && len(p.Items) == q.Limit {
			p.Next = capacity.Pick(p.Items[len(p.Items)-1], "pk", "sk", q.HashAttr, q.SortAttr)
			break
		}
		if index.KeysOnly {
			i = capacity.Entry(index, i)
		}
		p.Items = append(p.Items, m.read(i))
	}
	return p, nil
}

// find returns a query's items, in no order: those of its table, or of the table as it was before each item's last write.
func (m *DB) find(q *store.Query) (found []store.Item) {
	seen := m.tables[q.Table]
	if q.Eventual || q.Index != "" && m.Lagging != nil && m.Lagging() {
		seen = m.before[q.Table]
	}
	byKey := q.HashAttr == "pk"
	for key, i := range seen {
		if byKey && key.PK != q.Hash {
			continue
		}
		if s, ok := i[q.HashAttr].(*types.AttributeValueMemberS); ok && s.Value == q.Hash && matches(q, i[q.SortAttr]) {
			found = append(found, i)
		}
	}
	return found
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
	if err := m.called(ctx, operation, writes); err != nil {
		return nil, err
	}
	left, err := m.apply(ctx, writes)
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

func (m *DB) apply(ctx context.Context, writes []store.Write) (left store.Item, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.judge(writes); err != nil {
		return nil, err
	}
	if m.Torn != nil && len(writes) > 1 {
		if next := m.Torn(ctx, writes); next != nil {
			m.tear(writes, next)
			return nil, nil
		}
	}
	for _, w := range writes {
		m.put(w)
	}
	if w := writes[0]; len(writes) == 1 && (w.Kind() == store.KindPut || w.Kind() == store.KindUpdate) {
		left = m.read(m.tables[w.Table][w.Key])
	}
	return left, nil
}

// judge refuses writes that meet a transaction, or whose conditions do not hold.
func (m *DB) judge(writes []store.Write) error {
	reasons, refused := make([]store.Reason, len(writes)), false
	for i, w := range writes {
		reasons[i].Write = w.Label()
		if len(m.locked) > 0 && m.locked[at(w)] {
			reasons[i].Cause, refused = store.Conflicted, true
		} else if found := m.tables[w.Table][w.Key]; !w.Holds(found) {
			reasons[i].Cause, reasons[i].Found, refused = store.ConditionFailed, m.read(found), true
		}
	}
	if refused {
		return &store.Refused{Reasons: reasons}
	}
	return nil
}

func at(w store.Write) store.Get { return store.Get{Table: w.Table, Key: w.Key} }

// tear makes a transaction item by item; others run where next lets them.
func (m *DB) tear(writes []store.Write, next func(left int) int) {
	if m.locked == nil {
		m.locked = map[store.Get]bool{}
	}
	for _, w := range writes {
		m.locked[at(w)] = true
	}
	for left := slices.Clone(writes); len(left) > 0; {
		m.mu.Unlock()
		n := next(len(left))
		m.mu.Lock()
		m.put(left[n])
		left = slices.Delete(left, n, n+1)
	}
	for _, w := range writes {
		delete(m.locked, at(w))
	}
}

func (m *DB) put(w store.Write) {
	t := m.tables[w.Table]
	if t == nil {
		t = map[store.Key]store.Item{}
		m.tables[w.Table], m.before[w.Table] = t, map[store.Key]store.Item{}
	}
	if w.Kind() != store.KindCheck {
		m.before[w.Table][w.Key] = t[w.Key]
	}
	switch w.Kind() {
	case store.KindPut, store.KindUpdate:
		t[w.Key] = w.After(t[w.Key]) // nobody changes it: a Put has copied what it was given, and reads copy
	case store.KindDelete:
		delete(t, w.Key)
	}
}

// Expire deletes what DynamoDB's time to live may have deleted by then. It takes whatever time it likes for that, and no
// promise may hang on either: that an item is gone, or that it is still there.
func (m *DB) Expire(now time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, t := range all {
		if !t.TTL {
			continue
		}
		maps.DeleteFunc(m.tables[t.Name], func(_ store.Key, i store.Item) bool {
			ttl := int64(0)
			return i["ttl"] != nil && store.Int(i, "ttl", &ttl) == nil && ttl < now.Unix()
		})
	}
}

// Peek returns an item as it is stored, or nil, for tests that look after every write. It must not be changed.
func (m *DB) Peek(table string, key store.Key) store.Item {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.tables[table][key]
}

// Items returns a copy of a table in the order of its keys, for tests that count what is left.
func (m *DB) Items(table string) []store.Item { return m.View(table)[table] }

// View returns a copy of several tables as of one instant, each in the order of its keys. What must hold between tables while others write can be
// judged by nothing less: of tables read one after the other, the second knows of writes that the first does not.
func (m *DB) View(tables ...string) map[string][]store.Item {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string][]store.Item{}
	for _, name := range tables {
		keys := slices.SortedFunc(maps.Keys(m.tables[name]), func(a, b store.Key) int { return cmp.Or(cmp.Compare(a.PK, b.PK), cmp.Compare(a.SK, b.SK)) })
		for _, k := range keys {
			out[name] = append(out[name], store.Clone(m.tables[name][k]))
		}
	}
	return out
}

func (m *DB) called(ctx context.Context, operation string, writes []store.Write) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if m.Before != nil {
		return m.Before(ctx, operation, writes)
	}
	return nil
}

// matches tells whether a query's range takes an item of that sort key.
func matches(q *store.Query, sortKey types.AttributeValue) bool {
	s, ok := sortKey.(*types.AttributeValueMemberS)
	if !ok {
		return q.Index == "" && q.Prefix == "" && q.From == "" && q.To == ""
	}
	return strings.HasPrefix(s.Value, q.Prefix) && s.Value >= q.From && (q.To == "" || s.Value <= q.To)
}

var all = tables.All()

// indexOf is the index that a query reads: one of keys holds no more of an item than those.
func indexOf(q store.Query) tables.Index {
	for _, t := range all {
		for _, i := range t.Indexes {
			if t.Name == q.Table && i.Name == q.Index {
				return i
			}
		}
	}
	return tables.Index{}
}
