package fulfillment

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/money"
	"rialto/functions/orders"
)

// ReturnWindow is how long after a parcel was delivered its units may be sent back.
const ReturnWindow = 30 * 24 * time.Hour

// MaxReason is the most characters of a reason.
const MaxReason = 500

// ReturnState is where a return stands.
type ReturnState string

// The states of a return.
const (
	Requested    ReturnState = "REQUESTED"     // the shopper sends it back
	Rejected     ReturnState = "REJECTED"      // the seller does not take it; its units cannot be asked for again
	Appealed     ReturnState = "APPEALED"      // an operator decides whether it was rejected rightly
	Received     ReturnState = "RECEIVED"      // the seller has it, and its money is on the way back
	Refunded     ReturnState = "REFUNDED"      // the gateway has given it back; its bank may turn that back later
	Expired      ReturnState = "EXPIRED"       // nobody received it in time; its units cannot be asked for again
	RefundFailed ReturnState = "REFUND_FAILED" // a person decides (payments-reissue)
)

// Return is units of one parcel that its shopper sends back.
type Return struct {
	ID         string       `dynamodbav:"return_id"`
	OrderID    string       `dynamodbav:"order_id"`
	ShipmentID string       `dynamodbav:"shipment_id"`
	Group      string       `dynamodbav:"group"`
	SellerID   string       `dynamodbav:"seller_id"`
	CustomerID string       `dynamodbav:"customer_id"`
	Lines      []ReturnLine `dynamodbav:"lines"`
	Charges    []Charge     `dynamodbav:"charges,omitempty"` // for shipping, that are given back with the lines
	Reason     string       `dynamodbav:"reason"`
	Amount     money.Amount `dynamodbav:"amount"` // that is given back
	State      ReturnState  `dynamodbav:"state"`
	Note       string       `dynamodbav:"note,omitempty"` // why it was rejected, or the code of a refund that failed
	Appeal     *Appeal      `dynamodbav:"appeal,omitempty"`
	// Exchange is what is wanted for it, nil for money alone, and ExchangedBy the order in which that was bought, "" until it is.
	Exchange    *Exchange `dynamodbav:"exchange,omitempty"`
	ExchangedBy string    `dynamodbav:"exchanged_by,omitempty"`
	// RefundAttempt is which attempt to give it back the state is of, 0 for the first.
	RefundAttempt int       `dynamodbav:"refund_attempt"`
	RequestedAt   time.Time `dynamodbav:"requested_on"`
	UpdatedAt     time.Time `dynamodbav:"updated_at"`
}

// ReturnLine is units of an order's line.
type ReturnLine struct {
	Line      string       `json:"line" dynamodbav:"line"`
	ProductID string       `json:"product_id" dynamodbav:"product_id"`
	Centre    string       `json:"fulfillment_center_id" dynamodbav:"fulfillment_center_id"` // that they left, and come back to
	From      int64        `json:"from" dynamodbav:"from" doc:"The first of them among the parcel's units of the line, counted from 0"`
	Quantity  int64        `json:"quantity" dynamodbav:"quantity"`
	Amount    money.Amount `json:"amount" dynamodbav:"amount"` // what was paid for them
}

// Charge is a part of what was paid for shipping a parcel, in minor units: Line is orders.ShippingCharge or
// orders.DeliveryCharge.
type Charge struct {
	Line     string `json:"line" dynamodbav:"line"`
	From     int64  `json:"from" dynamodbav:"from"`
	Quantity int64  `json:"quantity" dynamodbav:"quantity"`
}

// Shipping is what of a return's amount was paid for shipping.
func (r Return) Shipping() money.Amount {
	sum := money.Zero(r.Amount.Currency)
	for _, c := range r.Charges {
		sum.Minor += c.Quantity
	}
	return sum
}

// Units is how many units of a shipment's lines were ever asked to be sent back. Version counts its changes.
type Units struct {
	Of      map[string]int64 `dynamodbav:"of"`
	Version int64            `dynamodbav:"version"`
}

