package operators_test

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/fault"
	"rialto/functions/operators"
)

var (
	ctx  = context.Background()
	noon = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	call = operators.Call{Name: "refundOrder", Operator: "opr_1", Subject: "ord_1", Reason: "arrived broken"}
)

func TestMain(m *testing.M) {
	slog.SetDefault(slog.New(slog.DiscardHandler)) // what is lost is lost on purpose
	os.Exit(m.Run())
}

// log is a Log in memory that fails from one line on.
type log struct {
	operators.Log
	lines []operators.Entry
	fails int // the number of the first line that cannot be written, 0 for none
}

func (l *log) Append(_ context.Context, e operators.Entry) error {
	if l.fails > 0 && len(l.lines)+1 >= l.fails {
		return fault.New(fault.Unavailable, "away", "the log is away")
	}
	l.lines = append(l.lines, e)
	return nil
}

func do(l *log, what func(context.Context) error) error {
	a := &operators.Audit{Log: l, Random: strings.NewReader(strings.Repeat("r", 16)), Now: func() time.Time { return noon }}
	return a.Do(ctx, call, what)
}

// Seen to catch: a call written after it was done; an outcome that says done of what failed; a failure of the log that hides what was
// done.
func TestACallIsWrittenBeforeAndAfter(t *testing.T) {
	t.Parallel()
	refused := fault.New(fault.Conflict, "nothing_left", "nothing is left")
	for name, c := range map[string]struct {
		log      log
		err      error
		did      bool
		answers  string
		outcomes []string
	}{
		"done":                {did: true, outcomes: []string{"", operators.Done}},
		"refused":             {err: refused, did: true, answers: "nothing_left", outcomes: []string{"", "nothing_left"}},
		"broken":              {err: errors.New("a bug"), did: true, answers: "internal", outcomes: []string{"", "internal"}},
		"not written":         {log: log{fails: 1}, answers: "away"},
		"no outcome":          {log: log{fails: 2}, did: true, outcomes: []string{""}},
		"refused, no outcome": {log: log{fails: 2}, err: refused, did: true, answers: "nothing_left", outcomes: []string{""}},
	} {
		did := false
		err := do(&c.log, func(context.Context) error {
			if did = true; len(c.log.lines) != 1 {
				t.Errorf("%s: done before it was written", name)
			}
			return c.err
		})
		var outcomes []string
		for _, e := range c.log.lines {
			outcomes = append(outcomes, e.Outcome)
			if e.Call != call || !e.At.Equal(noon) || e.ID != c.log.lines[0].ID {
				t.Errorf("%s: %+v", name, e)
			}
		}
		if diff := cmp.Diff(c.outcomes, outcomes); diff != "" || did != c.did || fault.Code(err) != c.answers {
			t.Errorf("%s: did it %v, %v, %s", name, did, err, diff)
		}
	}
}
