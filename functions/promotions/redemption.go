package promotions

import (
	"fmt"

	"rialto/functions/internal/fault"
)

// Terms are what a checkout needs of a coupon to redeem it.
type Terms struct {
	Ref
	PerCustomer int64 `json:"per_customer"`
	// SellerID is who bears what it takes off, "" for the marketplace.
	SellerID string `json:"seller_id,omitempty"`
}

// Redemption is one use of a coupon's budget that belongs to an order. It is to a budget what a hold is to stock.
type Redemption struct {
	Ref
	OrderID    string `dynamodbav:"order_id"`
	CustomerID string `dynamodbav:"customer_id"`
	State      State  `dynamodbav:"state"`
	Shard      int    `dynamodbav:"shard"` // that the use was taken from, and goes back to
	// ExpiresAt is Unix milliseconds. A redemption can be committed before that instant, not at it; its use comes back
	// by a return, never by itself.
	ExpiresAt int64 `dynamodbav:"expires_at"`
}

// State is where a redemption's use is.
type State string

const (
	Absent    State = ""          // never taken
	Held      State = "HELD"      // taken by a checkout, for a while
	Committed State = "COMMITTED" // used
	Released  State = "RELEASED"  // given back, or barred from being taken
)

// Operation is what is done to a redemption.
type Operation string

const (
	Redeem  Operation = "redeem"  // take the use for a checkout
	Return  Operation = "return"  // give it back, or bar it from being taken
	Commit  Operation = "commit"  // it belongs to the order
	Restore Operation = "restore" // give it back, as its order is cancelled whole
)

// Refusals of operations on redemptions.
var (
	ErrReleased  = fault.New(fault.Conflict, "redemption_released", "the coupon's use was given back")
	ErrCommitted = fault.New(fault.Conflict, "redemption_committed", "the coupon's use belongs to an order that was placed")
	ErrExpired   = fault.New(fault.Conflict, "redemption_expired", "the coupon's use was held too long")
	ErrMissing   = fault.New(fault.Conflict, "redemption_missing", "the order has not redeemed the coupon")
)

// steps is the whole life of a redemption. A step to the state it starts from is a repetition and changes nothing.
var steps = map[State]map[Operation]struct {
	to      State
	refusal *fault.Error
}{
	Absent: {
		Redeem:  {to: Held},
		Return:  {to: Released}, // the tombstone: no use moves
		Commit:  {refusal: ErrMissing},
		Restore: {to: Absent}, // given back so long ago that the record is gone
	},
	Held: {
		Redeem:  {to: Held},
		Return:  {to: Released},
		Commit:  {to: Committed},
		Restore: {refusal: ErrMissing},
	},
	Committed: {
		Redeem:  {refusal: ErrCommitted},
		Return:  {refusal: ErrCommitted},
		Restore: {to: Released},
		Commit:  {refusal: ErrCommitted}, // committing is one transaction with the order, which answers its own repetition
	},
	Released: {
		Redeem:  {refusal: ErrReleased},
		Return:  {to: Released},
		Commit:  {refusal: ErrReleased},
		Restore: {to: Released},
	},
}

// On returns the state after an operation, or why it is refused.
func (s State) On(op Operation) (State, error) {
	o, ok := steps[s][op]
	if !ok {
		return "", fault.New(fault.Internal, "redemption_unknown", "a redemption is in a state that nobody knows")
	}
	if o.refusal != nil {
		return "", o.refusal
	}
	return o.to, nil
}

// Budget is one shard of a coupon's uses: all of them, if it was never divided.
type Budget struct {
	Ref
	Shard     int   `dynamodbav:"shard,omitempty"`
	Granted   int64 `dynamodbav:"granted"`   // by operators, to this shard
	Available int64 `dynamodbav:"available"` // free to be taken
	Out       int64 `dynamodbav:"out"`       // in redemptions that are HELD or COMMITTED
	Moved     int64 `dynamodbav:"moved"`     // came from other shards, less went to them
	Debt      int64 `dynamodbav:"debt"`      // taken away by operators, but not yet from what was free
}

// Balance checks all shards that a coupon ever had against all redemptions there are (others' are ignored):
//
//	granted + moved = available + held + committed - debt
//
// per shard, and that what moved between them neither grew nor shrank.
func Balance(shards []Budget, redemptions []Redemption) error {
	var moved int64
	for _, b := range shards {
		sum := map[State]int64{}
		for _, r := range redemptions {
			if r.Ref == b.Ref && r.Shard == b.Shard {
				sum[r.State]++
			}
		}
		out := sum[Held] + sum[Committed]
		switch {
		case b.Available < 0:
			return fmt.Errorf("overspent: shard %d of %s has %d uses free", b.Shard, b.Ref, b.Available)
		case b.Debt < 0 || b.Debt > 0 && b.Available > 0:
			return fmt.Errorf("shard %d of %s gives %d uses away with a debt of %d", b.Shard, b.Ref, b.Available, b.Debt)
		case b.Out != out:
			return fmt.Errorf("shard %d of %s: %d uses are out, redemptions say %d", b.Shard, b.Ref, b.Out, out)
		case b.Granted+b.Moved != b.Available+out-b.Debt:
			return fmt.Errorf("shard %d of %s: %d uses granted and %d moved to it, %d accounted for (%d free, %d held, %d committed, %d owed)",
				b.Shard, b.Ref, b.Granted, b.Moved, b.Available+out-b.Debt, b.Available, sum[Held], sum[Committed], b.Debt)
		}
		moved += b.Moved
	}
	if moved != 0 {
		return fmt.Errorf("%s: %d uses more arrived in shards than left others", shards[0].Ref, moved)
	}
	return nil
}
