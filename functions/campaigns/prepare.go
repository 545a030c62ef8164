package campaigns

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/sweep"
)

// Warmer reads and sets resources of one kind.
type Warmer interface {
	// Read returns what a resource has now. Errors: Absent ones if the stage has no such resource.
	Read(ctx context.Context, name string) (Level, error)
	// Set asks for a level, and returns what the resource has after that: often not yet what was asked for.
	Set(ctx context.Context, name string, level int64) (Level, error)
}

// Level is what a resource has, and the most that it can have, 0 if that is not known.
type Level struct{ Is, Most int64 }

// Absence says why the stage has no such resource.
func Absence(reason string) error {
	return fault.New(fault.NotFound, "not_on_this_stage", "%s", reason)
}

var errAbsent = fault.New(fault.NotFound, "not_on_this_stage", "")

// Claims are what events want of a resource, and what it was before any did.
type Claims struct {
	Was    *int64 // nil while nobody claims it
	Wanted map[string]int64
}

// target is what the resource is to be: what it was, or the most that is claimed.
func (c Claims) target() int64 {
	most := *c.Was
	for _, n := range c.Wanted {
		most = max(most, n)
	}
	return most
}

// Ledger keeps what runs do.
type Ledger interface {
	Calendar
	sweep.List[string] // ids of open events, by day
	// Lease gives the caller all runs until a time, and tells whether nobody else has them. Release gives them back.
	Lease(ctx context.Context, now, until time.Time) (bool, error)
	Release(ctx context.Context) error
	Keep(ctx context.Context, eventID string, r Result) error

	Claims(ctx context.Context, resource string) (Claims, error)
	// Claim writes down what an event wants of a resource, and what that was unless it is written already.
	Claim(ctx context.Context, resource, eventID string, wanted, was int64) error
	Unclaim(ctx context.Context, resource, eventID string) error
	// Forget drops what a resource was, which it is again.
	Forget(ctx context.Context, resource string) error
}

// Preparer warms what is due.
type Preparer struct {
	Ledger  Ledger
	Stage   Stage
	Warmers map[Kind]Warmer
	Now     func() time.Time
	// Rehearsals may say what time it is, of one event: on the local stage.
	Rehearsals bool
}

// Input is what a run is told: nothing by the schedule, an event and a time in a rehearsal.
type Input struct {
	EventID string     `json:"event_id,omitempty"`
	Now     *time.Time `json:"now,omitempty"`
}

// Run is what a run did.
type Run struct {
	Busy   bool `json:"busy,omitempty"` // another one is under way: nothing was done
	Events int  `json:"events"`
}

// errRehearsal refuses to move the clock where others live by it.
var errRehearsal = fault.New(fault.Forbidden, "rehearsal_refused", "an event and a time are taken on the local stage alone")

const (
	// leaseFor is longer than a run can last: Lambda ends it before.
	leaseFor = 6 * time.Minute
	// backWithin is how long after the event all has to be back.
	backWithin = 2 * time.Hour
)

// Prepare does what is due: all open events of the days up to today, or one as if it were another time. What one event meets does not keep
// it from the others. Errors: rehearsal_refused, campaign_not_found of a rehearsal.
func (p *Preparer) Prepare(ctx context.Context, in Input) (out Run, err error) {
	rehearsal := in.EventID != "" || in.Now != nil
	if rehearsal && (!p.Rehearsals || in.EventID == "" || in.Now == nil) {
		return out, errRehearsal
	}
	now := p.Now()
	mine, err := p.Ledger.Lease(ctx, now, now.Add(leaseFor))
	if err != nil || !mine {
		return Run{Busy: err == nil}, err
	}
	defer func() { err = errors.Join(err, p.Ledger.Release(context.WithoutCancel(ctx))) }()
	if rehearsal {
		_, err = p.event(ctx, in.EventID, in.Now.UTC())
		return Run{Events: 1}, err
	}
	out.Events, err = sweep.Days(ctx, p.Ledger, now, sweep.Options{Back: 1, AtOnce: 1}, func(ctx context.Context, id string) (bool, error) {
		return p.event(ctx, id, now)
	})
	return out, err
}

// event does what is due for an event, and tells whether it is off its list.
func (p *Preparer) event(ctx context.Context, id string, now time.Time) (closed bool, err error) {
	e, err := p.Ledger.Entry(ctx, id)
	if err != nil {
		return false, err
	}
	if !e.Closed.IsZero() {
		return true, nil
	}
	found, err := p.Ledger.Results(ctx, id)
	if err != nil {
		return false, err
	}
	over, left := e.Over(now), 0
	steps := Plan(e, p.Stage)
	for _, before := range merge(steps, found) {
		i := slices.IndexFunc(steps, func(s Step) bool { return s.Resource() == before.Step().Resource() })
		wanted := i >= 0 && !over && !now.Before(e.Start.Add(-before.Kind.begins()))
		if !wanted && before.State == Waiting {
			continue // it was never raised
		}
		if wanted {
			before.Wanted = steps[i].Wanted
		}
		if !wanted && before.State.settled(true) {
			continue
		}
		r := p.step(ctx, e, before, wanted)
		r.At = now
		if err := p.Ledger.Keep(ctx, id, r); err != nil {
			return false, err
		}
		if !r.State.settled(!wanted) {
			left++
			p.ring(ctx, e, r, now, wanted)
		}
	}
	if !over || left > 0 {
		return false, nil
	}
	done := e
	done.Closed, done.Day, done.Version = now, "", e.Version+1
	return true, p.Ledger.Save(ctx, done, e)
}

