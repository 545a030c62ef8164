// Package checkoutstore keeps checkout records in the table checkouts: PK checkout_id, which is derived from
// customer and idempotency key, and the sparse index due (due_bucket, due_at), which open records alone are in. Beside them
// stands under a cart's id which of its checkouts began to wait for its bank last, so that the next one can give that up.
// Every change is one conditional write, and each repeats harmlessly after a lost answer.
package checkoutstore

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/internal/store"
	"rialto/functions/internal/sweep/sweepstore"
)

const table = "checkouts"

// keep is how long a terminal record stays after its key is free again; housekeeping only.
const keep = 30 * 24 * time.Hour

// Store reads and writes records. Buckets is how many partitions one minute of the due index has.
type Store struct {
	DB      store.DB
	Buckets int
	Pivot   Pivot
}

func key(id string) store.Key { return store.Key{PK: id} }

var (
	open     = store.Any(store.Eq("state", string(checkout.Open)), store.Eq("state", string(checkout.Waiting)))
	terminal = store.Any(store.Eq("state", string(checkout.Placed)), store.Eq("state", string(checkout.Failed)))
)

// mine holds while no other run has the record.
func mine(ref checkout.Ref) store.Cond {
	return store.All(same(ref), store.Eq("epoch", ref.Epoch), store.Any(store.Lacks("run"), store.Eq("run", ref.Run)))
}

// same holds while the record is of the order that ref knows: a key that is used anew makes another record under the
// same id, which nothing that was begun for the last one may touch.
func same(ref checkout.Ref) store.Cond { return store.Eq("order_id", ref.OrderID) }

// Get returns a record, and whether there is one.
func (s Store) Get(ctx context.Context, id string) (checkout.Record, bool, error) {
	i, err := s.DB.Get(ctx, table, key(id))
	if err != nil || i == nil {
		return checkout.Record{}, false, err
	}
	r, err := fromItem(i)
	return r, err == nil, err
}

// Begin writes a new record; one that is open, or terminal and younger than checkout.KeyFor, stays and is
// returned instead.
func (s Store) Begin(ctx context.Context, r checkout.Record) (*checkout.Record, error) {
	rec, err := s.toRecord(r)
	if err != nil {
		return nil, err
	}
	free := r.CreatedAt.Add(-checkout.KeyFor).UnixMilli()
	_, err = s.DB.Apply(ctx, store.Put(table, key(r.ID), rec).If(store.Any(store.Absent(), store.All(terminal, store.Lt("created_at", free)))))
	return found(err)
}

// Claim gives the record to ref's run.
func (s Store) Claim(ctx context.Context, ref checkout.Ref, d *checkout.Draft, expiresAt time.Time) (checkout.Record, error) {
	w := store.Update(table, key(ref.ID)).Set("run", ref.Run).Set("state", string(checkout.Open)).SetIfAbsent("expires_at", expiresAt.UnixMilli()).
		If(open, mine(ref))
	if d == nil {
		w = w.If(store.Has("draft"))
	} else {
		hash, err := d.Hash()
		if err != nil {
			return checkout.Record{}, err
		}
		w = w.SetIfAbsent("effects", toEffects(d.Effects())).
			SetIfAbsent("draft_hash", hash).If(store.Any(store.Lacks("draft_hash"), store.Eq("draft_hash", hash)))
	}
	i, err := s.DB.Apply(ctx, w)
	if _, refused := store.FailedCondition(err); refused {
		return checkout.Record{}, checkout.ErrClaimLost.Because(err)
	}
	if err != nil {
		return checkout.Record{}, err
	}
	r, err := fromItem(i)
	if d != nil {
		r.Draft = d
	}
	return r, err
}

// AwaitAction makes the record wait until its holds expire.
func (s Store) AwaitAction(ctx context.Context, ref checkout.Ref, next checkout.NextAction, claimed checkout.Claimed) (checkout.Record, error) {
	draft, err := json.Marshal(claimed.Draft)
	if err != nil {
		return checkout.Record{}, fmt.Errorf("write draft: %w", err)
	}
	due := claimed.ExpiresAt
	if _, err := s.DB.Apply(ctx, store.Put(table, key(claimed.Draft.CartID), waiting{ref.ID, due.UnixMilli(), due.Add(keep).Unix()})); err != nil {
		return checkout.Record{}, err
	}
	i, err := s.DB.Apply(ctx, store.Update(table, key(ref.ID)).Set("state", string(checkout.Waiting)).Set("next_action", next).Set("draft", draft).
		Set("due_at", due.UTC().Format(sortable)).Set("due_bucket", checkout.DueBucket(ref.ID, due, s.Buckets)).Remove("run").
		If(open, mine(ref)))
	r, err := found(err)
	if err != nil {
		return checkout.Record{}, err
	}
	if r != nil {
		return *r, lost(r)
	}
	return fromItem(i)
}

