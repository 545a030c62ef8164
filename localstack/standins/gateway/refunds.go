package gateway

import (
	"net/http"
	"time"
)

// refund gives captured money back; a card's refund succeeds at once, and its bank may turn it back later: failure is why.
type refund struct {
	failure                              string
	id, charge, intent, reason, currency string
	amount                               int64
	metadata                             map[string]string
	created                              time.Time
}

func (s *state) createRefund(c *call) (any, *apiError) {
	f := c.form
	if err := f.only("payment_intent", "charge", "amount", "reason", "metadata", "expand"); err != nil {
		return nil, err
	}
	if !f.has("payment_intent") && !f.has("charge") {
		return nil, invalid("", "parameter_missing", "One of the following params should be provided for this request: payment_intent or charge.")
	}
	var amount int64
	var err *apiError
	if f.has("amount") {
		if amount, err = f.amount("amount"); err != nil {
			return nil, err
		}
	}
	reason, err := f.oneOf("reason", "", "duplicate", "fraudulent", "requested_by_customer")
	if err != nil {
		return nil, err
	}
	metadata, err := f.metadata()
	if err != nil {
		return nil, err
	}
	show, err := f.expansions("", "charge", "payment_intent")
	if err != nil {
		return nil, err
	}
	ch, i, err := s.refundTarget(f)
	if err != nil {
		return nil, err
	}
	c.intent = i.id
	if d, disputed := s.disputes[ch.dispute]; disputed && d.status != disputeWon {
		return nil, refused("charge_disputed", "", "Charge %s has been charged back; cannot issue a refund.", ch.id)
	}
	left := ch.captured - ch.refunded
	if left == 0 {
		return nil, refused("charge_already_refunded", "", "Charge %s has already been refunded.", ch.id)
	}
	if amount == 0 {
		amount = left
	}
	if amount > left {
		return nil, refused("", "amount", "Refund amount (%d %s) is greater than unrefunded amount on charge (%d %s)", amount, i.currency, left,
			i.currency)
	}
	r := &refund{id: s.ids.make("re_3", 24), charge: ch.id, intent: i.id, reason: reason, currency: i.currency,
		amount: amount, metadata: metadata, created: c.now}
	s.refunds[r.id] = r
	s.refunded = append(s.refunded, r)
	ch.refunded += amount
	s.post(c.now, i.id, entryRefunded, amount)
	s.book(c.now, moveRefund, "refund", r.id, i.currency, -amount)
	s.tell(c.now, "refund.created", s.renderRefund(r, nil))
	return s.renderRefund(r, show), nil
}

// refundTarget finds the charge that the refund is for. Money that was authorized and not captured cannot be
// refunded: it is released by canceling the intent.
func (s *state) refundTarget(f form) (*charge, *intent, *apiError) {
	var ch *charge
	if id := f.get("charge"); id != "" {
		if ch = s.charges[id]; ch == nil {
			return nil, nil, missing(http.StatusNotFound, "charge", "charge", id)
		}
	}
	id := f.get("payment_intent")
	if id == "" {
		id = ch.intent
	}
	i, ok := s.intents[id]
	if !ok {
		return nil, nil, missing(http.StatusNotFound, "payment_intent", "payment_intent", id)
	}
	if ch != nil && ch.intent != i.id {
		return nil, nil, refused("", "charge", "Charge %s does not belong to PaymentIntent %s.", ch.id, i.id)
	}
	if ch == nil {
		ch = s.charges[i.charge]
	}
	if ch == nil || !ch.settled {
		return nil, nil, refused("", "", "This PaymentIntent (%s) does not have a successful charge to refund.", i.id)
	}
	return ch, i, nil
}

// turnBack fails a refund that has succeeded: its money is on the charge again (docs.stripe.com/refunds#failed-refunds).
func (s *state) turnBack(now time.Time, r *refund, reason string) {
	r.failure = reason
	s.charges[r.charge].refunded -= r.amount
	s.post(now, r.intent, entryTurnedBack, r.amount)
	s.book(now, moveRefundFailure, "refund_failure", r.id, r.currency, r.amount)
	s.tell(now, "refund.failed", s.renderRefund(r, nil))
}

func (s *state) retrieveRefund(c *call) (any, *apiError) {
	if err := c.form.only("expand"); err != nil {
		return nil, err
	}
	show, err := c.form.expansions("", "charge", "payment_intent")
	if err != nil {
		return nil, err
	}
	r, ok := s.refunds[c.id]
	if !ok {
		return nil, missing(http.StatusNotFound, "refund", "refund", c.id)
	}
	return s.renderRefund(r, show), nil
}

// listRefunds answers newest first, of one intent or charge when asked so.
func (s *state) listRefunds(c *call) (any, *apiError) {
	f := c.form
	if err := f.only("payment_intent", "charge", "limit", "starting_after", "ending_before", "expand"); err != nil {
		return nil, err
	}
	show, err := f.expansions("data.", "charge", "payment_intent")
	if err != nil {
		return nil, err
	}
	p, err := f.page()
	if err != nil {
		return nil, err
	}
	var ids []string
	for k := len(s.refunded) - 1; k >= 0; k-- {
		r := s.refunded[k]
		if (f.has("payment_intent") && f.get("payment_intent") != r.intent) || (f.has("charge") && f.get("charge") != r.charge) {
			continue
		}
		ids = append(ids, r.id)
	}
	ids, more, err := p.cut(ids, "refund")
	if err != nil {
		return nil, err
	}
	data := make([]any, len(ids))
	for k, id := range ids {
		data[k] = s.renderRefund(s.refunds[id], show)
	}
	return renderList("/v1/refunds", data, more), nil
}

func (s *state) retrieveCharge(c *call) (any, *apiError) {
	if err := c.form.only("expand"); err != nil {
		return nil, err
	}
	ch, ok := s.charges[c.id]
	if !ok {
		return nil, missing(http.StatusNotFound, "charge", "id", c.id)
	}
	return s.renderCharge(ch), nil
}