// ring tells somebody of what is not done in time.
func (p *Preparer) ring(ctx context.Context, e Entry, r Result, now time.Time, raising bool) {
	about := []any{"event", e.ID, "step", r.Step().Resource(), "wanted", r.Wanted, "is", r.Is, "state", r.State, "reason", r.Note}
	switch {
	case raising && !now.Before(e.Start.Add(-r.Kind.due())):
		slog.ErrorContext(ctx, "a step of an event is not done in time", append(about, "alarm", "unprepared")...)
	case !raising && e.Over(now) && now.After(e.End.Add(backWithin)):
		slog.ErrorContext(ctx, "what an event raised has not gone back", append(about, "alarm", "still-raised")...)
	default:
		slog.WarnContext(ctx, "a step of an event is not done yet", about...)
	}
}

// step raises a resource for an event or lets it go, and says what it found.
func (p *Preparer) step(ctx context.Context, e Entry, r Result, raise bool) Result {
	if reason, absent := p.Stage.Absent[r.Kind]; absent {
		r.State, r.Note = Excused, reason
		return r
	}
	w, there := p.Warmers[r.Kind]
	if !there {
		r.State, r.Note = Failed, "nothing here knows how to do it"
		return r
	}
	do := p.lower
	if raise {
		do = p.raise
	}
	r.Note = ""
	r, err := do(ctx, e, w, r)
	switch {
	case errors.Is(err, errAbsent):
		r.State, r.Note = Excused, fault.Of(err).Message
	case err != nil:
		slog.WarnContext(ctx, "a step of an event failed", "event", e.ID, "step", r.Step().Resource(), "error", err)
		r.State, r.Note = Failed, reasonOf(err)
	}
	return r
}

// reasonOf is an error for the report, which operators read.
func reasonOf(err error) string {
	const most = 300
	text := []rune(err.Error())
	return string(text[:min(len(text), most)])
}

// raise claims a resource, asks for what is claimed unless it has it, and reads it anew.
func (p *Preparer) raise(ctx context.Context, e Entry, w Warmer, r Result) (Result, error) {
	level, err := w.Read(ctx, r.Name)
	if err != nil {
		return r, err
	}
	r.Is = level.Is
	resource := r.Step().Resource()
	if err := p.Ledger.Claim(ctx, resource, e.ID, r.Wanted, level.Is); err != nil {
		return r, err
	}
	c, err := p.Ledger.Claims(ctx, resource)
	if err != nil || c.Was == nil {
		return r, fmt.Errorf("read what is claimed of %s: %w", resource, err)
	}
	r.Was = *c.Was
	target := c.target()
	if level.Most > 0 && target > level.Most {
		target, r.Note = level.Most, fmt.Sprintf("%d is the most that there is", level.Most)
	}
	if level.Is < target {
		if level, err = w.Set(ctx, r.Name, target); err != nil {
			return r, err
		}
	}
	r.Is, r.State = level.Is, Pending
	if r.Is >= min(r.Wanted, target) {
		r.State = Done
	}
	return r, nil
}

// lower gives up an event's claim of a resource, which goes back to what it was or to what others claim.
func (p *Preparer) lower(ctx context.Context, e Entry, w Warmer, r Result) (Result, error) {
	resource := r.Step().Resource()
	if err := p.Ledger.Unclaim(ctx, resource, e.ID); err != nil {
		return r, err
	}
	c, err := p.Ledger.Claims(ctx, resource)
	if err != nil {
		return r, err
	}
	level, err := w.Read(ctx, r.Name)
	if err != nil {
		return r, err
	}
	if c.Was == nil { // nothing was ever raised
		r.Is, r.State = level.Is, Back
		return r, nil
	}
	target := c.target()
	if level.Is != target && !r.Kind.stays() {
		if level, err = w.Set(ctx, r.Name, target); err != nil {
			return r, err
		}
	}
	r.Is, r.State = level.Is, Pending
	switch {
	case r.Kind.stays():
		r.State, r.Note = Stays, "is never lowered"
	case level.Is == target:
		r.State = Back
	case level.Most > 0 && level.Is == min(target, level.Most):
		r.State = Back
	}
	if r.State != Pending && len(c.Wanted) == 0 {
		return r, p.Ledger.Forget(ctx, resource)
	}
	return r, nil
}
