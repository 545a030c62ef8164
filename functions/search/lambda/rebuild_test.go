package main

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/marketplaces"
	"rialto/functions/search"
)

// rebuild goes on from invocation to invocation, each of which has time for a few pages, with what it told of itself.
func (h *house) rebuild() search.Progress {
	h.t.Helper()
	var out reindexOutput
	for invocations := 0; out.Progress.Phase != search.Done; invocations++ {
		if invocations > 1_000 {
			h.t.Fatalf("no end: %+v", out.Progress)
		}
		pages := 0
		p, err := h.service.Rebuild(h.t.Context(), "US", out.Progress, func() bool { pages++; return pages > 3 })
		if err != nil {
			h.t.Fatal(err)
		}
		b, err := json.Marshal(reindexOutput{Progress: p})
		if err != nil {
			h.t.Fatal(err)
		}
		out = reindexOutput{}
		if err := json.Unmarshal(b, &out); err != nil {
			h.t.Fatal(err)
		}
	}
	return out.Progress
}

// While indexes are built and swapped, twice, products and boxes change, 30% of the events come twice and all in any
// order, and somebody searches all the time. No search fails or finds a gap, and in the end the index says what the
// tables say.
//
// Seen to catch: writes that go to one index only while another is built; a swap in two steps.
func TestARebuildMissesNothingWhileWritesGoOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 150)
	h.drain()
	h.check("before")
	var stop atomic.Bool
	var searches atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() { // a shopper
		for !stop.Load() {
			r, err := h.service.Search(t.Context(), "US", search.Query{Text: "boots", Page: 1, Size: 20})
			if err != nil || r.Total < int64(len(h.ids)/4) {
				t.Errorf("a search found %d: %v", r.Total, err)
				return
			}
			searches.Add(1)
		}
	})
	wg.Go(func() { // sellers
		for n := 0; !stop.Load() && n < 4_000; n++ {
			h.change(n*7%len(h.ids), n%3 > 0)
			if n%4 == 0 {
				h.deliver(t.Context(), h.service)
			}
		}
	})
	var last search.Progress
	for range 2 {
		last = h.rebuild()
	}
	stop.Store(true)
	wg.Wait()
	h.drain()
	h.check("after two rebuilds")
	if again := h.rebuild(); again.Repaired > 0 || again.InTables != again.InIndex || again.Index == last.Index {
		t.Errorf("with nothing going on: %+v", again)
	}
	h.check("after one that changed nothing")
	h.change(1, true)
	h.drain()
	h.check("after another change")
	if searches.Load() == 0 {
		t.Error("nobody searched")
	}
	if err := h.index.Rollback(t.Context(), us); err != nil {
		t.Fatal(err)
	}
	if r, err := h.service.Search(t.Context(), "US", search.Query{Page: 1, Size: 1}); err != nil || r.Total == 0 {
		t.Error("after a rollback:", r.Total, err)
	}
}

// deadly kills the function, by its context, at the write of a number.
type deadly struct {
	search.Index
	at   *atomic.Int64
	kill context.CancelFunc
}

func (d deadly) Write(ctx context.Context, m marketplaces.Marketplace, doc search.Document) error {
	if d.at.Add(-1) == 0 {
		d.kill()
		return ctx.Err()
	}
	return d.Index.Write(ctx, m, doc)
}

