package paymentsstore

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/internal/store"
	"rialto/functions/internal/sweep/sweepstore"
	"rialto/functions/payments"
)

// What is looked at on a day is an item beside the payments: PK !due#<day>#<bucket>, SK <order_id>#<group>[#<refund>]. An order goes to the
// bucket that its id says, so that a day's orders spread over partitions.
const (
	beside    = "!" // begins the keys of what is no payment
	duePrefix = beside + "due#"
	buckets   = 8
)

func dayKey(prefix, day, bucket string) string { return prefix + day + "#" + bucket }

func placeOf(prefix string, d payments.Due) store.Key {
	return store.Key{PK: dayKey(prefix, d.Day, strconv.Itoa(store.Bucket(d.OrderID, buckets))),
		SK: strings.TrimSuffix(d.OrderID+"#"+d.Group+"#"+d.Refund, "#")}
}

// Watch puts a payment on a day's list.
func (s Store) Watch(ctx context.Context, d payments.Due) error {
	if _, err := s.DB.Apply(ctx, store.Put(table, placeOf(duePrefix, d), d).Named("due")); err != nil {
		return fmt.Errorf("watch payment: %w", err)
	}
	return nil
}

// Due lists a day's payments.
func (s Store) Due(ctx context.Context, day string) ([]payments.Due, error) {
	return s.listed(ctx, duePrefix, day)
}

func (s Store) listed(ctx context.Context, prefix, day string) ([]payments.Due, error) {
	var out []payments.Due
	for b := range buckets {
		for i, err := range store.Items(ctx, s.DB, store.Query{Table: table, Hash: dayKey(prefix, day, strconv.Itoa(b))}) {
			var d payments.Due
			if err == nil {
				err = store.Unmarshal(i, &d)
			}
			if err != nil {
				return nil, fmt.Errorf("list %s: %w", strings.Trim(prefix, beside+"#"), err)
			}
			out = append(out, d)
		}
	}
	return out, nil
}

func (s Store) mark() sweepstore.Mark {
	return sweepstore.Mark{DB: s.DB, Table: table, Name: "renew", Sorted: true}
}

// SweepFrom returns the day that the next sweep begins with.
func (s Store) SweepFrom(ctx context.Context) (string, error) { return s.mark().SweepFrom(ctx) }

// KeepSweepFrom keeps it.
func (s Store) KeepSweepFrom(ctx context.Context, day string) error {
	return s.mark().KeepSweepFrom(ctx, day)
}

// Unwatch takes a payment off a day's list.
func (s Store) Unwatch(ctx context.Context, d payments.Due) error {
	if _, err := s.DB.Apply(ctx, store.Delete(table, placeOf(duePrefix, d)).Named("due")); err != nil {
		return fmt.Errorf("take off what was due: %w", err)
	}
	return nil
}

func text(v types.AttributeValue) string {
	if s, ok := v.(*types.AttributeValueMemberS); ok {
		return s.Value
	}
	return ""
}
