package rows

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"

	"golang.org/x/sync/errgroup"

	"rialto/functions/internal/fault"
)

// Max is the most rows of one batch.
const Max = 100

// atOnce is how many rows are worked on together.
const atOnce = 16

// Report says what became of each row of a batch, in the batch's order.
type Report struct {
	Rows      []Result `json:"rows"`
	Written   int      `json:"written"`
	Unchanged int      `json:"unchanged"`
	Failed    int      `json:"failed"` // how many rows have a code
}

// Result is what became of one row. Code and Message are empty if things now stand as the row says; a row whose Retry
// is true may pass if it is sent again.
type Result struct {
	Line      int           `json:"line"` // of the row in its batch, from 0
	ID        string        `json:"id,omitempty"`
	Unchanged bool          `json:"unchanged,omitempty"` // things stood so before
	Code      string        `json:"code,omitempty"`
	Message   string        `json:"message,omitempty"`
	Fields    []fault.Field `json:"fields,omitempty"`
	Retry     bool          `json:"retry,omitempty"`
}

// Row is a row while it is worked on. Its id names what it is about; a row with an error is worked on no more.
type Row[T any] struct {
	Value T
	ID    string
	Err   error
	did   bool
}

// Read decodes the rows of a batch. check finds what is wrong with one and completes it, and says what names it: of
// two rows with one name, the second is refused as duplicate_row. noun is what a row should be ("product"). Errors:
// batch_too_large.
func Read[T any](batch []json.RawMessage, noun string, check func(*T) (id string, err error)) ([]Row[T], error) {
	if err := fits(len(batch)); err != nil {
		return nil, err
	}
	list := make([]Row[T], len(batch))
	first := map[string]int{}
	for i, raw := range batch {
		r := &list[i]
		if r.Err = decode(raw, noun, &r.Value); r.Err != nil {
			continue
		}
		if r.ID, r.Err = check(&r.Value); r.Err != nil {
			continue
		}
		if n, twice := first[r.ID]; twice {
			r.Err = fault.New(fault.Conflict, "duplicate_row", "row %d has the same %s", n, noun)
			continue
		}
		first[r.ID] = i
	}
	return list, nil
}

// Of makes rows of values. Errors: batch_too_large.
func Of[T any](values []T, id func(T) string) ([]Row[T], error) {
	if err := fits(len(values)); err != nil {
		return nil, err
	}
	list := make([]Row[T], len(values))
	for i, v := range values {
		list[i] = Row[T]{Value: v, ID: id(v)}
	}
	return list, nil
}

func fits(n int) error {
	if n > Max {
		return fault.New(fault.TooLarge, "batch_too_large", "a batch has at most %d rows", Max)
	}
	return nil
}

func decode(raw json.RawMessage, noun string, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(into)
	if err == nil {
		return nil
	}
	message := "the row is no " + noun + ", or has a field that a " + noun + " does not have"
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) && wrong.Field != "" {
		message = wrong.Field + " has the wrong type"
	}
	return fault.New(fault.Malformed, "malformed_row", "%s", message).Because(err)
}

// Do works on the good rows, some at once, and reports on all. do tells whether it changed anything. Rows of one
// lane follow each other, in the batch's order.
func Do[T any](ctx context.Context, list []Row[T], lane func(Row[T]) string, do func(context.Context, T) (bool, error)) Report {
	lanes := map[string][]*Row[T]{}
	for i := range list {
		if r := &list[i]; r.Err == nil {
			lanes[lane(*r)] = append(lanes[lane(*r)], r)
		}
	}
	var g errgroup.Group
	g.SetLimit(atOnce)
	for _, of := range lanes {
		g.Go(func() error {
			for _, r := range of {
				r.did, r.Err = do(ctx, r.Value)
			}
			return nil // each row has its own error
		})
	}
	_ = g.Wait()
	return report(ctx, list)
}

// ByID is the lane of rows that are about different things.
func ByID[T any](r Row[T]) string { return r.ID }

func report[T any](ctx context.Context, list []Row[T]) Report {
	out := Report{Rows: make([]Result, len(list))}
	for i, r := range list {
		out.Rows[i] = Result{Line: i, ID: r.ID}
		switch {
		case r.Err != nil:
			out.Failed++
			out.Rows[i] = refused(out.Rows[i], r.Err)
			if out.Rows[i].Retry {
				slog.ErrorContext(ctx, "row failed", "id", r.ID, "error", r.Err)
			}
		case r.did:
			out.Written++
		default:
			out.Unchanged++
			out.Rows[i].Unchanged = true
		}
	}
	return out
}

func refused(f Result, err error) Result {
	why := fault.Of(err)
	f.Code, f.Message, f.Fields, f.Retry = why.Code, explain(why), why.Fields, why.Kind.Transient()
	return f
}

// explain joins what is wrong into one line.
func explain(f *fault.Error) string {
	if len(f.Fields) == 0 {
		return f.Message
	}
	var parts []string
	for _, field := range f.Fields {
		parts = append(parts, field.Pointer+" "+field.Message)
	}
	return strings.Join(parts, "; ")
}

// Refuse is the result of a row that was not even tried.
func Refuse(line int, err error) Result { return refused(Result{Line: line}, err) }
