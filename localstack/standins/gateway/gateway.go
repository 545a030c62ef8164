package gateway

import (
	"log/slog"
	"net/http"
	"sync"
	"time"
)

// Config says what a gateway runs on. The zero value works.
type Config struct {
	// Now is the clock; nil is time.Now. POST /_control/clock adds to it.
	Now func() time.Time
	// Seed makes the ids. Two gateways with one seed give one sequence of ids, so a gateway whose callers
	// outlive it (tables kept over a restart) needs another seed each time.
	Seed uint64
	// Log gets one record a call; nil is silent.
	Log *slog.Logger
	// AnswerDelay is how long pm_rialto_timeout and pm_rialto_late, and armed timeouts and delays that name
	// no delay_ms, wait. 0 is 30 seconds.
	AnswerDelay time.Duration
	// WebhookURL is where events are sent, signed with WebhookSecret; without it they are only kept.
	WebhookURL, WebhookSecret string
}

// apiVersion is the API's, in every answer and event.
const apiVersion = "2025-08-27.basil"

// Gateway is an http.Handler. Close it when done, so that no call stays delayed.
type Gateway struct {
	config Config
	mux    *http.ServeMux
	closed chan struct{}
	once   sync.Once

	// mu guards what follows and serialises every call's effect.
	mu     sync.Mutex
	offset time.Duration
	state  *state
	ids    *ids
	keys   *keys
	faults *faults
	calls  *calls
	// announced is how many of the state's events were sent.
	announced int
}

// New returns an empty gateway.
func New(config Config) *Gateway {
	if config.Now == nil {
		config.Now = time.Now
	}
	if config.Log == nil {
		config.Log = slog.New(slog.DiscardHandler)
	}
	if config.AnswerDelay <= 0 {
		config.AnswerDelay = 30 * time.Second
	}
	g := &Gateway{config: config, mux: http.NewServeMux(), closed: make(chan struct{}), calls: &calls{}}
	g.clear(newIDs(config.Seed))
	for pattern, op := range routes {
		g.mux.Handle(pattern, g.api(op))
	}
	g.mux.Handle("/", g.api(""))
	g.control()
	return g
}

// ServeHTTP answers one call.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// Close ends every delay: a call not yet begun is cut without effect, an answer withheld is dropped.
func (g *Gateway) Close() { g.once.Do(func() { close(g.closed) }) }

// clear forgets everything but the call log; g.mu is held or not yet needed. The ids go on, for a caller
// that still knows an old intent must not meet a new one under its id.
func (g *Gateway) clear(ids *ids) {
	if g.faults != nil {
		g.faults.removeAll()
	}
	g.ids, g.offset, g.announced = ids, 0, 0
	g.state, g.keys, g.faults = newState(ids), newKeys(), newFaults()
}

// now is the clock with what was added to it, in whole milliseconds; g.mu is held.
func (g *Gateway) now() time.Time {
	return g.config.Now().Add(g.offset).UTC().Truncate(time.Millisecond)
}

// An operation is the name of one API endpoint, as faults and the call log use it.
type operation string

// The operations.
const (
	opCreate          operation = "create"
	opRetrieve        operation = "retrieve"
	opList            operation = "list"
	opConfirm         operation = "confirm"
	opCancel          operation = "cancel"
	opCapture         operation = "capture"
	opRefund          operation = "refund"
	opRetrieveRefund  operation = "retrieve_refund"
	opListRefunds     operation = "list_refunds"
	opRetrieveCharge  operation = "retrieve_charge"
	opCreateMethod    operation = "create_payment_method"
	opRetrieveMethod  operation = "retrieve_payment_method"
	opAttachMethod    operation = "attach_payment_method"
	opDetachMethod    operation = "detach_payment_method"
	opCreateCustomer  operation = "create_customer"
	opGetCustomer     operation = "retrieve_customer"
	opCalculateTax    operation = "calculate_tax"
	opListTaxItems    operation = "list_tax_items"
	opDeleteCustomer  operation = "delete_customer"
	opRetrieveDispute operation = "retrieve_dispute"
	opUpdateDispute   operation = "update_dispute"
	opCloseDispute    operation = "close_dispute"
	opListBalance     operation = "list_balance_transactions"
	opRetrievePayout  operation = "retrieve_payout"
)

var routes = map[string]operation{
	"POST /v1/payment_intents":              opCreate,
	"GET /v1/payment_intents":               opList,
	"GET /v1/payment_intents/{id}":          opRetrieve,
	"POST /v1/payment_intents/{id}/confirm": opConfirm,
	"POST /v1/payment_intents/{id}/cancel":  opCancel,
	"POST /v1/payment_intents/{id}/capture": opCapture,
	"POST /v1/refunds":                      opRefund,
	"GET /v1/refunds":                       opListRefunds,
	"GET /v1/refunds/{id}":                  opRetrieveRefund,
	"GET /v1/charges/{id}":                  opRetrieveCharge,
	"GET /v1/disputes/{id}":                 opRetrieveDispute,
	"POST /v1/disputes/{id}":                opUpdateDispute,
	"POST /v1/disputes/{id}/close":          opCloseDispute,
	"GET /v1/balance_transactions":          opListBalance,
	"GET /v1/payouts/{id}":                  opRetrievePayout,
	"POST /v1/payment_methods":              opCreateMethod,
	"GET /v1/payment_methods/{id}":          opRetrieveMethod,
	"POST /v1/payment_methods/{id}/attach":  opAttachMethod,
	"POST /v1/payment_methods/{id}/detach":  opDetachMethod,
	"POST /v1/customers":                    opCreateCustomer,
	"GET /v1/customers/{id}":                opGetCustomer,

	"POST /v1/tax/calculations":                opCalculateTax,
	"GET /v1/tax/calculations/{id}/line_items": opListTaxItems,
	"DELETE /v1/customers/{id}":                opDeleteCustomer,
}

// execute runs the endpoint on the state; g.mu is held.
func (s *state) execute(c *call) (any, *apiError) {
	switch c.op {
	case opCreate:
		return s.createIntent(c)
	case opRetrieve:
		return s.retrieveIntent(c)
	case opList:
		return s.listIntents(c)
	case opConfirm:
		return s.confirmIntent(c)
	case opCancel:
		return s.cancelIntent(c)
	case opCapture:
		return s.captureIntent(c)
	case opRefund:
		return s.createRefund(c)
	case opRetrieveRefund:
		return s.retrieveRefund(c)
	case opListRefunds:
		return s.listRefunds(c)
	case opRetrieveCharge:
		return s.retrieveCharge(c)
	case opRetrieveDispute:
		return s.retrieveDispute(c)
	case opUpdateDispute:
		return s.updateDispute(c)
	case opCloseDispute:
		return s.closeDispute(c)
	case opListBalance:
		return s.listBalance(c)
	case opRetrievePayout:
		return s.retrievePayout(c)
	case opCreateMethod:
		return s.createMethod(c)
	case opRetrieveMethod:
		return s.retrieveMethod(c)
	case opAttachMethod:
		return s.attachMethod(c)
	case opDetachMethod:
		return s.detachMethod(c)
	case opCreateCustomer:
		return s.createCustomer(c)
	case opGetCustomer:
		return s.retrieveCustomer(c)
	case opCalculateTax:
		return s.calculateTax(c)
	case opListTaxItems:
		return s.listTaxItems(c)
	case opDeleteCustomer:
		return s.deleteCustomer(c)
	default:
		return nil, unrecognizedURL(c.method, c.path)
	}
}