// The indexer is killed in the middle, again and again; some records are poison; the index is dropped, with a half
// built one beside it. Each time the index comes to say what the tables say.
func TestRecovery(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 60)

	// Killed mid-stream: what it had not answered for comes again.
	for kills := range 12 {
		ctx, kill := context.WithCancel(t.Context())
		at := &atomic.Int64{}
		at.Store(int64(1 + kills%5))
		s := *h.service
		s.Index = deadly{h.index, at, kill}
		for ctx.Err() == nil && h.deliver(ctx, &s) {
		}
		kill()
	}
	for i := range h.queue { // a person redrives what was killed five times
		h.queue[i].received = 0
	}
	for _, body := range h.dead {
		h.queue = append(h.queue, letter{SQSMessage: events.SQSMessage{MessageId: "redriven", Body: body}})
	}
	h.dead = nil
	h.drain()
	h.check("after kills")

	// Poison is set aside whole and holds nobody up.
	poison := []string{`no event`, `{"id":"evt_x","name":"BuyBoxChanged","key":"prd_x","data":{"product_id":"prd_x","marketplace":"XX"}}`, `{"id":"evt_y","name":"ProductChanged","key":"prd_y","data":[]}`}
	for i, body := range poison {
		h.queue = append(h.queue, letter{SQSMessage: events.SQSMessage{MessageId: "poison " + string(rune('a'+i)), Body: body}})
		h.change(i, true)
	}
	h.drain()
	slices.Sort(h.dead)
	slices.Sort(poison)
	if !slices.Equal(h.dead, poison) {
		t.Errorf("set aside: %q", h.dead)
	}
	h.check("after poison")

	// Half built, then all dropped: writes make a new index, and a rebuild brings the rest back.
	if _, err := h.service.Rebuild(t.Context(), "US", search.Progress{}, func() func() bool {
		n := 0
		return func() bool { n++; return n > 3 }
	}()); err != nil {
		t.Fatal(err)
	}
	if err := h.index.Drop(t.Context(), us); err != nil {
		t.Fatal(err)
	}
	h.change(3, false)
	h.drain()
	if p := h.rebuild(); p.InIndex == 0 || p.InIndex != p.InTables {
		t.Errorf("%+v", p)
	}
	h.check("after the index was dropped")
}

// waiting holds a write back until it is let go.
type waiting struct {
	search.Index
	begun, let chan struct{}
}

func (w waiting) Write(ctx context.Context, m marketplaces.Marketplace, doc search.Document) error {
	close(w.begun)
	<-w.let
	return w.Index.Write(ctx, m, doc)
}

// A function that read a product before it was deleted, and writes after the index was built anew, revives nothing.
// Seen to catch: a rebuild that leaves the tombstones behind.
func TestALateWriteRevivesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 10)
	h.drain()
	late := *h.service
	w := waiting{h.index, make(chan struct{}), make(chan struct{})}
	late.Index = w
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := late.Project(t.Context(), h.ids[0], search.Seen{}, "US"); err != nil {
			t.Error(err)
		}
	})
	<-w.begun
	if err := h.commit(h.ids[0], false, true); err != nil {
		t.Fatal(err)
	}
	if err := h.service.Project(t.Context(), h.ids[0], search.Seen{}); err != nil {
		t.Fatal(err)
	}
	h.rebuild()
	close(w.let)
	wg.Wait()
	h.check("after the late write")
}

// What changed between being written and being compared, and told nobody, is written again, above what is there. Seen to
// catch: a repair under a number that was only looked up.
func TestWhatDiffersIsWrittenAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 10)
	h.drain()
	var p search.Progress
	for p.Phase != search.Compare {
		var err error
		once := false
		if p, err = h.service.Rebuild(t.Context(), "US", p, func() bool { was := once; once = true; return was }); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.commit(h.ids[0], false, false); err != nil {
		t.Fatal(err)
	}
	p, err := h.service.Rebuild(t.Context(), "US", p, func() bool { return false })
	if err != nil || p.Repaired != 1 {
		t.Fatalf("%+v %v", p, err)
	}
	h.check("after a repair")
}

// A product that only a rebuild has written is buried when it goes. Seen to catch: one written under no number of its own.
func TestWhatOnlyARebuildWroteIsBuried(t *testing.T) {
	t.Parallel()
	h := newHouse(t, 10)
	h.queue = nil // nobody heard of them
	h.rebuild()
	h.check("after a rebuild")
	if err := h.commit(h.ids[0], false, true); err != nil {
		t.Fatal(err)
	}
	if err := h.service.Project(t.Context(), h.ids[0], search.Seen{}); err != nil {
		t.Fatal(err)
	}
	h.check("after the deletion")
}
