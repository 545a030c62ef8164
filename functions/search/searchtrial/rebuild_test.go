package searchtrial

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
func (w *world) rebuild() search.Progress {
	w.t.Helper()
	var out search.ReindexOutput
	for invocations := 0; out.Progress.Phase != search.Done; invocations++ {
		if invocations > 1_000 {
			w.t.Fatalf("no end: %+v", out.Progress)
		}
		pages := 0
		p, err := w.rebuilder.Rebuild(w.t.Context(), "US", out.Progress, func() bool { pages++; return pages > 3 })
		if err != nil {
			w.t.Fatal(err)
		}
		b, err := json.Marshal(search.ReindexOutput{Progress: p})
		if err != nil {
			w.t.Fatal(err)
		}
		out = search.ReindexOutput{}
		if err := json.Unmarshal(b, &out); err != nil {
			w.t.Fatal(err)
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
	w := newWorld(t, 150)
	w.drain()
	w.check("before")
	var stop atomic.Bool
	var searches atomic.Int64
	var wg sync.WaitGroup
	wg.Go(func() { // a shopper
		for !stop.Load() {
			r, err := w.searcher.Search(t.Context(), "US", search.Query{Text: "boots", Page: 1, Size: 20})
			if err != nil || r.Total < int64(len(w.ids)/4) {
				t.Errorf("a search found %d: %v", r.Total, err)
				return
			}
			searches.Add(1)
		}
	})
	wg.Go(func() { // sellers
		for n := 0; !stop.Load() && n < 4_000; n++ {
			w.change(n*7%len(w.ids), n%3 > 0)
			if n%4 == 0 {
				w.deliver(t.Context(), w.projector)
			}
		}
	})
	var last search.Progress
	for range 2 {
		last = w.rebuild()
	}
	stop.Store(true)
	wg.Wait()
	w.drain()
	w.check("after two rebuilds")
	if again := w.rebuild(); again.Repaired > 0 || again.InTables != again.InIndex || again.Index == last.Index {
		t.Errorf("with nothing going on: %+v", again)
	}
	w.check("after one that changed nothing")
	w.change(1, true)
	w.drain()
	w.check("after another change")
	if searches.Load() == 0 {
		t.Error("nobody searched")
	}
	if err := w.index.Rollback(t.Context(), us); err != nil {
		t.Fatal(err)
	}
	if r, err := w.searcher.Search(t.Context(), "US", search.Query{Page: 1, Size: 1}); err != nil || r.Total == 0 {
		t.Error("after a rollback:", r.Total, err)
	}
}

// deadly kills the function, by its context, at the write of a number.
type deadly struct {
	search.DocumentWriter
	at   *atomic.Int64
	kill context.CancelFunc
}

func (d deadly) Write(ctx context.Context, m marketplaces.Marketplace, docs ...search.Document) error {
	if d.at.Add(-1) == 0 {
		d.kill()
		return ctx.Err()
	}
	return d.DocumentWriter.Write(ctx, m, docs...)
}

// The indexer is killed in the middle, again and again; some records are poison; the index is dropped, with a half
// built one beside it. Each time the index comes to say what the tables say.
func TestRecovery(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 60)

	// Killed mid-stream: what it had not answered for comes again.
	for kills := range 12 {
		ctx, kill := context.WithCancel(t.Context())
		at := &atomic.Int64{}
		at.Store(int64(1 + kills%5))
		s := *w.projector
		s.Index = deadly{w.index, at, kill}
		for ctx.Err() == nil && w.deliver(ctx, &s) {
		}
		kill()
	}
	for i := range w.queue { // a person redrives what was killed five times
		w.queue[i].received = 0
	}
	for _, body := range w.dead {
		w.queue = append(w.queue, message{SQSMessage: events.SQSMessage{MessageId: "redriven", Body: body}})
	}
	w.dead = nil
	w.drain()
	w.check("after kills")

	// Poison is set aside whole and holds nobody up.
	poison := []string{`no event`, `{"id":"evt_x","name":"BuyBoxChanged","key":"prd_x","data":{"product_id":"prd_x","marketplace":"XX"}}`,
		`{"id":"evt_y","name":"ProductChanged","key":"prd_y","data":[]}`}
	for i, body := range poison {
		w.queue = append(w.queue, message{SQSMessage: events.SQSMessage{MessageId: "poison " + string(rune('a'+i)), Body: body}})
		w.change(i, true)
	}
	w.drain()
	slices.Sort(w.dead)
	slices.Sort(poison)
	if !slices.Equal(w.dead, poison) {
		t.Errorf("set aside: %q", w.dead)
	}
	w.check("after poison")

	// Half built, then all dropped: writes make a new index, and a rebuild brings the rest back.
	if _, err := w.rebuilder.Rebuild(t.Context(), "US", search.Progress{}, func() func() bool {
		n := 0
		return func() bool { n++; return n > 3 }
	}()); err != nil {
		t.Fatal(err)
	}
	if err := w.index.Drop(t.Context(), us); err != nil {
		t.Fatal(err)
	}
	w.change(3, false)
	w.drain()
	if p := w.rebuild(); p.InIndex == 0 || p.InIndex != p.InTables {
		t.Errorf("%+v", p)
	}
	w.check("after the index was dropped")
}

// waiting holds a write back until it is let go.
type waiting struct {
	search.DocumentWriter
	begun, let chan struct{}
}

func (held waiting) Write(ctx context.Context, m marketplaces.Marketplace, docs ...search.Document) error {
	close(held.begun)
	<-held.let
	return held.DocumentWriter.Write(ctx, m, docs...)
}

// A function that read a product before it was deleted, and writes after the index was built anew, revives nothing.
// Seen to catch: a rebuild that leaves the tombstones behind.
func TestALateWriteRevivesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	w.drain()
	late := *w.projector
	held := waiting{w.index, make(chan struct{}), make(chan struct{})}
	late.Index = held
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := late.Project(t.Context(), w.ids[0], search.EventTimes{}, "US"); err != nil {
			t.Error(err)
		}
	})
	<-held.begun
	if err := w.commit(w.ids[0], false, true); err != nil {
		t.Fatal(err)
	}
	if err := w.projector.Project(t.Context(), w.ids[0], search.EventTimes{}); err != nil {
		t.Fatal(err)
	}
	w.rebuild()
	close(held.let)
	wg.Wait()
	w.check("after the late write")
}

