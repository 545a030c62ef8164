package gateway

import (
	"net/http"
	"regexp"
	"strings"
	"time"
)

// The states of an intent (https://docs.stripe.com/payments/paymentintents/lifecycle). "processing" never
// shows: cards answer at once.
const (
	statusMethod    = "requires_payment_method"
	statusConfirm   = "requires_confirmation"
	statusAction    = "requires_action"
	statusCapture   = "requires_capture"
	statusSucceeded = "succeeded"
	statusCanceled  = "canceled"
)

const captureManual = "manual"

// intent is one payment and its authorization. capturable and received are minor units of currency.
type intent struct {
	id, secret           string
	amount               int64
	currency             string
	status               string
	captureMethod        string
	customer             string
	description          string
	metadata             map[string]string
	method, lastMethod   string // lastMethod outlives a decline, which takes the method away
	types                []string
	automatic            bool // no payment_method_types were given: Stripe picks them
	redirects            string
	returnURL            string
	offSession           bool
	keep                 string // setup_future_usage: the method is to serve payments to come
	lastError            *apiError
	next                 map[string]any
	charge               string
	capturable, received int64
	canceledAt           time.Time
	cancellation         string
	created              time.Time
	createKey            string
	confirmedAtCreate    bool
	history              []step
}

// step is one change of an intent's state.
type step struct {
	At        time.Time `json:"time"`
	Operation string    `json:"operation"`
	From      string    `json:"from,omitempty"`
	To        string    `json:"to"`
	Key       string    `json:"idempotency_key,omitempty"`
}

func (i *intent) move(at time.Time, operation, key, to string) {
	i.history = append(i.history, step{At: at, Operation: operation, From: i.status, To: to, Key: key})
	i.status = to
}

var currencyForm = regexp.MustCompile(`^[a-z]{3}$`)

func (s *state) createIntent(c *call) (any, *apiError) {
	f := c.form
	if err := f.only("amount", "currency", "payment_method", "payment_method_types", "automatic_payment_methods",
		"capture_method", "confirm", "confirmation_method", "customer", "description", "metadata", "off_session",
		"return_url", "receipt_email", "statement_descriptor", "statement_descriptor_suffix", "shipping",
		"transfer_group", "use_stripe_sdk", "setup_future_usage", "expand"); err != nil {
		return nil, err
	}
	i := &intent{createKey: c.key, created: c.now, description: f.get("description")}
	if err := i.read(f); err != nil {
		return nil, err
	}
	confirm, err := f.boolean("confirm")
	if err != nil {
		return nil, err
	}
	show, err := f.expansions("", "latest_charge", "payment_method", "customer")
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"off_session", "return_url"} {
		if f.has(name) && !confirm {
			return nil, invalid(name, "", "%s can only be used with confirm=true.", name)
		}
	}
	i.returnURL = f.get("return_url")
	if confirm && i.needsReturnURL() {
		return nil, returnURLMissing()
	}
	if i.customer = f.get("customer"); i.customer != "" && s.customers[i.customer] == nil {
		return nil, missing(http.StatusBadRequest, "customer", "customer", i.customer)
	}
	var m *method
	if id := f.get("payment_method"); id != "" {
		if m, err = s.chooseMethod(c, i, id); err != nil {
			return nil, err
		}
	} else if confirm {
		return nil, methodMissing(nil)
	}

	i.id = s.ids.make("pi_3", 24)
	i.secret = i.id + "_secret_" + s.ids.make("", 25)
	i.setMethod(m)
	first := statusMethod
	if m != nil {
		first = statusConfirm
	}
	i.move(c.now, string(opCreate), c.key, first)
	s.intents[i.id] = i
	s.order = append(s.order, i)
	c.intent = i.id
	if i.confirmedAtCreate = confirm; confirm {
		if err := s.attempt(c, i); err != nil {
			return nil, err
		}
	}
	return s.renderIntent(i, show), nil
}

