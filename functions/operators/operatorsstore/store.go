// Package operatorsstore keeps the audit log in the table audit_log: an item a line, under the day that it was written on (UTC), in the
// order of time. In the index about it stands under its subject. Nothing here updates or deletes.
package operatorsstore

import (
	"context"
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/store"
	"rialto/functions/operators"
)

const (
	table = "audit_log"
	about = "about"
)

// Store is the only code that knows these keys.
type Store struct{ DB store.DB }

// line is a stored Entry. Its place is unique: a call has one line without an outcome and one with it.
type line struct {
	ID       string    `dynamodbav:"call_id"`
	At       time.Time `dynamodbav:"at"`
	Call     string    `dynamodbav:"call"`
	Operator string    `dynamodbav:"operator"`
	Subject  string    `dynamodbav:"subject,omitempty"` // absent, a line is not in the index
	Place    string    `dynamodbav:"place"`             // the sort key, for the index
	Reason   string    `dynamodbav:"reason,omitempty"`
	Outcome  string    `dynamodbav:"outcome,omitempty"`
}

// asked and answered end the place of a call's two lines, in this order if they have one time.
const (
	asked    = "#0"
	answered = "#1"
)

func key(e operators.Entry) store.Key {
	end := asked
	if e.Outcome != "" {
		end = answered
	}
	at := e.At.UTC()
	return store.Key{PK: at.Format(time.DateOnly), SK: at.Format(store.Sortable) + "#" + e.ID + end}
}

// Append implements operators.Log.
func (s Store) Append(ctx context.Context, e operators.Entry) error {
	k := key(e)
	l := line{e.ID, e.At.UTC(), e.Name, e.Operator, e.Subject, k.SK, e.Reason, e.Outcome}
	_, err := s.DB.Apply(ctx, store.Put(table, k, l).If(store.Absent()).Named("line"))
	return store.Explained("append to the audit log", err, errBusy)
}

var errBusy = fault.New(fault.Throttled, "audit_log_throttled", "the audit log takes no more just now; send the same request again")

// Day implements operators.Log.
func (s Store) Day(ctx context.Context, day, after string, limit int) ([]operators.Entry, string, error) {
	q := store.Query{Table: table, Hash: day}
	if after != "" {
		q.After, _ = store.Marshal(map[string]string{"pk": day, "sk": after}) // a map of texts always marshals
	}
	return s.list(ctx, q, limit)
}

// About implements operators.Log.
func (s Store) About(ctx context.Context, subject, after string, limit int) ([]operators.Entry, string, error) {
	q := store.Query{Table: table, Index: about, HashAttr: "subject", SortAttr: "place", Hash: subject}
	if len(after) >= len(time.DateOnly) {
		q.After, _ = store.Marshal(map[string]string{"pk": after[:len(time.DateOnly)], "sk": after, "subject": subject, "place": after})
	}
	return s.list(ctx, q, limit)
}

func (s Store) list(ctx context.Context, q store.Query, limit int) (list []operators.Entry, next string, err error) {
	q.Limit, q.Reverse = limit, true
	p, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("read the audit log: %w", err)
	}
	var lines []line
	if err := store.UnmarshalAll(p.Items, &lines); err != nil {
		return nil, "", fmt.Errorf("read the audit log: %w", err)
	}
	for _, l := range lines {
		list = append(list, operators.Entry{ID: l.ID, At: l.At.UTC(), Outcome: l.Outcome,
			Call: operators.Call{Name: l.Call, Operator: l.Operator, Subject: l.Subject, Reason: l.Reason}})
		next = l.Place
	}
	if p.Next == nil {
		next = ""
	}
	return list, next, nil
}