// What changed between being written and being compared, and told nobody, is written again, above what is there. Seen to
// catch: a repair under a number that was only looked up.
func TestWhatDiffersIsWrittenAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	w.drain()
	var p search.Progress
	for p.Phase != search.Compare {
		var err error
		once := false
		if p, err = w.rebuilder.Rebuild(t.Context(), "US", p, func() bool { was := once; once = true; return was }); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.commit(w.ids[0], false, false); err != nil {
		t.Fatal(err)
	}
	p, err := w.rebuilder.Rebuild(t.Context(), "US", p, func() bool { return false })
	if err != nil || p.Repaired != 1 {
		t.Fatalf("%+v %v", p, err)
	}
	w.check("after a repair")
}

// A product that only a rebuild has written is buried when it goes. Seen to catch: one written under no number of its own.
func TestWhatOnlyARebuildWroteIsBuried(t *testing.T) {
	t.Parallel()
	w := newWorld(t, 10)
	w.queue = nil // nobody heard of them
	w.rebuild()
	w.check("after a rebuild")
	if err := w.commit(w.ids[0], false, true); err != nil {
		t.Fatal(err)
	}
	if err := w.projector.Project(t.Context(), w.ids[0], search.EventTimes{}); err != nil {
		t.Fatal(err)
	}
	w.check("after the deletion")
}
