package gateway

import (
	"maps"
	"time"
)

// object is a JSON object as the API shows it. encoding/json sorts its keys, so answers are repeatable.
type object = map[string]any

func (s *state) renderIntent(i *intent, show expand) object {
	out := object{
		"id": i.id, "object": "payment_intent", "livemode": false, "created": i.created.Unix(),
		"amount": i.amount, "amount_capturable": i.capturable, "amount_received": i.received,
		"amount_details": object{"tip": object{}}, "currency": i.currency, "status": i.status,
		"capture_method": i.captureMethod, "confirmation_method": "automatic", "client_secret": i.secret,
		"customer": orNull(i.customer), "description": orNull(i.description), "metadata": maps.Clone(i.metadata),
		"payment_method": orNull(i.method), "payment_method_types": i.types, "latest_charge": orNull(i.charge),
		"cancellation_reason": orNull(i.cancellation), "canceled_at": orNullTime(i.canceledAt),
		"last_payment_error": nil, "next_action": nil, "automatic_payment_methods": nil,
		"payment_method_options": object{"card": object{"installments": nil, "mandate_options": nil, "network": nil,
			"request_three_d_secure": "automatic"}},
		"payment_method_configuration_details": nil, "application": nil, "application_fee_amount": nil,
		"on_behalf_of": nil, "processing": nil, "receipt_email": nil, "review": nil, "setup_future_usage": orNull(i.keep),
		"shipping": nil, "source": nil, "statement_descriptor": nil, "statement_descriptor_suffix": nil,
		"transfer_data": nil, "transfer_group": nil, "excluded_payment_method_types": nil,
	}
	if i.automatic {
		out["automatic_payment_methods"] = object{"allow_redirects": i.redirects, "enabled": true}
	}
	if i.lastError != nil {
		out["last_payment_error"] = i.lastError
	}
	if i.next != nil {
		out["next_action"] = i.next
	}
	if ch, ok := s.charges[i.charge]; ok && show["latest_charge"] {
		out["latest_charge"] = s.renderCharge(ch)
	}
	if m, ok := s.methods[i.method]; ok && show["payment_method"] {
		out["payment_method"] = m.render()
	}
	if owner, ok := s.customers[i.customer]; ok && show["customer"] {
		out["customer"] = owner.render()
	}
	return out
}

// renderCharge counts what was released among what was refunded, as Stripe does.
func (s *state) renderCharge(ch *charge) object {
	i, m := s.intents[ch.intent], s.methods[ch.method]
	back := ch.released + ch.refunded
	out := object{
		"id": ch.id, "object": "charge", "livemode": false, "created": ch.created.Unix(), "amount": ch.amount,
		"amount_captured": ch.captured, "amount_refunded": back, "captured": ch.settled, "currency": i.currency,
		"customer": orNull(i.customer), "description": orNull(i.description), "disputed": ch.dispute != "",
		"metadata": maps.Clone(i.metadata), "paid": true, "payment_intent": i.id, "payment_method": m.id,
		"refunded": back == ch.amount, "status": "succeeded", "failure_code": nil, "failure_message": nil,
		"outcome": object{"network_status": "approved_by_network", "reason": nil, "risk_level": "normal",
			"seller_message": "Payment complete.", "type": "authorized"},
		"billing_details":      billing(),
		"balance_transaction":  nil,
		"fraud_details":        object{},
		"receipt_url":          nil,
		"application":          nil,
		"statement_descriptor": nil,
		"transfer_group":       nil,
	}
	detail := object{
		"brand": m.card.brand, "country": m.card.country, "exp_month": m.expMonth, "exp_year": m.expYear,
		"fingerprint": fingerprint(m.card), "funding": m.card.funding, "last4": m.last4(), "network": m.card.brand,
		"amount_authorized": ch.amount, "checks": checks(), "three_d_secure": nil, "wallet": nil, "mandate": nil, "installments": nil,
		"extended_authorization": object{"status": "disabled"}, "incremental_authorization": object{"status": "unavailable"},
		"multicapture": object{"status": "unavailable"}, "overcapture": object{"maximum_amount_capturable": ch.amount, "status": "unavailable"},
	}
	if !ch.captureBefore.IsZero() && !ch.settled && ch.released == 0 {
		detail["capture_before"] = ch.captureBefore.Unix()
	}
	out["payment_method_details"] = object{"type": "card", "card": detail}
	if d := ch.failure; d != nil {
		out["paid"], out["status"], out["refunded"] = false, "failed", false
		out["failure_code"], out["failure_message"] = d.code, d.message
		out["outcome"] = object{"network_status": "declined_by_network", "reason": d.declineCode, "risk_level": "normal",
			"seller_message": "The bank declined the payment.", "type": "issuer_declined"}
		detail["amount_authorized"] = nil
	}
	return out
}

