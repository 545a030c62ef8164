package campaigns

import (
	"cmp"
	"context"
	"errors"
	"time"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/fault"
)

// Calendar keeps entries.
type Calendar interface {
	// Entry returns an event's entry. Errors: ErrNoEvent.
	Entry(ctx context.Context, id string) (Entry, error)
	// Save writes an entry over the one before it, of version 0 for none, and puts it on the list of its day. Errors: ErrChanged.
	Save(ctx context.Context, e, before Entry) error
	// OfMonth lists the events that start in a month (2006-01, UTC), by id.
	OfMonth(ctx context.Context, month, after string, limit int) (list []Entry, next string, err error)
	// Results lists what became of an event's steps.
	Results(ctx context.Context, id string) ([]Result, error)
}

// State is how far a step has come.
type State string

// The states of a step.
const (
	Waiting State = "waiting" // it is not yet time
	Pending State = "pending" // asked for, and not there yet when it was read
	Done    State = "done"    // it has what is wanted
	Failed  State = "failed"  // refused, with the reason in its note
	Excused State = "excused" // the stage has none of it, for the reason in its note
	Back    State = "back"    // it is what it was, or what another event wants
	Stays   State = "stays"   // the event is over, and this is never lowered
)

// settled tells that nothing is left to do about a step, now that the event is over or before it.
func (s State) settled(over bool) bool {
	switch s {
	case Excused:
		return true
	case Done:
		return !over
	case Back, Stays:
		return over
	}
	return false
}

// Result is what a run found and did about a step.
type Result struct {
	Kind   Kind      `dynamodbav:"kind"`
	Name   string    `dynamodbav:"name"`
	Was    int64     `dynamodbav:"was"`
	Wanted int64     `dynamodbav:"wanted"`
	Is     int64     `dynamodbav:"is"`
	State  State     `dynamodbav:"state"`
	Note   string    `dynamodbav:"note,omitempty"`
	At     time.Time `dynamodbav:"at"`
}

// Step is what the result is of.
func (r Result) Step() Step { return Step{r.Kind, r.Name, r.Wanted} }

// Report is an event with its steps, and what people should read about it.
type Report struct {
	Entry    Entry
	Steps    []Result
	Warnings []string
}

// Service is what operators do with the calendar.
type Service struct {
	Calendar Calendar
	Stage    Stage
	Now      func() time.Time
}

// Put makes or changes an event. The same again changes nothing. Errors: invalid_campaign, campaign_over, campaign_changed.
func (s *Service) Put(ctx context.Context, w Wish) (Report, error) {
	now := s.Now()
	e, err := w.Entry(now)
	if err != nil {
		return Report{}, err
	}
	return s.change(ctx, e.ID, func(old Entry) (Entry, error) {
		if old.Version > 0 && (old.Over(now) || !old.Closed.IsZero()) {
			return old, ErrOver
		}
		return e, nil
	})
}

// Cancel ends an event now, or before it began; what was raised for it goes back with the next run. Errors: campaign_not_found.
func (s *Service) Cancel(ctx context.Context, id string) (Report, error) {
	return s.change(ctx, id, func(old Entry) (Entry, error) {
		if old.Version == 0 {
			return old, ErrNoEvent
		}
		old.Cancelled = true
		return old, nil
	})
}

// change saves what becomes of an event's entry, of version 0 if there is none. It is on the list of the day on which something is to be
// done about it next: of the one before, if that was earlier, for what was raised for it already.
func (s *Service) change(ctx context.Context, id string, become func(Entry) (Entry, error)) (Report, error) {
	read := func() (Entry, error) {
		e, err := s.Calendar.Entry(ctx, id)
		if errors.Is(err, ErrNoEvent) {
			return Entry{ID: id}, nil
		}
		return e, err
	}
	old, err := read()
	if err != nil {
		return Report{}, err
	}
	var saved Entry
	_, err = cas.Update(old, ErrChanged, func(old Entry) (bool, error) {
		e, err := become(old)
		if err != nil {
			return false, err
		}
		saved = e
		if !old.Closed.IsZero() {
			return false, nil // there is nothing left to change
		}
		e.Version, e.Day = old.Version+1, max(dayOf(s.Now()), dayOf(e.Warm()))
		if old.Day != "" {
			e.Day = max(dayOf(s.Now()), min(old.Day, e.Day))
		}
		saved = e
		return true, s.Calendar.Save(ctx, e, old)
	}, read)
	if err != nil {
		return Report{}, err
	}
	return s.report(ctx, saved)
}

// dayOf is the day of the lists that an instant is on.
func dayOf(t time.Time) string { return t.UTC().Format(time.DateOnly) }

// Report returns an event with what became of its steps, and those that wait. Errors: campaign_not_found.
func (s *Service) Report(ctx context.Context, id string) (Report, error) {
	e, err := s.Calendar.Entry(ctx, id)
	if err != nil {
		return Report{}, err
	}
	return s.report(ctx, e)
}

func (s *Service) report(ctx context.Context, e Entry) (Report, error) {
	found, err := s.Calendar.Results(ctx, e.ID)
	if err != nil {
		return Report{}, err
	}
	r := Report{Entry: e, Steps: merge(Plan(e, s.Stage), found)}
	if e.Closed.IsZero() && !e.Cancelled {
		r.Warnings = Warnings(e, s.Stage, s.Now())
	}
	return r, nil
}

// merge lists a plan's steps as they were found, and behind them what was found and is planned no more.
func merge(plan []Step, found []Result) (out []Result) {
	of := map[string]Result{}
	for _, r := range found {
		of[r.Step().Resource()] = r
	}
	for _, step := range plan {
		r, there := of[step.Resource()]
		if !there {
			r = Result{Kind: step.Kind, Name: step.Name, Wanted: step.Wanted, State: Waiting}
		}
		out = append(out, r)
		delete(of, step.Resource())
	}
	for _, r := range found {
		if _, left := of[r.Step().Resource()]; left {
			out = append(out, r)
		}
	}
	return out
}

// OfMonth lists the events that start in a month (2006-01, UTC), in this one for "". Errors: invalid_campaign if that is none.
func (s *Service) OfMonth(ctx context.Context, month, after string, limit int) ([]Entry, string, error) {
	month = cmp.Or(month, s.Now().UTC().Format("2006-01"))
	if _, err := time.Parse("2006-01", month); err != nil {
		return nil, "", invalid(fault.Field{Pointer: "query.month", Code: "format", Message: "must be a month, as 2026-11"})
	}
	return s.Calendar.OfMonth(ctx, month, after, limit)
}
