package inventory

import (
	"fmt"

	"rialto/functions/internal/fault"
)

// Hold is units of one stock item that belong to an order.
type Hold struct {
	OrderID string `dynamodbav:"order_id"`
	Line    string `dynamodbav:"line"`
	SKU
	Centre   string `dynamodbav:"fulfillment_center_id"`
	N        int    `dynamodbav:"n"`
	Quantity int64  `dynamodbav:"quantity"` // 0 in the tombstone of a hold that never was
	State    State  `dynamodbav:"state"`
	// ExpiresAt is Unix milliseconds. A hold can be committed before that instant, not at it; its units come
	// back by a release, never by themselves.
	ExpiresAt int64 `dynamodbav:"expires_at"`
	// Draws says which shards the units were taken from; none means all from shard 0.
	Draws []Draw `dynamodbav:"draws,omitempty"`
	// Cut is how many units more it had when it was sold, which were cancelled since and are free again.
	Cut int64 `dynamodbav:"cut,omitempty"`
	// Counted says that its units are in the tally of what is sold and has not left (Stock.Committed), for as long as it is COMMITTED.
	Counted bool `dynamodbav:"counted,omitempty"`
}

// Draw is units of a hold that were taken from one shard of its stock, and go back there.
type Draw struct {
	Shard    int   `dynamodbav:"shard"`
	Quantity int64 `dynamodbav:"quantity"`
}

// Drawn lists the shards that the hold's units were taken from.
func (h Hold) Drawn() []Draw {
	if h.Draws == nil && h.Quantity > 0 {
		return []Draw{{0, h.Quantity}}
	}
	return h.Draws
}

// Cut says of an order's line in a centre how many of its units will not be shipped, of all that were sold, and how many will.
type Cut struct {
	Line, Centre    string
	Cancelled, Kept int64
}

// Without takes units off a hold that was sold, so that as many of it are cancelled in all as a cut says. It returns what each
// shard gets back, the last that were drawn first, and what is left of the hold; nothing for what was done before. Errors:
// hold_mismatch if it was sold with other units, those of Restock.
func (h Hold) Without(c Cut) (back []Draw, rest Hold, err error) {
	if h.Cut >= c.Cancelled {
		return nil, h, nil
	}
	if _, err := h.State.On(Restock); err != nil {
		return nil, h, err
	}
	if h.State != Committed || h.Quantity+h.Cut != c.Cancelled+c.Kept {
		return nil, h, ErrMismatch
	}
	n := c.Cancelled - h.Cut
	rest = h
	rest.Quantity, rest.Cut, rest.Draws = h.Quantity-n, c.Cancelled, nil
	drawn := h.Drawn()
	for i := len(drawn) - 1; i >= 0; i-- {
		d := drawn[i]
		if take := min(n, d.Quantity); take > 0 {
			back = append(back, Draw{d.Shard, take})
			n, d.Quantity = n-take, d.Quantity-take
		}
		if d.Quantity > 0 && h.Draws != nil {
			rest.Draws = append([]Draw{d}, rest.Draws...)
		}
	}
	if rest.Quantity == 0 {
		rest.State = Released
	}
	return back, rest, nil
}

// Same tells whether two holds stand for the same units, whatever became of them and whichever shards they are from.
func (h Hold) Same(o Hold) bool {
	return h.OrderID == o.OrderID && h.Line == o.Line && h.SKU == o.SKU && h.Centre == o.Centre && h.N == o.N && h.Quantity == o.Quantity
}

// State is where a hold's units are.
type State string

const (
	Absent    State = ""          // never taken: they are in available, if they exist
	Held      State = "HELD"      // taken by a checkout, for a while
	Committed State = "COMMITTED" // sold
	Shipped   State = "SHIPPED"   // gone
	Released  State = "RELEASED"  // given back, or barred from being taken
)

// Operation is what is done to a hold.
type Operation string

const (
	Place   Operation = "place"   // take the units for a checkout
	Release Operation = "release" // give them back, or bar them from being taken
	Commit  Operation = "commit"  // sell them with the order
	Ship    Operation = "ship"    // they have left
	Restock Operation = "restock" // what was sold will not be shipped, and is for sale again
)

// Step is what an operation does: the state after it, and what each unit of the hold adds to its stock item.
type Step struct {
	To                      State
	Available, Shipped, Out int64 // -1, 0 or 1
}

// Refusals of operations on holds.
var (
	ErrUnavailable  = fault.New(fault.Conflict, "item_unavailable", "some lines want more units than are available")
	ErrReleased     = fault.New(fault.Conflict, "hold_released", "the hold was released")
	ErrCommitted    = fault.New(fault.Conflict, "hold_committed", "the hold belongs to an order that was placed")
	ErrExpired      = fault.New(fault.Conflict, "hold_expired", "the hold has expired")
	ErrMismatch     = fault.New(fault.Conflict, "hold_mismatch", "the hold is there with other units")
	ErrMissing      = fault.New(fault.Conflict, "hold_missing", "there is no such hold")
	ErrShipped      = fault.New(fault.Conflict, "hold_shipped", "the hold's units have left")
	ErrNotCommitted = fault.New(fault.Conflict, "hold_not_committed", "the hold belongs to no order yet")
)

// Short names a line, the index-th, that wants more units than are available.
func Short(index int, line string) fault.Field {
	return fault.Field{Pointer: fmt.Sprintf("/lines/%d", index), Code: ErrUnavailable.Code,
		Message: "fewer units of " + line + " are available than wanted"}
}

type outcome struct {
	step    Step
	refusal *fault.Error
}

// steps is the whole life of a hold. A step to the state it starts from is a repetition and changes nothing.
var steps = map[State]map[Operation]outcome{
	Absent: {
		Place:   {step: Step{To: Held, Available: -1, Out: 1}},
		Release: {step: Step{To: Released}}, // the tombstone: no units move
		Commit:  {refusal: ErrMissing},
		Ship:    {refusal: ErrMissing},
		Restock: {refusal: ErrMissing},
	},
	Held: {
		Place:   {step: Step{To: Held}},
		Release: {step: Step{To: Released, Available: 1, Out: -1}},
		Commit:  {step: Step{To: Committed}},
		Ship:    {refusal: ErrNotCommitted},
		Restock: {refusal: ErrNotCommitted},
	},
	Committed: {
		Place:   {refusal: ErrCommitted},
		Release: {refusal: ErrCommitted},
		Commit:  {refusal: ErrCommitted}, // committing is one transaction with the order, which answers its own repetition
		Ship:    {step: Step{To: Shipped, Shipped: 1, Out: -1}},
		Restock: {step: Step{To: Released, Available: 1, Out: -1}},
	},
	Shipped: {
		Place:   {refusal: ErrCommitted},
		Release: {refusal: ErrCommitted},
		Commit:  {refusal: ErrCommitted},
		Ship:    {step: Step{To: Shipped}},
		Restock: {refusal: ErrShipped},
	},
	Released: {
		Place:   {refusal: ErrReleased},
		Release: {step: Step{To: Released}},
		Commit:  {refusal: ErrReleased},
		Ship:    {refusal: ErrReleased},
		Restock: {step: Step{To: Released}},
	},
}

// On returns what an operation does in a state, or why it is refused.
func (s State) On(op Operation) (Step, error) {
	o, ok := steps[s][op]
	if !ok {
		return Step{}, fault.New(fault.Internal, "hold_unknown", "a hold is in a state that nobody knows")
	}
	if o.refusal != nil {
		return Step{}, o.refusal
	}
	return o.step, nil
}
