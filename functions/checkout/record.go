package checkout

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
)

// State is where a checkout stands. Placed and Failed are terminal.
type State string

const (
	Open    State = "OPEN"    // a run works on it, or will recover it
	Waiting State = "WAITING" // a 3-D Secure challenge waits for the shopper
	Placed  State = "PLACED"  // there is an order
	Failed  State = "FAILED"  // there is none, and nothing is left of it
)

// Terminal tells whether nothing will change any more.
func (s State) Terminal() bool { return s == Placed || s == Failed }

const (
	// HoldFor is how long stock is held for a checkout: a commit after it is refused.
	HoldFor = 10 * time.Minute
	// Due is when an open record is looked at: after the longest run (150 s, statemachines/checkout.asl.json)
	// has ended.
	Due = 180 * time.Second
	// KeyFor is how long an idempotency key of a terminal record keeps its answer.
	KeyFor = 24 * time.Hour
)

// Errors of the record.
var (
	ErrNotFound   = fault.New(fault.NotFound, "checkout_not_found", "there is no such checkout")
	ErrInProgress = fault.New(fault.Conflict, "checkout_in_progress", "a checkout with this key is in progress").After(2 * time.Second)
	ErrKeyReused  = fault.KeyReused
	ErrPlaced     = fault.New(fault.Conflict, "checkout_placed", "the order was placed; cancel it instead")
	ErrClaimLost  = fault.New(fault.Conflict, "claim_lost", "another run has this checkout")
)

// Request is what the shopper asked for.
type Request struct {
	CartID           string        `json:"cart_id"`
	AddressID        string        `json:"shipping_address_id"`
	MethodID         string        `json:"payment_method_id"`
	ShippingOptionID string        `json:"shipping_option_id"` // "" is the marketplace's first
	Marketplace      string        `json:"marketplace"`
	ExpectedTotal    *money.Amount `json:"expected_total,omitempty"`
	QuoteID          string        `json:"quote_id,omitempty"`
}

// Hash is the same for the same request.
func (r Request) Hash() string {
	b, err := json.Marshal(r)
	if err != nil { // a struct of strings and integers always marshals
		return ""
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Ref names a record and the epoch and run that a step belongs to. It travels through the saga.
type Ref struct {
	ID         string `json:"checkout_id"`
	CustomerID string `json:"customer_id"`
	OrderID    string `json:"order_id"`
	Epoch      int64  `json:"epoch"`
	Run        string `json:"run"`
}

// Record is one checkout.
type Record struct {
	Ref
	State       State
	Hash        string
	Request     Request
	Effects     *Effects // from Claim on
	Draft       *Draft   // while the record waits for a 3-D Secure challenge; a run that has just claimed it knows its own
	CreatedAt   time.Time
	DueAt       time.Time
	ExpiresAt   time.Time // of the holds, from Claim on
	NextAction  *NextAction
	Failure     *Failure
	ClosedTotal *money.Amount // of the order, once placed
}

// NextAction is the 3-D Secure challenge that the shopper must pass.
type NextAction struct {
	Type string `json:"type" dynamodbav:"type"`
	URL  string `json:"url" dynamodbav:"url"`
}

// Failure is why a checkout failed: a stable code from the table in outcome.go. Errors name the lines that are to
// blame, as pointers into the cart.
type Failure struct {
	Code    string        `json:"code" dynamodbav:"code"`
	Message string        `json:"message" dynamodbav:"message"`
	Errors  []fault.Field `json:"errors,omitempty" dynamodbav:"errors,omitempty"`
}

// IDOf derives the id of a customer's checkout from its idempotency key.
func IDOf(customerID, key string) string { return ids.Derive(ids.Checkout, customerID, key) }

// DueBucket is the partition of the due index that a record of that id, due then, belongs to. Buckets spread
// what is due in one minute.
func DueBucket(checkoutID string, due time.Time, buckets int) string {
	sum := sha256.Sum256([]byte(checkoutID))
	return BucketName(due, (int(sum[0])<<8|int(sum[1]))%buckets)
}

// BucketName names one bucket of a minute.
func BucketName(minute time.Time, bucket int) string {
	return fmt.Sprintf("%s#%03d", minute.UTC().Format("2006-01-02T15:04"), bucket)
}