// read takes the parameters that stand by themselves.
func (i *intent) read(f form) (err *apiError) {
	for _, name := range []string{"amount", "currency"} {
		if err := f.required(name); err != nil {
			return err
		}
	}
	if i.amount, err = f.amount("amount"); err != nil {
		return err
	}
	if i.currency = strings.ToLower(f.get("currency")); !currencyForm.MatchString(i.currency) {
		return invalid("currency", "", "Invalid currency: %s", f.get("currency"))
	}
	if lowest := least[i.currency]; i.amount < lowest {
		return invalid("amount", "amount_too_small", "Amount must be at least %d minor units of %s", lowest, i.currency)
	}
	if i.captureMethod, err = f.oneOf("capture_method", "automatic_async", "automatic", "automatic_async", captureManual); err != nil {
		return err
	}
	if _, err = f.oneOf("confirmation_method", "automatic", "automatic"); err != nil {
		return err
	}
	if i.offSession, err = readOffSession(f); err != nil {
		return err
	}
	if i.keep, err = f.oneOf("setup_future_usage", "", "off_session", "on_session"); err != nil {
		return err
	}
	if i.metadata, err = f.metadata(); err != nil {
		return err
	}
	return i.readTypes(f)
}

// readTypes settles which kinds of methods the intent takes. Since API version 2023-08-16 an intent that
// names none takes all that the account has enabled, some of which redirect the shopper.
func (i *intent) readTypes(f form) (err *apiError) {
	i.types = f.list("payment_method_types")
	for _, t := range i.types {
		if t != "card" {
			return invalid("payment_method_types", "", "The payment method type %q is not modelled here; only card is.", t)
		}
	}
	enabled, err := f.boolean("automatic_payment_methods[enabled]")
	if err != nil {
		return err
	}
	if enabled && len(i.types) > 0 {
		return invalid("payment_method_types", "", "You may only specify one of these parameters: automatic_payment_methods, payment_method_types.")
	}
	i.redirects, err = f.oneOf("automatic_payment_methods[allow_redirects]", "always", "always", "never")
	if i.automatic = len(i.types) == 0; i.automatic {
		i.types = []string{"card"}
	}
	return err
}

func readOffSession(f form) (bool, *apiError) {
	if v := f.get("off_session"); v == "one_off" || v == "recurring" {
		return true, nil
	}
	return f.boolean("off_session")
}

func (i *intent) needsReturnURL() bool {
	return i.automatic && i.redirects == "always" && i.returnURL == ""
}

func returnURLMissing() *apiError {
	return invalid("return_url", "", "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. "+
		"Because some of these might redirect your customer off of your page, you must provide a `return_url`; "+
		"or give `payment_method_types[]=card`, or `automatic_payment_methods[allow_redirects]=never`, when you create it.")
}

func methodMissing(rendered any) *apiError {
	return unexpectedState(rendered, "You cannot confirm this PaymentIntent because it's missing a payment method. "+
		"Update it with a payment method and confirm it again, or confirm it with one.")
}

// chooseMethod finds a usable method for the intent. A ready method is made only once all else is checked.
func (s *state) chooseMethod(c *call, i *intent, id string) (*method, *apiError) {
	m, ok := s.resolveMethod(c, id)
	if !ok {
		return nil, missing(http.StatusBadRequest, "PaymentMethod", "payment_method", id)
	}
	return m, m.usable(i.customer, i.id)
}

func (i *intent) setMethod(m *method) {
	if m != nil {
		i.method, i.lastMethod = m.id, m.id
	}
}

func (s *state) retrieveIntent(c *call) (any, *apiError) {
	if err := c.form.only("client_secret", "expand"); err != nil {
		return nil, err
	}
	show, err := c.form.expansions("", "latest_charge", "payment_method", "customer")
	if err != nil {
		return nil, err
	}
	i, err := s.pathIntent(c)
	if err != nil {
		return nil, err
	}
	return s.renderIntent(i, show), nil
}

func (s *state) pathIntent(c *call) (*intent, *apiError) {
	i, ok := s.intents[c.id]
	if !ok {
		return nil, missing(http.StatusNotFound, "payment_intent", "intent", c.id)
	}
	return i, nil
}

// listIntents answers newest first.
func (s *state) listIntents(c *call) (any, *apiError) {
	if err := c.form.only("limit", "starting_after", "ending_before", "customer", "expand"); err != nil {
		return nil, err
	}
	show, err := c.form.expansions("data.", "latest_charge", "payment_method", "customer")
	if err != nil {
		return nil, err
	}
	p, err := c.form.page()
	if err != nil {
		return nil, err
	}
	var ids []string
	for k := len(s.order) - 1; k >= 0; k-- {
		if owner := c.form.get("customer"); owner == "" || owner == s.order[k].customer {
			ids = append(ids, s.order[k].id)
		}
	}
	ids, more, err := p.cut(ids, "payment_intent")
	if err != nil {
		return nil, err
	}
	data := make([]any, len(ids))
	for k, id := range ids {
		data[k] = s.renderIntent(s.intents[id], show)
	}
	return renderList("/v1/payment_intents", data, more), nil
}
