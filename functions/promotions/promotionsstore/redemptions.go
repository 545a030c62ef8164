package promotionsstore

import (
	"context"
	"errors"
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/shards"
	"rialto/functions/internal/store"
	"rialto/functions/promotions"
)

const (
	// releasedFor is how long a released redemption stays. It must outlast every message that could still ask for it: SQS keeps
	// one 14 days at most.
	releasedFor = 35 * 24 * time.Hour
	// maxTries bounds how often a redemption is looked at again because it, or a debt that its use pays, moved meanwhile.
	maxTries = 8
)

// Redeem takes one use of a coupon for an order: the use, the record of it and the customer's count of uses are one
// transaction. A repetition finds its own record and succeeds, even when nothing is left. Errors: coupon_exhausted,
// coupon_used if the customer has as many uses as one may have, redemption_released if the order's return came first,
// redemption_committed; transient ones when others are at the same items.
func (s Store) Redeem(ctx context.Context, r promotions.Redemption, perCustomer int64) error {
	err := s.env().Take(ctx, []shards.Want{{Counter: counter(r.Ref), Quantity: 1}}, shards.Order{
		Writes: func(draws [][]shards.Draw) []store.Write {
			held := r
			held.State, held.Shard = promotions.Held, draws[0][0].Shard
			return []store.Write{
				store.Put(redemptions, redemptionKey(r), held).If(store.Absent()).Named(redemptionName),
				store.Update(redemptions, usesKey(r)).Add("uses", 1).
					If(store.Any(store.Lacks("uses"), store.Lt("uses", perCustomer))).Named(usesName),
			}
		},
		Judge: func(reasons []store.Reason) (bool, error) { return judge(reasons[0], reasons[1], perCustomer) },
	})
	if short := (*shards.Short)(nil); errors.As(err, &short) {
		return promotions.ErrExhausted
	}
	return asFault("redeem coupon", err)
}

// judge looks at an order's own redemption before anything is said of the customer or of the budget: they may be as they
// are because of it.
func judge(own, uses store.Reason, perCustomer int64) (done bool, err error) {
	switch own.Cause {
	case store.ConditionFailed:
		found, err := readRedemption(own.Found)
		if err == nil {
			_, err = found.State.On(promotions.Redeem)
		}
		return true, err
	case store.Conflicted, store.Throttled: // by an earlier try, which may be about to count the use
		return false, nil
	}
	var count struct {
		Uses int64 `dynamodbav:"uses"`
	}
	if err := store.Unmarshal(uses.Found, &count); err != nil {
		return true, fmt.Errorf("read uses: %w", err)
	}
	if uses.Cause == store.ConditionFailed && count.Uses >= perCustomer {
		return true, promotions.ErrUsed
	}
	return false, nil
}

// Return gives an order's use of a coupon back, or bars it from being taken, and tells whether it gave one back. It may
// be repeated. Errors: redemption_committed if the order was placed, transient ones.
func (s Store) Return(ctx context.Context, r promotions.Redemption, now time.Time) (bool, error) {
	return s.giveBack(ctx, promotions.Return, r, now)
}

// Restore gives the use of an order that is cancelled whole back, and tells whether it did. It may be repeated. Errors:
// redemption_missing if the order has no use of its own, transient ones.
func (s Store) Restore(ctx context.Context, r promotions.Redemption, now time.Time) (bool, error) {
	return s.giveBack(ctx, promotions.Restore, r, now)
}

// giveBack is Return and Restore.
func (s Store) giveBack(ctx context.Context, op promotions.Operation, r promotions.Redemption, now time.Time) (bool, error) {
	item, err := s.DB.Get(ctx, redemptions, redemptionKey(r))
	if err != nil {
		return false, fmt.Errorf("read redemption: %w", err)
	}
	env, budget := s.env(), counter(r.Ref)
	owed := int64(0) // by the shard that the use returns to
	for range maxTries {
		found, err := readRedemption(item)
		if err != nil {
			return false, err
		}
		to, err := found.State.On(op)
		if err != nil || to == found.State {
			return false, err
		}
		err = s.DB.Transact(ctx, returnWrites(found, r, owed, now)...)
		if err == nil {
			out := found.State != promotions.Absent
			if out && (found.Shard > 0 || env.KnownDivided(budget)) {
				env.RefreshHint(ctx, budget)
			}
			return out, nil
		}
		refused, ok := store.AsRefused(err)
		if !ok {
			return false, fmt.Errorf("return coupon: %w", err)
		}
		reason, lost := refused.Failed(redemptionName)
		switch {
		case lost:
			item = reason.Found // it moved since it was read: maybe by our own try, whose answer was lost
		case refused.Transient():
			return false, asFault("return coupon", err)
		default:
			last := refused.Reasons[len(refused.Reasons)-1]
			if last.Cause != store.ConditionFailed || last.Found == nil {
				return false, fmt.Errorf("a use has nowhere to return to: %w", err)
			}
			if owed, err = shards.Owed(last.Found); err != nil {
				return false, err
			}
		}
	}
	return false, fault.New(fault.Unavailable, "promotions_contended", "others are changing the same redemption just now")
}

// returnWrites gives a redemption back that was found held or committed, or leaves a tombstone where none was. The shard that the use
// returns to is the last.
func returnWrites(found, r promotions.Redemption, owed int64, now time.Time) []store.Write {
	ttl := now.Add(releasedFor).Unix()
	if found.State == promotions.Absent {
		r.State = promotions.Released
		return []store.Write{store.Put(redemptions, redemptionKey(r), struct {
			promotions.Redemption
			TTL int64 `dynamodbav:"ttl"`
		}{r, ttl}).If(store.Absent()).Named(redemptionName)}
	}
	return []store.Write{
		store.Update(redemptions, redemptionKey(r)).Set("state", promotions.Released).Set("ttl", ttl).
			If(store.Eq("state", found.State)).Named(redemptionName),
		store.Update(redemptions, usesKey(found)).Add("uses", -1).If(store.Ge("uses", 1)).Named(usesName),
		counter(found.Ref).Return(shards.Draw{Shard: found.Shard, Quantity: 1}, owed),
	}
}

// Commit returns the write that makes an order's redemption COMMITTED, for the transaction that places the order. It
// refuses unless the redemption is HELD and expires after now.
func Commit(orderID string, coupon promotions.Ref, now time.Time) store.Write {
	return store.Update(redemptions, redemptionKey(promotions.Redemption{OrderID: orderID, Ref: coupon})).Set("state", promotions.Committed).
		If(store.Eq("state", promotions.Held), store.Gt("expires_at", now.UnixMilli())).Named(redemptionName)
}

// CommitRefusal says why a transaction with Commit's write was refused, nil if not because of it.
func CommitRefusal(r *store.Refused) error {
	reason, failed := r.Failed(redemptionName)
	if !failed {
		return nil
	}
	found, err := readRedemption(reason.Found)
	if err != nil {
		return fault.New(fault.Internal, "redemption_unreadable", "a redemption cannot be read").Because(err)
	}
	if _, err := found.State.On(promotions.Commit); err != nil {
		return err
	}
	return promotions.ErrExpired
}
