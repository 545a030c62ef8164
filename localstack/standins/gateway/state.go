package gateway

import (
	"slices"
	"time"
)

// state is what the gateway knows; the gateway's mutex guards it. Slices keep the order of creation.
type state struct {
	ids       *ids
	intents   map[string]*intent
	order     []*intent
	charges   map[string]*charge
	refunds   map[string]*refund
	refunded  []*refund
	methods   map[string]*method
	customers map[string]*customer
	// calculations are the items of tax calculations.
	calculations map[string][]map[string]any
	// expiring are the charges authorized for manual capture, earliest deadline first: each has the same
	// time to live, so they come in order.
	expiring []*charge
	journal  []entry
	disputes map[string]*dispute
	events   []Event
	balance  []*transaction
	payouts  map[string]*payout
}

func newState(ids *ids) *state {
	return &state{ids: ids, intents: map[string]*intent{}, charges: map[string]*charge{},
		refunds: map[string]*refund{}, methods: map[string]*method{}, customers: map[string]*customer{},
		calculations: map[string][]map[string]any{},
		disputes:     map[string]*dispute{}, payouts: map[string]*payout{}}
}

// The kinds of journal entries.
const (
	entryAuthorized = "authorized"
	entryCaptured   = "captured"
	entryReleased   = "released"
	entryRefunded   = "refunded"
	entryTurnedBack = "turned_back" // refunded money that came back
)

// entry is one movement of money. The journal is append-only and serves the auditor's view alone.
type entry struct {
	at     time.Time
	intent string
	kind   string
	amount int64
}

// post writes a movement down. Nothing but positive amounts moves.
func (s *state) post(at time.Time, intent, kind string, amount int64) {
	if amount > 0 {
		s.journal = append(s.journal, entry{at: at, intent: intent, kind: kind, amount: amount})
	}
}

// expire cancels the intents whose authorization ran out, as Stripe does by itself.
func (s *state) expire(now time.Time) {
	for len(s.expiring) > 0 && !s.expiring[0].captureBefore.After(now) {
		ch := s.expiring[0]
		s.expiring = s.expiring[1:]
		if i := s.intents[ch.intent]; i.status == statusCapture && i.charge == ch.id {
			s.release(i, ch.captureBefore, "automatic", "expire", "")
		}
	}
}

// subject finds the intent that a call is about, nil when it is about none (yet).
func (s *state) subject(c *call) *intent {
	switch c.op {
	case opRetrieve, opConfirm, opCancel, opCapture:
		return s.intents[c.id]
	case opRefund, opListRefunds:
		if i, ok := s.intents[c.form.get("payment_intent")]; ok {
			return i
		}
		return s.intentOfCharge(c.form.get("charge"))
	case opRetrieveCharge:
		return s.intentOfCharge(c.id)
	case opRetrieveRefund:
		if r, ok := s.refunds[c.id]; ok {
			return s.intents[r.intent]
		}
	}
	return nil
}

func (s *state) intentOfCharge(id string) *intent {
	if ch, ok := s.charges[id]; ok {
		return s.intents[ch.intent]
	}
	return nil
}

// methodNames are the names under which the call's payment method is known: its id and its ready method's.
func (s *state) methodNames(c *call) []string {
	id := c.form.get("payment_method")
	if id == "" {
		i := s.subject(c)
		if i == nil {
			return nil
		}
		id = i.lastMethod
	}
	if m, ok := s.methods[id]; ok {
		return slices.DeleteFunc([]string{m.id, m.token}, func(v string) bool { return v == "" })
	}
	return []string{id}
}
