package gateway

import (
	"cmp"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// transaction is a movement of the account's balance (https://docs.stripe.com/api/balance_transactions/object). Nothing is converted,
// and nothing costs a fee: it has the currency and the amount of what it is of.
type transaction struct {
	id, kind, category, source, currency string
	amount                               int64
	created                              time.Time
}

// The types of transactions that are modelled, each with its reporting category (https://docs.stripe.com/reports/reporting-categories).
const (
	moveCharge        = "charge"
	moveRefund        = "refund"
	moveRefundFailure = "refund_failure"
	moveAdjustment    = "adjustment"
	movePayout        = "payout"
	movePayoutFailure = "payout_failure"
)

// moves lists the types in the order of what they are of.
var moves = []string{moveCharge, moveRefund, moveRefundFailure, moveAdjustment, movePayout, movePayoutFailure}

// book writes a transaction down. A negative amount leaves the balance.
func (s *state) book(now time.Time, kind, category, source, currency string, amount int64) {
	s.balance = append(s.balance, &transaction{id: s.ids.make("txn_3", 24), kind: kind, category: category, source: source,
		currency: currency, amount: amount, created: now})
}

// listBalance answers newest first: of a span of time, a type, a currency, or one object.
func (s *state) listBalance(c *call) (any, *apiError) {
	f := c.form
	if err := f.only("created", "currency", "source", "type", "limit", "starting_after", "ending_before", "expand"); err != nil {
		return nil, err
	}
	show, err := f.expansions("data.", "source")
	if err != nil {
		return nil, err
	}
	kind, err := f.oneOf("type", "", moves...)
	if err != nil {
		return nil, err
	}
	created, err := f.span("created")
	if err != nil {
		return nil, err
	}
	p, err := f.page()
	if err != nil {
		return nil, err
	}
	var ids []string
	found := map[string]*transaction{}
	for k := len(s.balance) - 1; k >= 0; k-- {
		t := s.balance[k]
		if created.holds(t.created) && cmp.Or(kind, t.kind) == t.kind && cmp.Or(f.get("source"), t.source) == t.source &&
			cmp.Or(f.get("currency"), t.currency) == t.currency {
			ids, found[t.id] = append(ids, t.id), t
		}
	}
	ids, more, err := p.cut(ids, "balance_transaction")
	if err != nil {
		return nil, err
	}
	data := make([]any, len(ids))
	for k, id := range ids {
		data[k] = s.renderTransaction(found[id], show)
	}
	return renderList("/v1/balance_transactions", data, more), nil
}

// span is an interval of seconds: created=… for one, or created[gt], [gte], [lt] and [lte].
type span struct{ from, to int64 } // from is in it, and to is not

func (f form) span(name string) (span, *apiError) {
	out := span{to: 1 << 62}
	for _, bound := range []struct {
		key  string
		take func(int64)
	}{
		{name, func(n int64) { out.from, out.to = n, n+1 }},
		{name + "[gt]", func(n int64) { out.from = n + 1 }},
		{name + "[gte]", func(n int64) { out.from = n }},
		{name + "[lt]", func(n int64) { out.to = n }},
		{name + "[lte]", func(n int64) { out.to = n + 1 }},
	} {
		if !f.has(bound.key) {
			continue
		}
		n, err := strconv.ParseInt(f.get(bound.key), 10, 64)
		if err != nil {
			return out, invalid(bound.key, "parameter_invalid_integer", "Invalid integer: %s", f.get(bound.key))
		}
		bound.take(n)
	}
	return out, nil
}

func (w span) holds(at time.Time) bool { return at.Unix() >= w.from && at.Unix() < w.to }

func (s *state) renderTransaction(t *transaction, show expand) object {
	out := object{
		"id": t.id, "object": "balance_transaction", "amount": t.amount, "currency": t.currency, "created": t.created.Unix(),
		"available_on": t.created.Unix(), "description": nil, "exchange_rate": nil, "fee": 0, "fee_details": []any{}, "net": t.amount,
		"reporting_category": t.category, "source": t.source, "status": "available", "type": t.kind, "balance_type": "payments",
	}
	if !show["source"] {
		return out
	}
	if ch, ok := s.charges[t.source]; ok {
		out["source"] = s.renderCharge(ch)
	}
	if r, ok := s.refunds[t.source]; ok {
		out["source"] = s.renderRefund(r, nil)
	}
	if d, ok := s.disputes[t.source]; ok {
		out["source"] = s.renderDispute(d)
	}
	if p, ok := s.payouts[t.source]; ok {
		out["source"] = p.render()
	}
	return out
}

// payout is money that went to the account's bank, as far as that took it.
type payout struct {
	id, currency, failure string
	amount                int64
	created               time.Time
}

func (s *state) retrievePayout(c *call) (any, *apiError) {
	if err := c.form.only("expand"); err != nil {
		return nil, err
	}
	p, ok := s.payouts[c.id]
	if !ok {
		return nil, missing(http.StatusNotFound, "payout", "payout", c.id)
	}
	return p.render(), nil
}

func (p *payout) render() object {
	out := object{"id": p.id, "object": "payout", "amount": p.amount, "currency": p.currency, "created": p.created.Unix(), "automatic": true,
		"arrival_date": p.created.Unix(), "livemode": false, "metadata": object{}, "method": "standard", "status": "paid", "type": "bank_account",
		"failure_code": nil, "failure_message": nil}
	if p.failure != "" {
		out["status"], out["failure_code"] = "failed", p.failure
	}
	return out
}

// servePayOut pays a currency's balance to the account's bank: ?currency=usd, and failure=account_closed for a bank that sends it back.
func (g *Gateway) servePayOut(r *http.Request) (int, any) {
	currency, failure := strings.ToLower(r.URL.Query().Get("currency")), r.URL.Query().Get("failure")
	var amount int64
	for _, t := range g.state.balance {
		if t.currency == currency {
			amount += t.amount
		}
	}
	if amount <= 0 {
		return problem(http.StatusConflict, "there is nothing of this currency to pay out")
	}
	p, now := &payout{id: g.ids.make("po_1", 24), currency: currency, failure: failure, amount: amount, created: g.now()}, g.now()
	g.state.payouts[p.id] = p
	g.state.book(now, movePayout, "payout", p.id, currency, -amount)
	if failure == "" {
		g.state.tell(now, "payout.paid", p.render())
		return http.StatusOK, p.render()
	}
	g.state.book(now, movePayoutFailure, "payout_reversal", p.id, currency, amount)
	g.state.tell(now, "payout.failed", p.render())
	return http.StatusOK, p.render()
}
