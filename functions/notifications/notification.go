package notifications

import (
	"time"

	"rialto/functions/fulfillment"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
)

// Kind is what a mail is about.
type Kind string

// The kinds of mail.
const (
	Confirmed  Kind = "CONFIRMED"          // an order was placed
	Shipped    Kind = "SHIPPED"            // a parcel has left
	Delivered  Kind = "DELIVERED"          // a parcel has come
	Cancelled  Kind = "CANCELLED"          // a parcel will not come, and is not paid
	Refunded   Kind = "REFUNDED"           // money was given back
	TurnedBack Kind = "REFUND_TURNED_BACK" // the customer's bank did not take it
	Review     Kind = "REVIEW_REQUEST"     // what came some days ago may be reviewed
	WebhookOff Kind = "WEBHOOK_OFF"        // a seller's webhook was turned off
)

// Optional tells whether a customer may do without mails of the kind. The others say what became of their money.
func (k Kind) Optional() bool { return k == Review }

// Notice is what a customer is to be told of an order of theirs, or a seller of its webhook. Of one order, or seller, kind and subject
// there is one mail.
type Notice struct {
	OrderID string // or the seller's id
	Kind    Kind
	Subject string // what of the order: a parcel, a refund and its attempt; empty for all of it
	// Parcel is the shipment that it is about, empty for none.
	Parcel string
	Lines  []Line            // what it is about, where that is not all of the parcel
	Amount money.Amount      // of a refund
	By     fulfillment.Actor // who cancelled; empty where that is not known
	At     time.Time         // when it happened
}

// Line is units of an order's line.
type Line struct {
	Line     string
	Quantity int64
}

// Key names the notice among those of its order.
func (n Notice) Key() string {
	if n.Subject == "" {
		return string(n.Kind)
	}
	return string(n.Kind) + "-" + n.Subject
}

// State is where a mail stands.
type State string

// The states of a mail.
const (
	Sending    State = "SENDING"    // somebody is at it, or has fallen over
	Sent       State = "SENT"       // SES has it
	Skipped    State = "SKIPPED"    // it need not be sent; Reason says why
	Refused    State = "REFUSED"    // SES did not take it; Reason says why. The next try may do
	Unanswered State = "UNANSWERED" // SES did not say, twice: it may have gone out, and is not sent again
	Bounced    State = "BOUNCED"    // there is no such mailbox
	Complained State = "COMPLAINED" // its reader calls it spam
)

// Notification is the record of one mail. It holds neither the address nor a word of the mail.
type Notification struct {
	OrderID  string    `dynamodbav:"order_id"`
	Key      string    `dynamodbav:"key"`
	Kind     Kind      `dynamodbav:"kind"`
	State    State     `dynamodbav:"state"`
	Reason   string    `dynamodbav:"reason,omitempty"`
	Attempt  int       `dynamodbav:"attempt"` // that was begun last, from 1
	Language string    `dynamodbav:"language,omitempty"`
	At       time.Time `dynamodbav:"at"` // when what it tells of happened
	// UpdatedAt is when the attempt began, or how it ended was known.
	UpdatedAt time.Time `dynamodbav:"updated_at"`
	TTL       int64     `dynamodbav:"ttl"`
}

const (
	// lease is how long an attempt may take before another one is made in its place; it outlives the function.
	lease = 2 * time.Minute
	// attempts bounds those whose end nobody knows: each may have sent the mail.
	attempts = 2
	// fresh is how long after it happened something is still told.
	fresh = 30 * 24 * time.Hour
	// remembered is how long a record is kept. Events older than fresh are not told, so it outlives every replay that counts.
	remembered = 400 * 24 * time.Hour
)

// Reasons why a mail is not sent.
const (
	reasonErased     = "customer_erased"
	reasonNoAddress  = "no_address"
	reasonSuppressed = "address_suppressed"
	reasonDeclined   = "not_wanted"
	reasonOld        = "too_old"
	reasonNothing    = "nothing_to_tell"
	reasonUnanswered = "mail_unanswered"
)

var (
	// errBusy has a mail that another is sending looked at again later.
	errBusy = fault.New(fault.Unavailable, "notification_busy", "the mail is being sent by another attempt").After(lease)
	// errUnanswered leaves a mail to a person.
	errUnanswered = fault.New(fault.Conflict, reasonUnanswered,
		"SES did not answer twice: the mail may have gone out, and is not sent a third time")
	// ErrChanged says that another attempt has begun meanwhile.
	ErrChanged = fault.New(fault.Unavailable, "notification_changed", "the mail's record was changed meanwhile")
)

// over tells whether nothing is left to do.
func (n Notification) over() bool {
	switch n.State {
	case Sent, Skipped, Bounced, Complained:
		return true
	}
	return false
}

// next returns the record of another attempt, or why there is none now. The zero Notification stands for none before.
func (n Notification) next(what Notice, now time.Time) (Notification, error) {
	switch {
	case n.State == Unanswered:
		return n, errUnanswered
	case n.State == Sending && now.Before(n.UpdatedAt.Add(lease)):
		return n, errBusy
	case n.State == Sending && n.Attempt >= attempts:
		return n, errUnanswered
	}
	begun := Notification{OrderID: what.OrderID, Key: what.Key(), Kind: what.Kind, State: Sending, Attempt: 1, At: what.At.UTC(),
		UpdatedAt: now, TTL: now.Add(remembered).Unix()}
	if n.State == Sending {
		begun.Attempt = n.Attempt + 1
	}
	return begun, nil
}

// ended returns the record as an attempt left it.
func (n Notification) ended(as State, reason string, now time.Time) Notification {
	n.State, n.Reason, n.UpdatedAt = as, reason, now
	return n
}
