package payments

import (
	"errors"
	"slices"
	"strconv"
	"time"

	"rialto/functions/internal/money"
)

// callsKept bounds a payment's list of calls: the first ones and the last ones are what explains it.
const callsKept = 24

// Payment is one group's payment. Version counts its writes.
type Payment struct {
	OrderID  string       `dynamodbav:"order_id"`
	Group    string       `dynamodbav:"group"`
	State    State        `dynamodbav:"state"`
	Amount   money.Amount `dynamodbav:"amount"` // to authorize; zero in a tombstone
	Epoch    int64        `dynamodbav:"epoch"`  // of the run that opened it
	IntentID string       `dynamodbav:"intent_id,omitempty"`
	// Method is the token, until the payment is over: repeating the creation needs it, and authorizing anew.
	Method        string    `dynamodbav:"method,omitempty"`
	CaptureBefore time.Time `dynamodbav:"capture_before"`
	Captured      int64     `dynamodbav:"captured"` // minor units
	Cut           []CutLine `dynamodbav:"cut,omitempty"`
	Refunds       []Refund  `dynamodbav:"refunds,omitempty"`
	Disputes      []Dispute `dynamodbav:"disputes,omitempty"`
	Code          string    `dynamodbav:"code,omitempty"`
	// Refused tells that a payment which is DECLINED was refused by the gateway: the bank was not asked.
	Refused bool        `dynamodbav:"refused,omitempty"`
	Action  *NextAction `dynamodbav:"action,omitempty"`
	Calls   []Call      `dynamodbav:"calls"`
	Made    int         `dynamodbav:"made"` // calls ever noted
	// Current is which renewal is in force, 0 for the first intent; Renewals is how many there were.
	Current  int      `dynamodbav:"current,omitempty"`
	Renewals int      `dynamodbav:"renewals,omitempty"`
	Renewal  *Renewal `dynamodbav:"renewal,omitempty"` // that is on its way
	Loose    []Loose  `dynamodbav:"loose,omitempty"`
	Lost     *Lost    `dynamodbav:"lost,omitempty"`
	// CaptureAsked tells that the intent in force may have been captured; no other takes its place then.
	CaptureAsked bool `dynamodbav:"capture_asked,omitempty"`
	// Attempt is which try of the shipment to have its money taken was the last, and Again that a later one is under way.
	Attempt int  `dynamodbav:"attempt,omitempty"`
	Again   bool `dynamodbav:"again,omitempty"`
	// Spent counts the keys of an operation that can only repeat a failure.
	Spent     map[Operation]int `dynamodbav:"spent"`
	Version   int64             `dynamodbav:"version"`
	CreatedAt time.Time         `dynamodbav:"created_at"`
	UpdatedAt time.Time         `dynamodbav:"updated_at"`
}

// Operation is one of the gateway's.
type Operation string

// The operations of the gateway.
const (
	OpCreate   Operation = "create"
	OpRetrieve Operation = "retrieve"
	OpConfirm  Operation = "confirm"
	OpCancel   Operation = "cancel"
	OpCapture  Operation = "capture"
	OpRefund   Operation = "refund"
)

// Call is one call to the gateway. Outcome is empty until it was answered, or given up.
type Call struct {
	N          int       `dynamodbav:"n"`
	Operation  Operation `dynamodbav:"operation"`
	Key        string    `dynamodbav:"key,omitempty"`
	At         time.Time `dynamodbav:"at"`
	Outcome    string    `dynamodbav:"outcome,omitempty"`
	AnsweredAt time.Time `dynamodbav:"answered_at"`
	Current    int       `dynamodbav:"current,omitempty"` // the payment's, when it was noted
}

// Key is the idempotency key of an operation on the group. It is the same for every try, until the gateway has
// stored a failure under it, or an answer that did not do what was asked. A second key is safe: all but create work on one intent, which the gateway
// confirms, cancels and captures once; create never gets a second one.
func (p *Payment) Key(op Operation) string {
	key := p.OrderID + "#" + p.Group + "#" + string(op)
	if p.Current > 0 {
		key += "#r" + strconv.Itoa(p.Current)
	}
	if n := p.Spent[op]; n > 0 && op != OpCreate {
		key += "#" + strconv.Itoa(n+1)
	}
	return key
}

func (p *Payment) charge() Charge {
	return Charge{OrderID: p.OrderID, Group: p.Group, Amount: p.Amount, Method: p.Method, Again: p.Renewal != nil}
}

