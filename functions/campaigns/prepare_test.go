package campaigns_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/campaigns"
	"rialto/functions/campaigns/campaignsstore"
	"rialto/functions/internal/fault"
	"rialto/functions/laboratory/memory"
)

var ctx = context.Background()

// rung are the alarms of a test: each has events of ids of its own.
var rung = struct {
	sync.Mutex
	lines []string
}{}

type bell struct{ slog.Handler }

func (bell) Enabled(context.Context, slog.Level) bool { return true }

func (bell) Handle(_ context.Context, r slog.Record) error {
	var event, step, alarm string
	r.Attrs(func(a slog.Attr) bool {
		switch a.Key {
		case "event":
			event = a.Value.String()
		case "step":
			step = a.Value.String()
		case "alarm":
			alarm = a.Value.String()
		}
		return true
	})
	if alarm != "" {
		rung.Lock()
		defer rung.Unlock()
		rung.lines = append(rung.lines, strings.Join([]string{event, alarm, step}, " "))
	}
	return nil
}

func alarms(event string) (out []string) {
	rung.Lock()
	defer rung.Unlock()
	for _, l := range rung.lines {
		if strings.HasPrefix(l, event+" ") {
			out = append(out, strings.TrimPrefix(l, event+" "))
		}
	}
	return out
}

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(bell{}))
	os.Exit(m.Run())
}

// cloud is resources of one kind, which change as often as they are set, and take turns to answer and to fail.
type cloud struct {
	mu     sync.Mutex
	levels map[string]int64
	most   int64
	sets   int
	slow   bool  // what is set is there at the next read only
	lost   bool  // the next change is made, and its answer lost
	refuse error // of every change
	coming map[string]int64
}

func (c *cloud) Read(_ context.Context, name string) (campaigns.Level, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	is, there := c.levels[name]
	if !there {
		return campaigns.Level{}, campaigns.Absence("there is no " + name)
	}
	if n, coming := c.coming[name]; coming {
		c.levels[name] = n
		delete(c.coming, name)
	}
	return campaigns.Level{Is: is, Most: c.most}, nil
}

func (c *cloud) Set(_ context.Context, name string, level int64) (campaigns.Level, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.refuse != nil {
		return campaigns.Level{}, c.refuse
	}
	c.sets++
	if c.slow {
		c.coming = map[string]int64{name: level}
		return campaigns.Level{Is: c.levels[name], Most: c.most}, nil
	}
	c.levels[name] = level
	if c.lost {
		c.lost = false
		return campaigns.Level{}, errors.New("no answer")
	}
	return campaigns.Level{Is: level, Most: c.most}, nil
}

// bench is a stage with one function and one table.
type bench struct {
	*campaigns.Preparer
	service   *campaigns.Service
	functions *cloud
	tables    *cloud
	now       time.Time
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{now: noon, functions: &cloud{levels: map[string]int64{"checkout-api": 50}}, tables: &cloud{levels: map[string]int64{"orders": 4_000}}}
	s := campaignsstore.Store{DB: memory.New()}
	stage := campaigns.Stage{Functions: []campaigns.Function{{ID: "checkout-api", Order: 1_000}},
		Tables: []campaigns.Table{{Name: "orders", Writes: 10}}, Absent: map[campaigns.Kind]string{campaigns.Replicas: "one node"}}
	now := func() time.Time { return b.now }
	b.service = &campaigns.Service{Calendar: s, Stage: stage, Now: now}
	b.Preparer = &campaigns.Preparer{Ledger: s, Stage: stage, Now: now,
		Warmers: map[campaigns.Kind]campaigns.Warmer{campaigns.Provisioned: b.functions, campaigns.Writes: b.tables}}
	return b
}

func wish(id string, orders int64, from time.Time) campaigns.Wish {
	const clock = "2006-01-02T15:04:05"
	return campaigns.Wish{ID: id, Name: id, Marketplaces: []string{"US"}, Zone: "UTC", From: from.Format(clock),
		To: from.Add(4 * time.Hour).Format(clock), Orders: orders, Pages: 1}
}

func (b *bench) put(t *testing.T, id string, orders int64, from time.Time) {
	t.Helper()
	if _, err := b.service.Put(ctx, wish(id, orders, from)); err != nil {
		t.Fatal(err)
	}
}

