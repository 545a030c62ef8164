package notifications

import (
	"context"
	"time"

	"rialto/functions/internal/sweep"
)

// Due is an order whose customer is asked for reviews at a time.
type Due struct {
	OrderID string    `json:"order_id" dynamodbav:"order_id"`
	Subject string    `json:"subject" dynamodbav:"subject"` // the parcel whose delivery it is about
	At      time.Time `json:"at" dynamodbav:"at"`
}

// Day is the day on whose list it stands.
func (d Due) Day() string { return d.At.UTC().Format(time.DateOnly) }

// review is when a delivery's goods are asked about; never on a day that is over, which no sweep comes to.
func (n Notice) review(after time.Duration, now time.Time) Due {
	at := n.At.Add(after).UTC()
	if at.Before(now) {
		at = now.UTC()
	}
	return Due{n.OrderID, n.Subject, at}
}

// DueList is what is due, day by day.
type DueList interface {
	sweep.List[Due]
	RemoveDue(ctx context.Context, d Due) error
}

// Queue is the notifier's own.
type Queue interface {
	ReviewDue(ctx context.Context, d Due) error
}

// Reminder has customers asked for reviews some days after their goods came.
type Reminder struct {
	List  DueList
	Queue Queue
	Now   func() time.Time
}

// Reminded is what a sweep found.
type Reminded struct {
	Due int `json:"due"`
}

// reminding is how a sweep goes about it.
var reminding = sweep.Options{Back: 1, AtOnce: 20}

// Remind hands what is due to the notifier, which asks once an order.
func (r *Reminder) Remind(ctx context.Context, _ struct{}) (Reminded, error) {
	n, err := sweep.Days(ctx, r.List, r.Now(), reminding, func(ctx context.Context, d Due) (bool, error) {
		if d.At.After(r.Now()) {
			return false, nil
		}
		if err := r.Queue.ReviewDue(ctx, d); err != nil {
			return false, err
		}
		return true, r.List.RemoveDue(ctx, d)
	})
	return Reminded{n}, err
}
