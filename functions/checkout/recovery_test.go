package checkout

import (
	"context"
	"errors"
	"testing"
	"time"
)

// record is a store with one record, and a runner that leaves it as it is, or in another state.
type record struct {
	RecoveryStore
	r      Record
	after  State // what a run comes to, "" if it says nothing
	fails  error
	due    time.Time
	mark   string
	broken error // what the due index answers
}

func (s *record) Get(context.Context, string) (Record, bool, error) { return s.r, true, nil }

func (s *record) Postpone(_ context.Context, _ string, due time.Time) error {
	s.due = due
	return nil
}

func (s *record) Run(context.Context, Input) (Answer, bool, error) {
	if s.after != "" {
		s.r.State = s.after
	}
	return Answer{}, false, s.fails
}

func (s *record) SweepFrom(context.Context) (string, error) { return s.mark, nil }

func (s *record) KeepSweepFrom(_ context.Context, from string) error {
	s.mark = from
	return nil
}

func (s *record) DueIn(context.Context, time.Time, int) ([]string, error) { return nil, s.broken }

// A record that a recovery leaves open is due again, minutes later; one that is over is not looked at any more. Seen to catch: an open
// record that is taken for done; one that stays due in a minute that is over.
func TestARecoveryThatDoesNotFinishComesAgain(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	away := errors.New("away")
	for name, c := range map[string]struct {
		state, after State
		due          time.Duration
		fails        error
		wait         time.Duration
		again        bool
	}{
		"it ends":              {Waiting, Failed, 0, nil, 0, false},
		"it says nothing":      {Waiting, "", 0, nil, again, true},
		"it fails":             {Open, "", 0, away, again, true},
		"not due yet":          {Waiting, "", time.Minute, nil, time.Minute, false},
		"over before":          {Placed, "", -time.Hour, away, 0, false},
		"it ends unanswerably": {Open, Failed, -time.Hour, nil, 0, false},
	} {
		s := &record{r: Record{State: c.state, DueAt: now.Add(c.due)}, after: c.after, fails: c.fails}
		random := counted(0)
		v := &Recovery{Store: s, Runner: s, Now: func() time.Time { return now }, Random: &random}
		wait, err := v.Check(t.Context(), "chk_1")
		if wait != c.wait || (err != nil) != c.again || c.fails != nil && c.again && !errors.Is(err, away) {
			t.Errorf("%s: %s, %v", name, wait, err)
		}
		if s.due.Equal(now.Add(again)) != c.again || s.due.IsZero() == c.again {
			t.Errorf("%s: due %s", name, s.due)
		}
	}
}

// A sweep that could not read goes over the same minutes the next time. Seen to catch: a mark that is kept all the same.
func TestASweepThatFailsComesAgain(t *testing.T) {
	t.Parallel()
	s := &record{mark: "2026-11-27T11:57:00Z", broken: errors.New("away")}
	v := &Recovery{Store: s, Now: func() time.Time { return time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC) }, Buckets: 3}
	if n, err := v.Sweep(t.Context(), 4); err == nil || n != 0 || s.mark != "2026-11-27T11:57:00Z" {
		t.Errorf("%d %v, the next begins at %s", n, err, s.mark)
	}
	s.broken = nil
	if n, err := v.Sweep(t.Context(), 4); err != nil || n != 0 || s.mark != "2026-11-27T11:59:00Z" {
		t.Errorf("%d %v, the next begins at %s", n, err, s.mark)
	}
}