// waiting says which checkout of a cart began to wait last, and until when it holds anything.
type waiting struct {
	CheckoutID string `dynamodbav:"waiting_id"`
	Until      int64  `dynamodbav:"until"`
	TTL        int64  `dynamodbav:"ttl"`
}

// WaitingFor returns which checkout of a cart began to wait last, if it can hold anything now.
func (s Store) WaitingFor(ctx context.Context, cartID string, now time.Time) (string, error) {
	i, err := s.DB.Get(ctx, table, key(cartID))
	if err != nil || i == nil {
		return "", err
	}
	var w waiting
	if err := store.Unmarshal(i, &w); err != nil {
		return "", fmt.Errorf("read the cart's waiting checkout: %w", err)
	}
	if now.UnixMilli() >= w.Until {
		return "", nil
	}
	return w.CheckoutID, nil
}

// Fence raises the epoch.
func (s Store) Fence(ctx context.Context, ref checkout.Ref, recovery bool) (checkout.Record, bool, error) {
	whose := mine(ref)
	if recovery {
		whose = same(ref)
	}
	i, err := s.DB.Apply(ctx, store.Update(table, key(ref.ID)).Add("epoch", 1).Set("run", ref.Run).Set("state", string(checkout.Open)).If(open, whose))
	r, err := found(err)
	if err != nil {
		return checkout.Record{}, false, err
	}
	if r != nil { // a fence of ours whose answer was lost counts
		return *r, !r.State.Terminal() && r.Run == ref.Run && r.Epoch > ref.Epoch, nil
	}
	now, err := fromItem(i)
	return now, true, err
}

// Fail closes the record. That its epoch is asked for keeps no balance: a run closes what it has fenced and undone, and
// that stays undone. It keeps the closing, and what the shopper is told, with the one that fenced last.
func (s Store) Fail(ctx context.Context, ref checkout.Ref, f checkout.Failure, now time.Time) (checkout.Record, error) {
	i, err := s.DB.Apply(ctx, over(store.Update(table, key(ref.ID)), checkout.Failed, now).Set("failure", f).
		If(open, same(ref), store.Eq("epoch", ref.Epoch)))
	r, err := found(err)
	if err != nil {
		return checkout.Record{}, err
	}
	if r != nil {
		if !r.State.Terminal() {
			return *r, checkout.ErrClaimLost
		}
		return *r, nil
	}
	return fromItem(i)
}

// over makes a record terminal: nobody has it, and nobody needs to look at it.
func over(w store.Write, state checkout.State, now time.Time) store.Write {
	return w.Set("state", string(state)).Set("ttl", now.Add(keep).Unix()).Remove("run", "due_at", "due_bucket", "next_action")
}

// DueIn lists the records of one bucket of the due index.
func (s Store) DueIn(ctx context.Context, minute time.Time, bucket int) ([]string, error) {
	var due []string
	q := store.Query{Table: table, Index: "due", HashAttr: "due_bucket", SortAttr: "due_at", Hash: checkout.BucketName(minute, bucket)}
	for i, err := range store.Items(ctx, s.DB, q) {
		if err != nil {
			return nil, err
		}
		var r struct { // the index holds keys alone
			ID string `dynamodbav:"pk"`
		}
		if err := store.Unmarshal(i, &r); err != nil {
			return nil, fmt.Errorf("read due index: %w", err)
		}
		due = append(due, r.ID)
	}
	return due, nil
}

func (s Store) mark() sweepstore.Mark {
	return sweepstore.Mark{DB: s.DB, Table: table, Name: "due"}
}

// SweepFrom returns the minute that the next sweep begins with.
func (s Store) SweepFrom(ctx context.Context) (string, error) { return s.mark().SweepFrom(ctx) }

// KeepSweepFrom keeps it.
func (s Store) KeepSweepFrom(ctx context.Context, minute string) error {
	return s.mark().KeepSweepFrom(ctx, minute)
}

// Postpone makes an open record due at another time.
func (s Store) Postpone(ctx context.Context, id string, due time.Time) error {
	_, err := s.DB.Apply(ctx, store.Update(table, key(id)).Set("due_at", due.UTC().Format(sortable)).
		Set("due_bucket", checkout.DueBucket(id, due, s.Buckets)).If(open))
	if _, over := store.FailedCondition(err); over {
		return nil
	}
	return err
}

// found returns the record that a condition was judged on, or the error that is none of a condition's.
func found(err error) (*checkout.Record, error) {
	if err == nil {
		return nil, nil
	}
	i, refused := store.FailedCondition(err)
	if !refused {
		return nil, err
	}
	if i == nil {
		return nil, checkout.ErrNotFound
	}
	r, err := fromItem(i)
	return &r, err
}

// lost says what a refused AwaitAction means: a repetition of one that took effect, or a record that is not ours.
func lost(r *checkout.Record) error {
	if r.State == checkout.Waiting {
		return nil
	}
	return checkout.ErrClaimLost
}
