package operators

import (
	"cmp"
	"context"
	"io"
	"log/slog"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// Log keeps the audit log.
type Log interface {
	// Append adds a line, of which there is none yet.
	Append(ctx context.Context, e Entry) error
	// Day lists a day's lines (RFC 3339 full-date, UTC), the latest first, after a place ("" for the first); next is "" on the last page.
	Day(ctx context.Context, day, after string, limit int) (list []Entry, next string, err error)
	// About lists the lines about a subject likewise.
	About(ctx context.Context, subject, after string, limit int) (list []Entry, next string, err error)
}

// Audit writes down what operators do.
type Audit struct {
	Log    Log
	Random io.Reader
	Now    func() time.Time
}

// Do does what a call asks for: it is written to the log before, and its outcome after. Errors: those of do, and of the log if the
// call could not be written, when nothing is done.
func (a *Audit) Do(ctx context.Context, c Call, do func(context.Context) error) error {
	id, err := ids.New(ids.Call, a.Random)
	if err != nil {
		return err
	}
	if err := a.Log.Append(ctx, Entry{ID: id, At: a.Now().UTC(), Call: c}); err != nil {
		return err
	}
	failed := do(ctx)
	e := Entry{ID: id, At: a.Now().UTC(), Call: c, Outcome: cmp.Or(fault.Code(failed), Done)}
	if err := a.Log.Append(context.WithoutCancel(ctx), e); err != nil { // what was done is done: who asked is told how it ended
		slog.ErrorContext(ctx, "an operator's call stands in the audit log without its outcome", "alarm", "audit-incomplete", "call_id", id,
			"call", c.Name, "subject", c.Subject, "outcome", e.Outcome, "error", err)
	}
	return failed
}

// Entries lists the lines about a subject or, without one, of a day (RFC 3339 full-date, UTC; "" for today), the latest first, and where
// the next page begins, "" on the last.
func (a *Audit) Entries(ctx context.Context, subject, day, after string, limit int) ([]Entry, string, error) {
	if subject != "" {
		return a.Log.About(ctx, subject, after, limit)
	}
	return a.Log.Day(ctx, cmp.Or(day, a.Now().UTC().Format(time.DateOnly)), after, limit)
}
