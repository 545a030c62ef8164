package sweep_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/sweep"
)

// list is a list of days in memory.
type list struct {
	due   map[string][]string
	from  string
	asked []string
	fails map[string]error
}

func (l *list) SweepFrom(context.Context) (string, error) { return l.from, nil }

func (l *list) KeepSweepFrom(_ context.Context, from string) error {
	l.from = from
	return nil
}

func (l *list) Due(_ context.Context, day string) ([]string, error) {
	l.asked = append(l.asked, day)
	return slices.Clone(l.due[day]), l.fails[day]
}

// A sweep begins where everything before is done: a record that stays, or fails, and a day that cannot be read hold its begin back,
// and keep it from nothing else.
func TestDays(t *testing.T) {
	t.Parallel()
	lasting, passing := fault.New(fault.Invalid, "lasting", "it stays so"), fault.New(fault.Unavailable, "passing", "it passes")
	for name, c := range map[string]struct {
		from  string
		due   map[string][]string
		fails map[string]error
		first string // day that is read
		next  string
		n     int
		code  string
	}{
		"the first":           {first: "2026-08-29", next: "2026-11-27"},
		"nothing left":        {from: "2026-11-27", due: map[string][]string{"2026-11-26": {"a", "b"}}, first: "2026-11-25", next: "2026-11-27", n: 2},
		"none ran for long":   {from: "2026-11-01", due: map[string][]string{"2026-11-02": {"a"}}, first: "2026-11-01", next: "2026-11-27", n: 1},
		"what is not due yet": {from: "2026-11-27", due: map[string][]string{"2026-11-28": {"a"}}, first: "2026-11-25", next: "2026-11-27"},
		"one stays": {from: "2026-11-20", due: map[string][]string{"2026-11-22": {"stays"}, "2026-11-24": {"a"}},
			first: "2026-11-20", next: "2026-11-22", n: 2},
		"one fails": {from: "2026-11-20", due: map[string][]string{"2026-11-22": {"passing", "lasting", "passing"}, "2026-11-24": {"a"}},
			first: "2026-11-20", next: "2026-11-22", n: 4, code: "lasting"},
		"a day cannot be read": {from: "2026-11-20", due: map[string][]string{"2026-11-24": {"a"}}, fails: map[string]error{"2026-11-23": passing},
			first: "2026-11-20", next: "2026-11-23", n: 1, code: "passing"},
		"a mark that is no day":   {from: "yesterday", code: "internal"},
		"a mark later than today": {from: "2026-12-24", first: "2026-11-25", next: "2026-11-27"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			l := &list{due: c.due, from: c.from, fails: c.fails}
			now := time.Date(2026, 11, 27, 23, 59, 59, 0, time.UTC)
			n, err := sweep.Days(t.Context(), l, now, sweep.Options{Back: 2, AtOnce: 2}, func(_ context.Context, d string) (bool, error) {
				switch d {
				case "stays":
					return false, nil
				case "lasting":
					return false, lasting
				case "passing":
					return false, passing
				}
				return true, nil
			})
			if n != c.n || fault.Code(err) != c.code {
				t.Fatalf("%d, %v", n, err)
			}
			if c.first == "" {
				return
			}
			if len(l.asked) == 0 || l.asked[0] != c.first || l.asked[len(l.asked)-1] != "2026-11-27" || l.from != c.next {
				t.Errorf("read %v, the next begins at %s", l.asked, l.from)
			}
		})
	}
}

// What cannot be kept is told.
type readOnly struct{ *list }

func (readOnly) KeepSweepFrom(context.Context, string) error { return errors.New("no") }

func TestAMarkThatIsNotKept(t *testing.T) {
	t.Parallel()
	done := func(context.Context, string) (bool, error) { return true, nil }
	_, err := sweep.Days(t.Context(), readOnly{&list{}}, time.Now(), sweep.Options{AtOnce: 1}, done)
	if err == nil {
		t.Error("no error")
	}
}
