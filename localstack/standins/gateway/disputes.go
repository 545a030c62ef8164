package gateway

import (
	"net/http"
	"time"
)

// dispute is a customer's complaint to their bank: it takes all that was captured and not given back.
type dispute struct {
	id, charge, intent, status string
	amount                     int64
	currency                   string
	created                    time.Time
}

// The states of a dispute that are modelled (https://docs.stripe.com/api/disputes/object#dispute_object-status).
const (
	disputeOpen   = "needs_response"
	disputeReview = "under_review"
	disputeWon    = "won"
	disputeLost   = "lost"
)

// evidenceDays is how long the bank takes evidence, in days: 7 to 21 as networks differ (https://docs.stripe.com/disputes/how-disputes-work).
const evidenceDays = 9

// complain disputes a charge that was captured, for cards that do (pm_card_createDispute).
func (s *state) complain(now time.Time, ch *charge) {
	d := &dispute{id: s.ids.make("du_1", 24), charge: ch.id, intent: ch.intent, status: disputeOpen, amount: ch.captured - ch.refunded,
		currency: s.intents[ch.intent].currency, created: now}
	s.disputes[d.id] = d
	ch.dispute = d.id
	s.book(now, moveAdjustment, "dispute", d.id, d.currency, -d.amount)
	s.tell(now, "charge.dispute.created", s.renderDispute(d))
}

func (s *state) retrieveDispute(c *call) (any, *apiError) {
	if err := c.form.only("expand"); err != nil {
		return nil, err
	}
	d, err := s.pathDispute(c)
	if err != nil {
		return nil, err
	}
	return s.renderDispute(d), nil
}

func (s *state) pathDispute(c *call) (*dispute, *apiError) {
	d, ok := s.disputes[c.id]
	if !ok {
		return nil, missing(http.StatusNotFound, "dispute", "dispute", c.id)
	}
	c.intent = d.intent
	return d, nil
}

// updateDispute takes evidence. In test mode its text decides (https://docs.stripe.com/testing#evidence).
func (s *state) updateDispute(c *call) (any, *apiError) {
	if err := c.form.only("evidence", "submit", "metadata", "expand"); err != nil {
		return nil, err
	}
	d, err := s.pathDispute(c)
	if err != nil {
		return nil, err
	}
	if d.status != disputeOpen {
		return nil, refused("", "", "This dispute is already closed.")
	}
	switch c.form.get("evidence[uncategorized_text]") {
	case "winning_evidence":
		s.closeAs(c.now, d, disputeWon)
	case "losing_evidence":
		s.closeAs(c.now, d, disputeLost)
	default:
		d.status = disputeReview
	}
	return s.renderDispute(d), nil
}

// closeDispute accepts a dispute: it is lost.
func (s *state) closeDispute(c *call) (any, *apiError) {
	if err := c.form.only("expand"); err != nil {
		return nil, err
	}
	d, err := s.pathDispute(c)
	if err != nil {
		return nil, err
	}
	if d.status != disputeOpen && d.status != disputeReview {
		return nil, refused("", "", "This dispute is already closed.")
	}
	s.closeAs(c.now, d, disputeLost)
	return s.renderDispute(d), nil
}

func (s *state) closeAs(now time.Time, d *dispute, status string) {
	d.status = status
	if status == disputeWon {
		s.book(now, moveAdjustment, "dispute_reversal", d.id, d.currency, d.amount)
	}
	s.tell(now, "charge.dispute.closed", s.renderDispute(d))
}

func (s *state) renderDispute(d *dispute) object {
	return object{
		"id": d.id, "object": "dispute", "livemode": false, "created": d.created.Unix(), "amount": d.amount, "currency": d.currency,
		"charge": d.charge, "payment_intent": d.intent, "status": d.status, "reason": "fraudulent", "is_charge_refundable": false,
		"metadata": object{}, "balance_transactions": []any{}, "evidence": object{},
		"evidence_details": object{"due_by": d.created.AddDate(0, 0, evidenceDays).Unix(), "has_evidence": d.status != disputeOpen,
			"past_due": false, "submission_count": 0},
	}
}