var (
	// ErrNoReturn says that there is no such return, or that it is another's.
	ErrNoReturn = fault.New(fault.NotFound, "return_not_found", "there is no such return")
	// ErrNotDelivered refuses to take back what has not come.
	ErrNotDelivered = fault.New(fault.Conflict, "not_delivered", "the parcel has not been delivered")
	// ErrWindowOver refuses to take back what came too long ago.
	ErrWindowOver = fault.New(fault.Conflict, "return_window_over", "the parcel was delivered more than 30 days ago")
	// ErrReturnClosed refuses to receive what was rejected, and the other way round.
	ErrReturnClosed = fault.New(fault.Conflict, "return_closed", "the return was rejected, or is received already")
	// ErrKeyReused refuses an idempotency key that made another return, or sent a parcel again for something else.
	ErrKeyReused = fault.KeyReused
	// ErrUnitsChanged says that others asked for units of the shipment meanwhile.
	ErrUnitsChanged = fault.New(fault.Conflict, "return_contended", "other units of this parcel were asked to be sent back meanwhile")
)

// ReturnRequest is what a shopper asks to send back.
type ReturnRequest struct {
	CustomerID string
	OrderID    string
	ShipmentID string
	Lines      []Line
	Reason     string
	// Exchange is what is wanted instead, nil for nothing; without a product it is the same again, without a seller the same one's.
	Exchange *Exchange
	Guest    bool // whose order it is
}

func (q ReturnRequest) id(key string) string {
	return ids.Derive(ids.Return, q.CustomerID, q.OrderID, key)
}

// same tells whether a return was made of this request.
func (q ReturnRequest) same(r Return) bool {
	return r.CustomerID == q.CustomerID && r.OrderID == q.OrderID && r.ShipmentID == q.ShipmentID && r.Reason == q.Reason &&
		slices.EqualFunc(q.Lines, r.Lines, func(a Line, b ReturnLine) bool { return a.Line == b.Line && a.Quantity == b.Quantity }) &&
		(q.Exchange == nil) == (r.Exchange == nil) && q.exchanging(r).Exchange.wanted() == r.Exchange.wanted()
}

type returnFlaws []fault.Field

func (f *returnFlaws) unless(ok bool, pointer, code, message string) {
	if !ok {
		*f = append(*f, fault.Field{Pointer: pointer, Code: code, Message: message})
	}
}

func (f returnFlaws) fault() error {
	if f == nil {
		return nil
	}
	return fault.New(fault.Invalid, "invalid_return", "the return has fields that are not accepted").With(f...)
}

func (f *returnFlaws) reason(pointer, s string) {
	code, message := reasonFlaw(s)
	f.unless(code == "", pointer, code, message)
}

// check returns invalid_return with what is wrong with a request for units of a shipment, before of which were asked for
// already.
func (q ReturnRequest) check(x Shipment, before Units) error {
	var f returnFlaws
	f.reason("/reason", q.Reason)
	f.unless(len(q.Lines) > 0, "/lines", "required", "must name a line at least")
	for i, l := range q.Lines {
		at := "/lines/" + strconv.Itoa(i)
		n := slices.IndexFunc(x.Lines, func(s Line) bool { return s.Line == l.Line })
		f.unless(n >= 0, at+"/line", "not_found", "must be a line of the parcel")
		f.unless(!slices.ContainsFunc(q.Lines[:i], func(o Line) bool { return o.Line == l.Line }), at+"/line", "not_unique", "must be given once")
		f.unless(l.Quantity > 0 && (n < 0 || l.Quantity <= x.Lines[n].Quantity-before.Of[l.Line]), at+"/quantity", "out_of_range",
			"must be 1 to what the parcel holds and was not asked to be sent back before")
	}
	return f.fault()
}

// NewReturn makes a return of a request that was checked, and the units as they are with it. What is given back is what was
// paid for the units with their tax, as the order says of its shipment, and the charges (withdrawal.go). It may be nothing, where a coupon
// paid for them: the units come back all the same. Which units they are is said, so that whatever else belongs to them is
// given back with them, in whatever order. Units that are sent back one after another get the same together as all at once.
func NewReturn(
	id string, q ReturnRequest, o orders.Order, x Shipment, before Units, charges []Charge, now time.Time,
) (Return, Units, error) {
	r := Return{ID: id, OrderID: o.ID, ShipmentID: x.ID, Group: x.Group, SellerID: x.SellerID, CustomerID: q.CustomerID, Reason: q.Reason,
		Charges: charges, Amount: money.Zero(x.Amount.Currency), State: Requested, RequestedAt: now, UpdatedAt: now}
	after := Units{Of: map[string]int64{}, Version: before.Version + 1}
	for line, n := range before.Of {
		after.Of[line] = n
	}
	for _, l := range q.Lines {
		held, product, err := shipped(o, x.Group, l.Line)
		if err != nil {
			return r, after, err
		}
		from, to := before.Of[l.Line], before.Of[l.Line]+l.Quantity
		part, err := held.Between(from, to)
		if err != nil {
			return r, after, err
		}
		if r.Amount, err = r.Amount.Add(part.Paid); err != nil {
			return r, after, err
		}
		r.Lines = append(r.Lines, ReturnLine{l.Line, product, x.Centre, from, l.Quantity, part.Paid})
		after.Of[l.Line] = to
	}
	amount, err := r.Amount.Add(r.Shipping())
	r.Amount = amount
	return r, after, err
}