// run runs at a time and returns the steps of an event, as "<kind> <was> <wanted> <is> <state>".
func (b *bench) run(t *testing.T, at time.Time, id string) map[campaigns.Kind]campaigns.Result {
	t.Helper()
	b.now = at
	if _, err := b.Prepare(ctx, campaigns.Input{}); err != nil {
		t.Fatal(err)
	}
	r, err := b.service.Report(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	out := map[campaigns.Kind]campaigns.Result{}
	for _, s := range r.Steps {
		out[s.Kind] = s
	}
	return out
}

func found(r campaigns.Result) []any { return []any{r.Was, r.Wanted, r.Is, r.State} }

func check(t *testing.T, what string, r campaigns.Result, want ...any) {
	t.Helper()
	for i, n := range want {
		if x, ok := n.(int); ok {
			want[i] = int64(x)
		}
	}
	if d := cmp.Diff(want, found(r)); d != "" {
		t.Errorf("%s: %s (%s)", what, d, r.Note)
	}
}

// Seen to catch: something raised before its time; a table's throughput that is said to have gone back; an event that stays open.
func TestAnEventIsWarmedAndGoesBack(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(t, "one", 700, start)
	r := b.run(t, start.Add(-2*time.Hour-time.Second), "one")
	check(t, "too early", r[campaigns.Provisioned], 0, 700, 0, campaigns.Waiting)
	r = b.run(t, start.Add(-2*time.Hour), "one")
	check(t, "functions", r[campaigns.Provisioned], 50, 700, 700, campaigns.Done)
	check(t, "tables", r[campaigns.Writes], 4_000, 7_000, 7_000, campaigns.Done)
	check(t, "replicas", r[campaigns.Replicas], 0, 1, 0, campaigns.Excused)
	r = b.run(t, start.Add(4*time.Hour), "one")
	check(t, "at its end", r[campaigns.Provisioned], 50, 700, 700, campaigns.Done)
	if b.functions.sets != 1 || b.tables.sets != 1 {
		t.Error("done twice:", b.functions.sets, b.tables.sets)
	}
	r = b.run(t, start.Add(4*time.Hour+30*time.Minute), "one")
	check(t, "functions after", r[campaigns.Provisioned], 50, 700, 50, campaigns.Back)
	check(t, "tables after", r[campaigns.Writes], 4_000, 7_000, 7_000, campaigns.Stays)
	if e, err := b.Ledger.Entry(ctx, "one"); err != nil || e.Closed.IsZero() || e.Day != "" {
		t.Error(e, err)
	}
	if c, err := b.Ledger.Claims(ctx, "provisioned#checkout-api"); err != nil || c.Was != nil || len(c.Wanted) != 0 {
		t.Error(c, err)
	}
	if got := alarms("one"); got != nil {
		t.Error(got)
	}
}

// Two events at once take the larger of both, and the end of one leaves what the other wants. Seen to catch: the end of the first that
// brings all back; a second that writes down what the first raised as what was.
func TestEventsThatOverlap(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(t, "small", 300, start)
	b.put(t, "large", 900, start.Add(time.Hour)) // ends an hour later
	b.run(t, start.Add(-2*time.Hour), "small")
	r := b.run(t, start.Add(-time.Hour), "large")
	check(t, "large", r[campaigns.Provisioned], 50, 900, 900, campaigns.Done)
	r = b.run(t, start.Add(-time.Hour), "small")
	check(t, "small meanwhile", r[campaigns.Provisioned], 50, 300, 900, campaigns.Done)
	r = b.run(t, start.Add(4*time.Hour+30*time.Minute), "small")
	check(t, "small is over", r[campaigns.Provisioned], 50, 300, 900, campaigns.Back)
	r = b.run(t, start.Add(5*time.Hour+30*time.Minute), "large")
	check(t, "both are over", r[campaigns.Provisioned], 50, 900, 50, campaigns.Back)
}

// Seen to catch: the larger event's end that leaves its own level.
func TestTheLargerEndsFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(t, "first", 900, start)
	b.put(t, "second", 300, start.Add(time.Hour))
	b.run(t, start, "first")
	r := b.run(t, start.Add(4*time.Hour+30*time.Minute), "first")
	check(t, "first is over", r[campaigns.Provisioned], 50, 900, 300, campaigns.Back)
	r = b.run(t, start.Add(5*time.Hour+30*time.Minute), "second")
	check(t, "second is over", r[campaigns.Provisioned], 50, 300, 50, campaigns.Back)
}

// Seen to catch: an answer that counts as the deed; a refusal that ends the run; no alarm.
func TestWhatFailsIsTriedAgainAndRings(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(t, "hard", 700, start)
	b.functions.lost, b.tables.refuse = true, errors.New("a limit is reached")
	r := b.run(t, start.Add(-2*time.Hour), "hard")
	check(t, "a lost answer", r[campaigns.Provisioned], 50, 700, 50, campaigns.Failed)
	check(t, "a refusal", r[campaigns.Writes], 4_000, 7_000, 4_000, campaigns.Failed)
	if r[campaigns.Writes].Note != "a limit is reached" {
		t.Error(r[campaigns.Writes].Note)
	}
	r = b.run(t, start.Add(-time.Hour), "hard")
	check(t, "looked at again", r[campaigns.Provisioned], 50, 700, 700, campaigns.Done)
	if got := alarms("hard"); got != nil {
		t.Error("rings too early:", got)
	}
	b.tables.refuse, b.tables.slow = nil, true
	r = b.run(t, start.Add(-30*time.Minute), "hard")
	check(t, "asked for", r[campaigns.Writes], 4_000, 7_000, 4_000, campaigns.Pending)
	if d := cmp.Diff([]string{"unprepared writes#orders"}, alarms("hard")); d != "" {
		t.Error(d)
	}
	b.run(t, start.Add(-25*time.Minute), "hard")
	r = b.run(t, start.Add(-20*time.Minute), "hard")
	check(t, "there at last", r[campaigns.Writes], 4_000, 7_000, 7_000, campaigns.Done)
	b.functions.refuse = errors.New("not now")
	r = b.run(t, start.Add(7*time.Hour), "hard")
	check(t, "does not go back", r[campaigns.Provisioned], 50, 700, 700, campaigns.Failed)
	if got := alarms("hard"); !slices.Contains(got, "still-raised provisioned#checkout-api") {
		t.Error(got)
	}
	b.functions.refuse = nil
	// However long no run has been, its day is not forgotten.
	r = b.run(t, start.Add(20*24*time.Hour), "hard")
	check(t, "goes back late", r[campaigns.Provisioned], 50, 700, 50, campaigns.Back)
}

