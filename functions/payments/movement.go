package payments

import (
	"context"
	"time"

	"rialto/functions/internal/money"
)

// MovementKind is what moved money at the gateway.
type MovementKind string

// The kinds of movements that are compared.
const (
	MovedCharge  MovementKind = "CHARGE"
	MovedRefund  MovementKind = "REFUND" // or one that came back
	MovedDispute MovementKind = "DISPUTE"
	MovedPayout  MovementKind = "PAYOUT"
	MovedOther   MovementKind = "OTHER" // the gateway's fees and the like, which no payment knows
)

// Movement is a line of the gateway's own books, with what it is of as that stands now. Amount is what the customer paid or got, in the
// currency of the payment, and never what the gateway converted it to.
type Movement struct {
	ID       string
	Kind     MovementKind
	SourceID string // of the charge, refund, dispute or payout
	IntentID string
	Amount   money.Amount
	OrderID  string // and Group and Name: ours, "" of what was not made here
	Group    string
	Name     string // of a refund
	Code     string // why a refund or a payout failed
}

// Moved reads the gateway's books.
type Moved interface {
	// Movements lists those from a time until before another, after one ("" for the first): the latest first. next is "" on the last page.
	Movements(ctx context.Context, from, to time.Time, after string) (page []Movement, next string, err error)
}

// DifferenceKind is what differs between the gateway's books and the payments.
type DifferenceKind string

// The kinds of differences.
const (
	CaptureUnknown DifferenceKind = "capture_unknown" // money was taken, and no payment says so
	CaptureDiffers DifferenceKind = "capture_differs" // of another amount, or currency
	CaptureMissing DifferenceKind = "capture_missing" // a payment says it was taken, and the gateway does not
	RefundUnknown  DifferenceKind = "refund_unknown"
	RefundDiffers  DifferenceKind = "refund_differs"
	RefundMissing  DifferenceKind = "refund_missing"
	RefundFailure  DifferenceKind = "refund_failure" // it was given, and the bank turned it back
	DisputeUnknown DifferenceKind = "dispute_unknown"
	PayoutFailed   DifferenceKind = "payout_failed" // our own bank did not take it
)

// Difference is one that was found. GatewayID is the gateway's name for what it is of. Taken tells that the payment was set right by
// what the gateway says; what is not taken a person decides.
type Difference struct {
	Kind      DifferenceKind `dynamodbav:"kind"`
	GatewayID string         `dynamodbav:"gateway_id"`
	OrderID   string         `dynamodbav:"of_order,omitempty"`
	Group     string         `dynamodbav:"of_group,omitempty"`
	Refund    string         `dynamodbav:"of_refund,omitempty"`
	Gateway   money.Amount   `dynamodbav:"at_gateway"` // zero if the gateway knows of nothing
	Ours      money.Amount   `dynamodbav:"ours"`       // zero if we know of nothing
	Taken     bool           `dynamodbav:"taken"`
	At        time.Time      `dynamodbav:"at"`
}

// Reconciliation is how far the comparison of a day (RFC 3339 full-date, UTC) has come. Version counts its writes.
type Reconciliation struct {
	Day      string    `dynamodbav:"day"`
	After    string    `dynamodbav:"after,omitempty"` // the last movement that was compared
	Compared int       `dynamodbav:"compared"`        // movements
	Listed   bool      `dynamodbav:"listed"`          // all movements were compared
	DoneAt   time.Time `dynamodbav:"done_at"`
	Version  int64     `dynamodbav:"version"`
}
