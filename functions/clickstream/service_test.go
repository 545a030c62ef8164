package clickstream

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// lake is files in memory. die, if set, is asked before each write whether the consumer dies there.
type lake struct {
	raw     map[string][]Row
	invalid map[string][]Invalid
	tallies map[string]Tally
	die     func() bool
}

func newLake() *lake {
	return &lake{map[string][]Row{}, map[string][]Invalid{}, map[string]Tally{}, func() bool { return false }}
}

var errKilled = errors.New("killed")

func (l *lake) put(do func()) error {
	if l.die() {
		return errKilled
	}
	do()
	if l.die() { // written, and nobody was told
		return errKilled
	}
	return nil
}

func (l *lake) WriteRaw(_ context.Context, hour time.Time, s Span, rows []Row) error {
	return l.put(func() { l.raw[fmt.Sprint(hour, s)] = rows })
}

func (l *lake) WriteInvalid(_ context.Context, received time.Time, s Span, list []Invalid) error {
	return l.put(func() { l.invalid[fmt.Sprint(received, s)] = list })
}

func (l *lake) WriteTally(_ context.Context, received time.Time, s Span, t Tally) error {
	return l.put(func() { l.tallies[fmt.Sprint(received, s)] = t })
}

// deliver feeds a shard as Lambda does: a batch that fails comes again, whole or, as often, in halves; and a poller that was
// started again takes up where it last knew, in batches of other sizes.
func deliver(t *testing.T, c Consumer, records []Record, dice *rand.Rand) {
	t.Helper()
	var try func(list []Record)
	try = func(list []Record) {
		for range 50 {
			if err := c.Consume(t.Context(), list); err == nil {
				return
			} else if !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			if n := len(list); n > 1 && dice.IntN(2) == 0 {
				try(list[:n/2])
				try(list[n/2:])
				return
			}
		}
		t.Fatal("it is killed each time")
	}
	for at := 0; at < len(records); {
		n := min(1+dice.IntN(12), len(records)-at)
		try(records[at : at+n])
		at += n
		if back := dice.IntN(10); back > 6 && at < len(records) {
			at = max(0, at-back) // as far as the poller knows, these are new
		}
	}
}

// However often the consumer is killed, before and after any write, each event is in the lake exactly once.
func TestKillsLoseAndDoubleNothing(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		dice := rand.New(rand.NewPCG(seed, 1))
		l := newLake()
		l.die = func() bool { return dice.IntN(25) == 0 }
		sent := map[string]bool{}
		var records []Record
		for i := range 80 {
			b := example(t)
			b["session_id"] = fmt.Sprintf("session-%012d", i%17)
			for n := range b["events"].([]any) {
				e := event(b, n)
				e["event_id"] = fmt.Sprintf("event-%06d-%06d", i, n)
				e["timestamp"] = noon.Add(-time.Duration(dice.IntN(400)) * time.Minute)
				sent[e["event_id"].(string)] = true
			}
			r := recordOf(t, b)
			r.Sequence = fmt.Sprintf("%056d", i)
			records = append(records, r)
		}
		deliver(t, Consumer{Lake: l, Pseudonyms: reader.Pseudonyms}, records, dice)
		count := map[string]int{}
		hours := map[time.Time][]Row{}
		for _, rows := range l.raw {
			for _, r := range rows {
				hours[r.Hour()] = append(hours[r.Hour()], r)
			}
		}
		copies := 0
		for _, rows := range hours {
			out := Settle(rows)
			copies += out.Copies
			if len(out.Conflicts)+len(out.Bots) > 0 {
				t.Fatalf("seed %d: %d conflicts, %d bots", seed, len(out.Conflicts), len(out.Bots))
			}
			for _, r := range out.Events {
				count[r.EventID]++
			}
		}
		want := map[string]int{}
		for id := range sent {
			want[id] = 1
		}
		if !maps.Equal(want, count) {
			t.Errorf("seed %d: %d events sent, %d in the lake, not each once", seed, len(want), len(count))
		}
		if copies == 0 {
			t.Errorf("seed %d: nothing was ever written twice, so nothing was shown", seed)
		}
	}
}

// Rows go to the hour of the event; what is late joins it.
func TestLateEventsGoToTheirHour(t *testing.T) {
	t.Parallel()
	l := newLake()
	b := example(t)
	event(b, 0)["timestamp"] = noon.Add(-6 * 24 * time.Hour)
	if err := (Consumer{Lake: l, Pseudonyms: reader.Pseudonyms}).Consume(t.Context(), []Record{recordOf(t, b)}); err != nil {
		t.Fatal(err)
	}
	hours := map[string]int{}
	for _, rows := range l.raw {
		for _, r := range rows {
			hours[r.Hour().Format(time.RFC3339)]++
		}
	}
	if diff := cmp.Diff(map[string]int{"2026-11-21T12:00:00Z": 1, "2026-11-27T08:00:00Z": 6}, hours); diff != "" {
		t.Error(diff)
	}
}

// A tally sums up, and a batch that is of no one shard is not written at all.
func TestATallySumsUp(t *testing.T) {
	t.Parallel()
	l := newLake()
	half := example(t)
	for n := range 3 {
		event(half, n)["action_name"] = "stare"
	}
	refused := example(t)
	refused["consent"] = map[string]any{}
	bot := recordOf(t, example(t))
	bot.Agent = ""
	none := recordOf(t, nil)
	none.Origin, none.Body = "", []byte("what is this")
	c := Consumer{Lake: l, Pseudonyms: reader.Pseudonyms}
	if err := c.Consume(t.Context(), []Record{recordOf(t, half), recordOf(t, refused), bot, none}); err != nil {
		t.Fatal(err)
	}
	want := Tally{Records: 4, Events: 22, Kept: 11, Refused: 7, Invalid: map[Reason]int{unknownAction: 3, malformedRecord: 1},
		Bots: map[string]int{botBare: 7}}
	got := slices.Collect(maps.Values(l.tallies))
	if diff := cmp.Diff([]Tally{want}, got); diff != "" {
		t.Error(diff)
	}
	other := recordOf(t, half)
	other.Shard = "shardId-000000000001"
	if c.Consume(t.Context(), nil) == nil || c.Consume(t.Context(), []Record{bot, other}) == nil {
		t.Error("records of no shard or of two are taken")
	}
}
