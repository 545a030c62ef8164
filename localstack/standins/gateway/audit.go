package gateway

import (
	"net/url"
	"strings"
	"time"
)

// AuditedIntent is an intent as the books have it: the amounts are folded from the journal, not read from the
// intent. Amounts are minor units; Authorized = Captured + Released + Open.
type AuditedIntent struct {
	ID                 string            `json:"id"`
	Created            time.Time         `json:"created"`
	Status             string            `json:"status"`
	Currency           string            `json:"currency"`
	Amount             int64             `json:"amount"`
	Authorized         int64             `json:"authorized"`
	Open               int64             `json:"open"`
	Captured           int64             `json:"captured"`
	Released           int64             `json:"released"`
	Refunded           int64             `json:"refunded"`
	CaptureMethod      string            `json:"capture_method"`
	CaptureBefore      *time.Time        `json:"capture_before,omitempty"`
	PaymentMethod      string            `json:"payment_method,omitempty"`
	PaymentMethodToken string            `json:"payment_method_token,omitempty"`
	Customer           string            `json:"customer,omitempty"`
	Charge             string            `json:"charge,omitempty"`
	Metadata           map[string]string `json:"metadata"`
	CancellationReason string            `json:"cancellation_reason,omitempty"`
	LastError          string            `json:"last_error,omitempty"`
	LastDecline        string            `json:"last_decline,omitempty"`
	IdempotencyKey     string            `json:"idempotency_key,omitempty"`
	History            []step            `json:"history"`
}

// Sum counts intents and adds minor units of one currency.
type Sum struct {
	Count  int   `json:"count"`
	Amount int64 `json:"amount"`
}

// Balance is what the books say of one currency. Open are authorizations that hold money now; Canceled adds
// the full amounts of canceled intents, authorized or not.
type Balance struct {
	Authorized Sum `json:"authorized"`
	Open       Sum `json:"open"`
	Captured   Sum `json:"captured"`
	Released   Sum `json:"released"`
	Refunded   Sum `json:"refunded"`
	Canceled   Sum `json:"canceled"`
}

// Balances are the books: by currency, and how many intents are in which status.
type Balances struct {
	Currencies map[string]*Balance `json:"currencies"`
	Statuses   map[string]int      `json:"statuses"`
}

// audit lists the intents that the query selects, oldest first: metadata[k], payment_method (id or ready
// name), status, customer, currency, intent.
func (s *state) audit(query url.Values) []AuditedIntent {
	sums := map[string]map[string]int64{}
	for _, e := range s.journal {
		if sums[e.intent] == nil {
			sums[e.intent] = map[string]int64{}
		}
		sums[e.intent][e.kind] += e.amount
	}
	out := []AuditedIntent{}
	for _, i := range s.order {
		if s.selected(i, query) {
			out = append(out, s.auditIntent(i, sums[i.id]))
		}
	}
	return out
}

func (s *state) auditIntent(i *intent, sum map[string]int64) AuditedIntent {
	a := AuditedIntent{ID: i.id, Created: i.created, Status: i.status, Currency: i.currency, Amount: i.amount,
		Authorized: sum[entryAuthorized], Captured: sum[entryCaptured], Released: sum[entryReleased], Refunded: sum[entryRefunded] - sum[entryTurnedBack],
		Open:          sum[entryAuthorized] - sum[entryCaptured] - sum[entryReleased],
		CaptureMethod: i.captureMethod, PaymentMethod: i.lastMethod, Customer: i.customer, Charge: i.charge,
		Metadata: i.metadata, CancellationReason: i.cancellation, IdempotencyKey: i.createKey, History: i.history}
	if m, ok := s.methods[i.lastMethod]; ok {
		a.PaymentMethodToken = m.token
	}
	if ch, ok := s.charges[i.charge]; ok && i.status == statusCapture {
		a.CaptureBefore = &ch.captureBefore
	}
	if i.lastError != nil {
		a.LastError, a.LastDecline = i.lastError.Code, i.lastError.DeclineCode
	}
	return a
}

func (s *state) selected(i *intent, query url.Values) bool {
	for key := range query {
		want := query.Get(key)
		name, isMetadata := strings.CutPrefix(key, "metadata[")
		switch {
		case isMetadata:
			if i.metadata[strings.TrimSuffix(name, "]")] != want {
				return false
			}
		case key == "payment_method":
			if m, ok := s.methods[i.lastMethod]; !ok || (m.id != want && m.token != want) {
				return false
			}
		case key == "status" && i.status != want, key == "customer" && i.customer != want,
			key == "currency" && i.currency != want, key == "intent" && i.id != want:
			return false
		}
	}
	return true
}

func balance(intents []AuditedIntent) Balances {
	out := Balances{Currencies: map[string]*Balance{}, Statuses: map[string]int{}}
	for _, a := range intents {
		out.Statuses[a.Status]++
		b := out.Currencies[a.Currency]
		if b == nil {
			b = &Balance{}
			out.Currencies[a.Currency] = b
		}
		b.Authorized.add(a.Authorized)
		b.Open.add(a.Open)
		b.Captured.add(a.Captured)
		b.Released.add(a.Released)
		b.Refunded.add(a.Refunded)
		if a.Status == statusCanceled {
			b.Canceled.add(a.Amount)
		}
	}
	return out
}

func (s *Sum) add(amount int64) {
	if amount != 0 {
		s.Count++
		s.Amount += amount
	}
}