func (s *state) renderRefund(r *refund, show expand) object {
	out := object{
		"id": r.id, "object": "refund", "amount": r.amount, "currency": r.currency, "charge": r.charge,
		"payment_intent": r.intent, "reason": orNull(r.reason), "status": "succeeded", "metadata": maps.Clone(r.metadata),
		"created": r.created.Unix(), "balance_transaction": nil, "receipt_number": nil, "source_transfer_reversal": nil,
		"transfer_reversal": nil, "destination_details": object{"type": "card", "card": object{"type": "refund", "reference_status": "pending"}},
	}
	if r.failure != "" {
		out["status"], out["failure_reason"] = "failed", r.failure
	}
	if show["charge"] {
		out["charge"] = s.renderCharge(s.charges[r.charge])
	}
	if show["payment_intent"] {
		out["payment_intent"] = s.renderIntent(s.intents[r.intent], nil)
	}
	return out
}

func (m *method) render() object {
	return object{
		"id": m.id, "object": "payment_method", "livemode": false, "created": m.created.Unix(), "type": "card",
		"customer": orNull(m.customer), "metadata": maps.Clone(m.metadata), "allow_redisplay": "unspecified",
		"billing_details": billing(),
		"card": object{
			"brand": m.card.brand, "display_brand": m.card.brand, "country": m.card.country, "funding": m.card.funding,
			"exp_month": m.expMonth, "exp_year": m.expYear, "last4": m.last4(), "fingerprint": fingerprint(m.card),
			"checks": checks(), "generated_from": nil, "wallet": nil, "regulated_status": "unregulated",
			"networks":             object{"available": []string{m.card.brand}, "preferred": nil},
			"three_d_secure_usage": object{"supported": true},
		},
	}
}

func (c *customer) render() object {
	return object{
		"id": c.id, "object": "customer", "livemode": false, "created": c.created.Unix(), "email": orNull(c.email),
		"name": orNull(c.name), "description": orNull(c.description), "metadata": maps.Clone(c.metadata),
		"address": nil, "balance": 0, "currency": nil, "default_source": nil, "delinquent": false, "phone": nil,
		"shipping": nil, "tax_exempt": "none",
	}
}

func renderList(url string, data []any, more bool) object {
	return object{"object": "list", "url": url, "has_more": more, "data": data}
}

func (m *method) last4() string { return m.card.number[len(m.card.number)-4:] }

// fingerprint is the same for the same card, whatever payment method holds it.
func fingerprint(c card) string {
	return newIDs(0).make(c.number, 16)[len(c.number):]
}

func checks() object {
	return object{"address_line1_check": nil, "address_postal_code_check": nil, "cvc_check": "pass"}
}

func billing() object {
	return object{"address": object{"city": nil, "country": nil, "line1": nil, "line2": nil, "postal_code": nil, "state": nil},
		"email": nil, "name": nil, "phone": nil, "tax_id": nil}
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func orNullTime(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.Unix()
}
