package checkouttrial_test

import (
	"context"
	"fmt"
	"reflect"
	"sync"

	"rialto/functions/internal/store"
)

// stale is the world's database as its services see it. To a call whose context says so it answers every read with
// what each item was before its last write.
//
// In production the due index alone is read eventually; every other read is consistent, and then an old answer
// means that the read came just before somebody else's write. It is served here even where the last write was the
// same run's own, which no consistent read would see: conditions on writes, not reads, are what must keep the promises.
type stale struct {
	store.DB
	asks func(ctx context.Context, what string) // is told of every read before it
	read func(ctx context.Context, what string) // and when it has its answer

	mu     sync.Mutex
	before map[store.Get]store.Item
}

type staleKey struct{}

func (s *stale) Get(ctx context.Context, table string, key store.Key) (store.Item, error) {
	what := nameOf(table, key)
	s.asks(ctx, what)
	i, err := s.DB.Get(ctx, table, key)
	return s.old(ctx, store.Get{Table: table, Key: key}, i), s.answered(ctx, what, err)
}

func (s *stale) GetMany(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	what := fmt.Sprint(gets)
	s.asks(ctx, what)
	is, err := s.DB.GetMany(ctx, gets...)
	for n := range is {
		is[n] = s.old(ctx, gets[n], is[n])
	}
	return is, s.answered(ctx, what, err)
}

func (s *stale) Snapshot(ctx context.Context, gets ...store.Get) ([]store.Item, error) {
	what := fmt.Sprint(gets)
	s.asks(ctx, what)
	is, err := s.DB.Snapshot(ctx, gets...)
	for n := range is {
		is[n] = s.old(ctx, gets[n], is[n])
	}
	return is, s.answered(ctx, what, err)
}

func (s *stale) Query(ctx context.Context, q store.Query) (store.Page, error) {
	what := nameOf(q.Table, store.Key{PK: q.Hash})
	s.asks(ctx, what)
	p, err := s.DB.Query(ctx, q)
	var items []store.Item
	for _, i := range p.Items {
		var k struct{ PK, SK string }
		if err := store.Unmarshal(i, &k); err != nil {
			return store.Page{}, err
		}
		if i = s.old(ctx, store.Get{Table: q.Table, Key: store.Key{PK: k.PK, SK: k.SK}}, i); i != nil {
			items = append(items, i)
		}
	}
	p.Items = items
	return p, s.answered(ctx, what, err)
}

func (s *stale) Apply(ctx context.Context, w store.Write) (store.Item, error) {
	was := s.now(w)
	i, err := s.DB.Apply(ctx, w)
	s.remember(was, err)
	return i, err
}

func (s *stale) Transact(ctx context.Context, writes ...store.Write) error {
	was := s.now(writes...)
	err := s.DB.Transact(ctx, writes...)
	s.remember(was, err)
	return err
}

func (s *stale) answered(ctx context.Context, what string, err error) error {
	if err == nil {
		s.read(ctx, what)
	}
	return err
}

func nameOf(table string, key store.Key) string { return table + " " + key.PK + " " + key.SK }

// old returns what an item was before its last write, if ctx asks for it.
func (s *stale) old(ctx context.Context, g store.Get, i store.Item) store.Item {
	s.mu.Lock()
	defer s.mu.Unlock()
	if was, written := s.before[g]; written && ctx.Value(staleKey{}) != nil {
		return was
	}
	return i
}

func (s *stale) now(writes ...store.Write) map[store.Get]store.Item {
	out := map[store.Get]store.Item{}
	for _, w := range writes {
		if i, err := s.DB.Get(context.Background(), w.Table, w.Key); err == nil {
			out[store.Get{Table: w.Table, Key: w.Key}] = i
		}
	}
	return out
}

// remember keeps what was there before writes that took effect, be it without an answer.
func (s *stale) remember(was map[store.Get]store.Item, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for g, i := range was {
		if err != nil {
			if now, gerr := s.DB.Get(context.Background(), g.Table, g.Key); gerr != nil || reflect.DeepEqual(now, i) {
				continue
			}
		}
		s.before[g] = i
	}
}