// Seen to catch: a step above what there can be that is never done.
func TestTheMostThatThereIs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.functions.most = 400
	b.put(t, "capped", 700, start)
	r := b.run(t, start, "capped")
	check(t, "capped", r[campaigns.Provisioned], 50, 700, 400, campaigns.Done)
	if r[campaigns.Provisioned].Note != "400 is the most that there is" {
		t.Error(r[campaigns.Provisioned].Note)
	}
}

// Seen to catch: an entry for now that waits for another day; a resource that is not there told as done.
func TestAnEventInTenMinutes(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	delete(b.tables.levels, "orders")
	b.now = start.Add(-10 * time.Minute)
	b.put(t, "soon", 700, start)
	r := b.run(t, b.now, "soon")
	check(t, "done at once", r[campaigns.Provisioned], 50, 700, 700, campaigns.Done)
	check(t, "no such table", r[campaigns.Writes], 0, 7_000, 0, campaigns.Excused)
}

// Seen to catch: a cancelled event that stays warm; a peak that was lowered and stays; a change of what is over.
func TestEntriesChange(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(t, "changed", 700, start)
	b.run(t, start.Add(-2*time.Hour), "changed")
	b.put(t, "changed", 800, start)
	r := b.run(t, start.Add(-time.Hour), "changed")
	check(t, "a higher peak", r[campaigns.Provisioned], 50, 800, 800, campaigns.Done)
	b.put(t, "changed", 800, start.Add(48*time.Hour))
	r = b.run(t, start.Add(-50*time.Minute), "changed")
	check(t, "put off", r[campaigns.Provisioned], 50, 800, 50, campaigns.Back)
	r = b.run(t, start.Add(46*time.Hour), "changed")
	check(t, "its new day", r[campaigns.Provisioned], 50, 800, 800, campaigns.Done)
	if _, err := b.service.Cancel(ctx, "changed"); err != nil {
		t.Fatal(err)
	}
	r = b.run(t, start.Add(47*time.Hour), "changed")
	check(t, "cancelled", r[campaigns.Provisioned], 50, 800, 50, campaigns.Back)
	again, err := b.service.Cancel(ctx, "changed")
	if err != nil || !again.Entry.Cancelled {
		t.Error(again, err)
	}
	if _, err := b.service.Put(ctx, wish("changed", 1, start.Add(96*time.Hour))); !errors.Is(err, campaigns.ErrOver) {
		t.Error(err)
	}
	if _, err := b.service.Cancel(ctx, "none"); !errors.Is(err, campaigns.ErrNoEvent) {
		t.Error(err)
	}
	if _, err := b.service.Put(ctx, campaigns.Wish{}); fault.Code(err) != "invalid_campaign" {
		t.Error(err)
	}
}

// Seen to catch: a time that is taken on every stage; two runs at once.
func TestRehearsalsAndRunsAtOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.put(t, "played", 700, start)
	at := start.Add(-2 * time.Hour)
	for name, in := range map[string]campaigns.Input{"both": {EventID: "played", Now: &at}, "a time": {Now: &at}, "an event": {EventID: "played"}} {
		if _, err := b.Prepare(ctx, in); fault.Code(err) != "rehearsal_refused" {
			t.Error(name, err)
		}
	}
	b.Rehearsals = true
	if mine, err := b.Ledger.Lease(ctx, b.now, b.now.Add(time.Minute)); err != nil || !mine {
		t.Fatal(mine, err)
	}
	if r, err := b.Prepare(ctx, campaigns.Input{}); err != nil || !r.Busy {
		t.Error(r, err)
	}
	b.now = b.now.Add(61 * time.Second) // its holder died
	if r, err := b.Prepare(ctx, campaigns.Input{EventID: "played", Now: &at}); err != nil || r.Busy || b.functions.levels["checkout-api"] != 700 {
		t.Error(r, err)
	}
	if _, err := b.Prepare(ctx, campaigns.Input{EventID: "none", Now: &at}); !errors.Is(err, campaigns.ErrNoEvent) {
		t.Error(err)
	}
}