// shipped finds a line of an order in one of its groups.
func shipped(o orders.Order, group, line string) (held orders.ShipmentLine, product string, err error) {
	n := slices.IndexFunc(o.Lines, func(l orders.Line) bool { return l.Line == line })
	g := slices.IndexFunc(o.Shipments, func(s orders.Shipment) bool { return s.Group == group })
	if n >= 0 && g >= 0 {
		for _, l := range o.Shipments[g].Lines {
			if l.Line == line {
				return l, o.Lines[n].ProductID, nil
			}
		}
	}
	return held, "", fmt.Errorf("order %s: group %s has no line %s", o.ID, group, line)
}

// EventReturnExpired is the name of the event of a return that nobody received in time.
const EventReturnExpired = "ReturnExpired"

// ReturnExpired is the data of the event, version 1: nothing is given back for it.
type ReturnExpired struct {
	ReturnID   string `json:"return_id"`
	OrderID    string `json:"order_id"`
	ShipmentID string `json:"shipment_id"`
	Group      string `json:"group"`
	SellerID   string `json:"seller_id"`
}

// returnEnds is how long after it was asked for a return ends that nobody has received.
const returnEnds = 30 * 24 * time.Hour

// ExpiresAt is when a return ends unless it is received or rejected before.
func (r Return) ExpiresAt() time.Time { return r.RequestedAt.Add(returnEnds) }

// Expired is the data of the event that it ended.
func (r Return) Expired() ReturnExpired {
	return ReturnExpired{r.ID, r.OrderID, r.ShipmentID, r.Group, r.SellerID}
}

// EventReturnRequested is the name of the event of a return that was asked for.
const EventReturnRequested = "ReturnRequested"

// ReturnRequested is the data of the event, version 1: the seller is to expect units.
type ReturnRequested struct {
	ReturnID    string       `json:"return_id"`
	OrderID     string       `json:"order_id"`
	ShipmentID  string       `json:"shipment_id"`
	Group       string       `json:"group"`
	SellerID    string       `json:"seller_id"`
	Lines       []ReturnLine `json:"lines"`
	RequestedAt time.Time    `json:"requested_at"`
}

// Requested is what others are told of a return that was asked for.
func (r Return) Requested() ReturnRequested {
	return ReturnRequested{r.ID, r.OrderID, r.ShipmentID, r.Group, r.SellerID, r.Lines, r.RequestedAt.UTC()}
}

// EventReturnReceived is the name of the event.
const EventReturnReceived = "ReturnReceived"

// ReturnReceived is the data of the event, version 1: units have come back, and what was paid for them is to be given
// back.
type ReturnReceived struct {
	ReturnID   string       `json:"return_id"`
	OrderID    string       `json:"order_id"`
	ShipmentID string       `json:"shipment_id"`
	Group      string       `json:"group"`
	SellerID   string       `json:"seller_id"`
	Amount     money.Amount `json:"amount"`
	Lines      []ReturnLine `json:"lines"`
	Charges    []Charge     `json:"charges,omitempty"` // for shipping, in the amount; came later to version 1
	ReceivedAt time.Time    `json:"received_at"`
}

// Received is what others are told of a return that was received.
func (r Return) Received() ReturnReceived {
	return ReturnReceived{r.ID, r.OrderID, r.ShipmentID, r.Group, r.SellerID, r.Amount, r.Lines, r.Charges, r.UpdatedAt.UTC()}
}

// latestFirst puts returns in the order in which people look at them.
func latestFirst(a, b Return) int {
	return cmp.Or(b.RequestedAt.Compare(a.RequestedAt), strings.Compare(a.ID, b.ID))
}
