package gateway

import (
	"net/http"
	"time"
)

// captureWindow is how long an authorization holds for card payments that the shopper starts
// (https://docs.stripe.com/payments/place-a-hold-on-a-payment-method: 7 days on every brand modelled).
const captureWindow = 7 * 24 * time.Hour

// charge is one attempt to take an intent's money. amount = captured + released + what is still open;
// refunded <= captured.
type charge struct {
	id, intent, method           string
	amount                       int64
	captured, released, refunded int64
	settled                      bool // captured, as a fact: of less than amount too
	captureBefore                time.Time
	failure                      *decline
	dispute                      string // the id of one that disputes it
	created                      time.Time
}

func (s *state) confirmIntent(c *call) (any, *apiError) {
	f := c.form
	if err := f.only("payment_method", "off_session", "return_url", "capture_method", "receipt_email", "shipping",
		"use_stripe_sdk", "expand"); err != nil {
		return nil, err
	}
	offSession, err := readOffSession(f)
	if err != nil {
		return nil, err
	}
	captureMethod, err := f.oneOf("capture_method", "", "automatic", "automatic_async", captureManual)
	if err != nil {
		return nil, err
	}
	show, err := f.expansions("", "latest_charge", "payment_method", "customer")
	if err != nil {
		return nil, err
	}
	i, err := s.pathIntent(c)
	if err != nil {
		return nil, err
	}
	c.intent = i.id
	if err := s.confirmable(i); err != nil {
		return nil, err
	}
	if f.has("return_url") {
		i.returnURL = f.get("return_url")
	}
	if i.needsReturnURL() {
		return nil, returnURLMissing()
	}
	m, err := s.confirmedMethod(c, i)
	if err != nil {
		return nil, err
	}
	i.setMethod(m)
	i.offSession = i.offSession || offSession
	if captureMethod != "" {
		i.captureMethod = captureMethod
	}
	if err := s.attempt(c, i); err != nil {
		return nil, err
	}
	return s.renderIntent(i, show), nil
}

// confirmable refuses a confirm in a state that knows none.
func (s *state) confirmable(i *intent) *apiError {
	switch i.status {
	case statusMethod, statusConfirm, statusAction:
		return nil
	case statusSucceeded:
		return unexpectedState(s.renderIntent(i, nil),
			"You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.")
	default:
		return unexpectedState(s.renderIntent(i, nil), "You cannot confirm this PaymentIntent because it has a status of %s. "+
			"Only a PaymentIntent with one of the following statuses may be confirmed: "+
			"requires_payment_method, requires_confirmation, requires_action.", i.status)
	}
}

// confirmedMethod is the method that a confirm pays with: the one it names, or the intent's own.
func (s *state) confirmedMethod(c *call, i *intent) (*method, *apiError) {
	if id := c.form.get("payment_method"); id != "" {
		return s.chooseMethod(c, i, id)
	}
	if i.method == "" {
		return nil, methodMissing(s.renderIntent(i, nil))
	}
	m := s.methods[i.method]
	return m, m.usable(i.customer, i.id)
}

// attempt asks the bank, or sends the shopper there first.
func (s *state) attempt(c *call, i *intent) *apiError {
	m := s.methods[i.method]
	m.usedBy = i.id
	if m.card.challenge && !(i.offSession && (m.card.exempt || m.card.remembers && m.setUp)) {
		if i.offSession {
			return s.deny(c.now, i, declineAuthenticate, c.key)
		}
		i.next, i.lastError = s.challenge(c, i), nil
		i.move(c.now, string(c.op), c.key, statusAction)
		return nil
	}
	return s.authorize(c.now, i, string(c.op), c.key)
}

// challenge is what the shopper must do. Only with a return_url does it carry an address that a server can
// hand on: what use_stripe_sdk holds is for Stripe's own script.
func (s *state) challenge(c *call, i *intent) map[string]any {
	page := c.base + "/_control/intents/" + i.id + "/authenticate"
	if i.returnURL != "" {
		return map[string]any{"type": "redirect_to_url",
			"redirect_to_url": map[string]any{"url": page, "return_url": i.returnURL}}
	}
	return map[string]any{"type": "use_stripe_sdk",
		"use_stripe_sdk": map[string]any{"type": "three_d_secure_redirect", "stripe_js": page}}
}

// authorize has the bank decide, and captures at once unless capture is manual.
func (s *state) authorize(now time.Time, i *intent, operation, key string) *apiError {
	m := s.methods[i.method]
	if m.card.decline != nil {
		return s.deny(now, i, m.card.decline, key)
	}
	ch := &charge{id: s.ids.make("ch_3", 24), intent: i.id, method: m.id, amount: i.amount, created: now}
	s.charges[ch.id] = ch
	i.charge, i.next, i.lastError = ch.id, nil, nil
	if i.keep != "" && i.customer != "" {
		m.customer, m.setUp = i.customer, m.setUp || i.keep == "off_session"
	}
	s.post(now, i.id, entryAuthorized, i.amount)
	if i.captureMethod != captureManual {
		ch.captured, ch.settled, i.received = i.amount, true, i.amount
		s.post(now, i.id, entryCaptured, i.amount)
		s.book(now, moveCharge, "charge", ch.id, i.currency, i.amount)
		i.move(now, operation, key, statusSucceeded)
		if m.card.disputes {
			s.complain(now, ch)
		}
		return nil
	}
	ch.captureBefore = now.Add(captureWindow)
	s.expiring = append(s.expiring, ch)
	i.capturable = i.amount
	i.move(now, operation, key, statusCapture)
	return nil
}