// clone copies what an edit may change in place.
func (p *Payment) clone() Payment {
	c := *p
	c.Calls, c.Refunds, c.Loose = slices.Clone(p.Calls), slices.Clone(p.Refunds), slices.Clone(p.Loose)
	c.Disputes = slices.Clone(p.Disputes)
	if p.Renewal != nil {
		r := *p.Renewal
		c.Renewal = &r
	}
	if p.Lost != nil {
		l := *p.Lost
		c.Lost = &l
	}
	c.Spent = make(map[Operation]int, len(p.Spent))
	for k, v := range p.Spent {
		c.Spent[k] = v
	}
	return c
}

// note writes a call down before it is made.
func (p *Payment) note(op Operation, now time.Time) {
	c := Call{N: p.Made, Operation: op, At: now, Current: p.Current}
	if op != OpRetrieve {
		c.Key = p.Key(op)
	}
	p.Made++
	if len(p.Calls) >= callsKept {
		p.Calls = slices.Delete(p.Calls, callsKept/2, callsKept/2+1)
	}
	p.Calls = append(p.Calls, c)
}

// last is the call that was noted last.
func (p *Payment) last() Call {
	if len(p.Calls) == 0 {
		return Call{}
	}
	return p.Calls[len(p.Calls)-1]
}

// applyAnswer takes a call's answer: it moves the state as the table says and completes the note. An answer about an intent that
// is in force no more moves nothing.
func (p *Payment) applyAnswer(c Call, i Intent, err error, now time.Time) {
	p.answered(c, i, err, now)
	var refusal *Refusal
	var lost *UnknownOutcome
	before := p.State
	switch {
	case c.Current != p.Current:
	case err == nil:
		p.absorb(i)
		p.spendAnswered(c, before)
	case errors.As(err, &refusal):
		p.refuse(c.Operation, refusal)
		p.spendAnswered(c, before)
	case errors.As(err, &lost) && lost.Spent && c.Key == p.Key(c.Operation):
		p.spend(c.Operation)
	}
}

// answered completes the note of a call.
func (p *Payment) answered(c Call, i Intent, err error, now time.Time) {
	text := string(i.Status)
	var refusal *Refusal
	var lost *UnknownOutcome
	switch {
	case err == nil:
	case errors.As(err, &refusal):
		text = "refused: " + refusal.Code
	case errors.As(err, &lost):
		text = "unknown: " + lost.Why
	default:
		text = "unknown"
	}
	for k := range p.Calls {
		if p.Calls[k].N == c.N && p.Calls[k].Outcome == "" {
			p.Calls[k].Outcome, p.Calls[k].AnsweredAt = text, now
		}
	}
}

// absorb takes the intent's state over. Another intent than ours changes nothing.
func (p *Payment) absorb(i Intent) {
	if p.IntentID == "" && p.State != Cancelled {
		p.IntentID = i.ID
	}
	if p.IntentID != i.ID {
		return
	}
	before := p.State
	p.State = Next(before, i.Status)
	if p.State == before {
		return
	}
	p.Action = nil
	p.forget()
	switch p.State {
	case Authorized:
		p.CaptureBefore = i.CaptureBefore
	case ActionRequired:
		p.Action = i.Action
	case Declined:
		p.Code = i.Code
	case Captured:
		p.Captured = i.Captured
	case CaptureFailed:
		p.Code = "authorization_expired"
	}
}

// refuse takes a final no. To cancel it means nothing: the intent is as open as it was.
func (p *Payment) refuse(op Operation, no *Refusal) {
	if op == OpRetrieve || op == OpCancel {
		return
	}
	if next := Next(p.State, Refused); next != p.State {
		p.State, p.Code, p.Refused = next, no.Code, next == Declined && !no.Bank
		p.forget()
	}
}

// forget takes the method off a payment that needs it no more.
func (p *Payment) forget() {
	if (p.State.closed() || p.State == Declined) && p.Renewal == nil {
		p.Method = ""
	}
}

// spendAnswered retires the key of a call whose answer left the payment where it was, such as a cancel that was refused
// while the intent was processing: under its key the gateway repeats that answer for 24 hours, whatever becomes of the
// intent meanwhile.
func (p *Payment) spendAnswered(c Call, before State) {
	if (c.Operation == OpCancel || c.Operation == OpCapture) && p.State == before && c.Key == p.Key(c.Operation) {
		p.spend(c.Operation)
	}
}

// spend retires a key. A creation that can only fail, of a payment that is being cancelled, is over: if it made
// an intent, that is unconfirmed, and nobody can confirm it.
func (p *Payment) spend(op Operation) {
	p.Spent[op]++
	if op == OpCreate && p.State == Cancelling && p.IntentID == "" {
		p.State, p.Code, p.Method = Cancelled, "creation_unresolved", ""
	}
}