// deny records a decline: the intent lives on and asks for another method.
func (s *state) deny(now time.Time, i *intent, d *decline, key string) *apiError {
	m := s.methods[i.method]
	ch := &charge{id: s.ids.make("ch_3", 24), intent: i.id, method: m.id, amount: i.amount, created: now, failure: d}
	s.charges[ch.id] = ch
	i.charge, i.next, i.method = ch.id, nil, ""
	err := d.tell("")
	err.Charge, err.PaymentMethod = ch.id, m.render()
	kept := *err
	i.lastError = &kept
	i.move(now, "decline", key, statusMethod)
	err.PaymentIntent = s.renderIntent(i, nil)
	s.tell(now, "payment_intent.payment_failed", s.renderIntent(i, nil))
	return err
}

func (s *state) cancelIntent(c *call) (any, *apiError) {
	if err := c.form.only("cancellation_reason", "expand"); err != nil {
		return nil, err
	}
	reason, err := c.form.oneOf("cancellation_reason", "", "abandoned", "duplicate", "fraudulent", "requested_by_customer")
	if err != nil {
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
	c.intent = i.id
	if i.status == statusSucceeded || i.status == statusCanceled {
		return nil, unexpectedState(s.renderIntent(i, nil), "You cannot cancel this PaymentIntent because it has a status of %s. "+
			"Only a PaymentIntent with one of the following statuses may be canceled: "+
			"requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.", i.status)
	}
	s.release(i, c.now, reason, string(opCancel), c.key)
	return s.renderIntent(i, show), nil
}

// release ends an intent and gives back what is still authorized.
func (s *state) release(i *intent, at time.Time, reason, operation, key string) {
	if ch, ok := s.charges[i.charge]; ok && i.capturable > 0 {
		ch.released += i.capturable
		s.post(at, i.id, entryReleased, i.capturable)
	}
	i.capturable, i.next = 0, nil
	i.canceledAt, i.cancellation = at, reason
	i.move(at, operation, key, statusCanceled)
	s.tell(at, "payment_intent.canceled", s.renderIntent(i, nil))
}

// captureIntent takes the money, or a part of it: the rest is released and there is no second capture.
func (s *state) captureIntent(c *call) (any, *apiError) {
	f := c.form
	if err := f.only("amount_to_capture", "final_capture", "metadata", "statement_descriptor",
		"statement_descriptor_suffix", "expand"); err != nil {
		return nil, err
	}
	var amount int64
	var err *apiError
	if f.has("amount_to_capture") {
		if amount, err = f.amount("amount_to_capture"); err != nil {
			return nil, err
		}
	}
	if f.has("final_capture") && f.get("final_capture") != "true" {
		return nil, invalid("final_capture", "", "Capturing more than once is not available on this account.")
	}
	metadata, err := f.metadata()
	if err != nil {
		return nil, err
	}
	show, err := f.expansions("", "latest_charge", "payment_method", "customer")
	if err != nil {
		return nil, err
	}
	i, err := s.pathIntent(c)
	if err != nil {
		return nil, err
	}
	c.intent = i.id
	switch i.status {
	case statusCapture:
	case statusSucceeded:
		return nil, unexpectedState(s.renderIntent(i, nil), "This PaymentIntent could not be captured because it has already been captured.")
	default:
		return nil, unexpectedState(s.renderIntent(i, nil), "This PaymentIntent could not be captured because it has a status of %s. "+
			"Only a PaymentIntent with one of the following statuses may be captured: requires_capture.", i.status)
	}
	if amount == 0 {
		amount = i.capturable
	}
	if amount > i.capturable {
		err := refused("amount_too_large", "", "The payment could not be captured because "+
			"the requested capture amount is greater than the amount you can capture for this charge.")
		err.PaymentIntent = s.renderIntent(i, nil)
		return nil, err
	}
	for k, v := range metadata {
		i.metadata[k] = v
	}
	s.settle(c, i, amount)
	return s.renderIntent(i, show), nil
}

// settle takes an amount of what is authorized, and releases the rest.
func (s *state) settle(c *call, i *intent, amount int64) {
	ch := s.charges[i.charge]
	rest := i.capturable - amount
	ch.captured, ch.released, ch.settled = amount, rest, true
	i.received, i.capturable = amount, 0
	s.post(c.now, i.id, entryCaptured, amount)
	s.book(c.now, moveCharge, "charge", ch.id, i.currency, amount)
	s.post(c.now, i.id, entryReleased, rest)
	i.move(c.now, string(opCapture), c.key, statusSucceeded)
	if s.methods[ch.method].card.disputes {
		s.complain(c.now, ch)
	}
}

// authenticate plays the bank's page: the shopper proved who they are, or failed to.
func (s *state) authenticate(now time.Time, i *intent, success bool) {
	if success {
		_ = s.authorize(now, i, "authenticate", "") // a decline is the intent's own story: last_payment_error
		return
	}
	m := s.methods[i.method]
	err := refused("payment_intent_authentication_failure", "", "The provided PaymentMethod has failed authentication. "+
		"You can provide a new PaymentMethod to attempt to fulfill this PaymentIntent again.")
	err.status, err.PaymentMethod = http.StatusPaymentRequired, m.render()
	i.lastError, i.next, i.method = err, nil, ""
	i.move(now, "authenticate", "", statusMethod)
	s.tell(now, "payment_intent.payment_failed", s.renderIntent(i, nil))
}
