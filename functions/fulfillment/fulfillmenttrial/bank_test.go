package fulfillmenttrial_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"rialto/functions/laboratory/schedule"
	"rialto/functions/payments"
)

// bank is the payment gateway and the customers' bank behind it, with books of its own. Its calls lose their answers, or
// are answered with a failure that their key keeps.
type bank struct {
	t       *trial
	mu      sync.Mutex
	intents []*intent
	kept    map[string]kept
	forgets bool // its keys and its list of refunds, and to answer for a refund the first time, on purpose
}

// intent is one authorization: its money is the customer's (open), taken, or given back.
type intent struct {
	id, method   string
	order, group string
	currency     string
	amount       int64
	status       payments.Outcome
	until        time.Time
	captured     int64
	refunds      []refund
}

type refund struct {
	id, name, code string
	minor          int64
}

// kept is what a key answers for a day.
type kept struct {
	at    time.Time
	what  string
	reply reply
}

// reply is what a call answers, however often.
type reply func() (payments.Intent, payments.RefundResult, error)

const (
	holdsFor = 7 * 24 * time.Hour // an authorization
	keysFor  = 24 * time.Hour
)

func newBank(t *trial) *bank { return &bank{t: t, kept: map[string]kept{}} }

// at moves the bank to now: authorizations that ran out are released.
func (b *bank) at() time.Time {
	now := b.t.s.Now()
	for _, i := range b.intents {
		if i.status == payments.IntentAuthorized && !now.Before(i.until) {
			i.status = payments.IntentCanceled
			b.t.counts.expired++
		}
	}
	return now
}

func (b *bank) intent(id string) *intent {
	n := slices.IndexFunc(b.intents, func(i *intent) bool { return i.id == id })
	if n < 0 {
		return nil
	}
	return b.intents[n]
}

// told is what the gateway says of an intent.
func (i *intent) told() payments.Intent {
	out := payments.Intent{ID: i.id, Status: i.status, Captured: i.captured}
	if i.status == payments.IntentAuthorized {
		out.CaptureBefore = i.until
	}
	return out
}

// of is the return that a refund is for: one that is tried anew has its name with a number.
func (r refund) of() string {
	id, _, _ := strings.Cut(r.name, "#")
	return id
}

// turnedBack is what was given back for a return, or for all of them, and came back.
func (i *intent) turnedBack(of string) (minor int64) {
	for _, r := range i.refunds {
		if (of == "" || r.of() == of) && r.code != "" {
			minor += r.minor
		}
	}
	return minor
}

// refunded is what is given back for a return, or for all of them.
func (i *intent) refunded(of string) (minor int64, times int) {
	for _, r := range i.refunds {
		if (of == "" || r.of() == of) && r.code == "" {
			minor, times = minor+r.minor, times+1
		}
	}
	return minor, times
}

// keyed does something once under a key, and answers as it did then afterwards. wrong is what goes wrong of the gateway's
// own: 1 is a failure that is kept, after its effect; 2 is one before it.
func (b *bank) keyed(ctx context.Context, op, key, what string, do func(now time.Time) reply) (
	payments.Intent, payments.RefundResult, error) {
	type answer struct {
		i payments.Intent
		r payments.RefundResult
	}
	a, err := outside(b.t, ctx, "gateway "+op, func() (answer, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		now := b.at()
		if k, ok := b.kept[key]; ok && now.Sub(k.at) < keysFor && !b.forgets {
			if k.what != what {
				b.t.fail("gateway-misused", "key %s is used for %s, and was for %s", key, what, k.what)
			}
			i, r, err := k.reply()
			return answer{i, r}, err
		}
		wrong := 0
		if bridgeOf(ctx) != nil && b.t.s.Chance(b.t.work.broken) {
			wrong = 1 + b.t.s.Choose(2)
			b.t.counts.broken++
		}
		if wrong == 2 {
			reply := func() (payments.Intent, payments.RefundResult, error) {
				return payments.Intent{}, payments.RefundResult{}, &payments.UnknownOutcome{Spent: true, Why: "500"}
			}
			b.kept[key] = kept{now, what, reply}
			_, _, err := reply()
			return answer{}, err
		}
		reply := do(now)
		if wrong == 1 {
			reply = func() (payments.Intent, payments.RefundResult, error) {
				return payments.Intent{}, payments.RefundResult{}, &payments.UnknownOutcome{Spent: true, Why: "500"}
			}
		}
		b.kept[key] = kept{now, what, reply}
		b.t.books.banked()
		if _, again := b.kept[key+" again"]; b.forgets && !again && strings.HasPrefix(op, "refund") {
			b.kept[key+" again"] = kept{}
			return answer{}, schedule.ErrLost
		}
		i, r, err := reply()
		return answer{i, r}, err
	})
	if err != nil && isLost(err) {
		err = &payments.UnknownOutcome{Why: "no answer", Cause: err}
	}
	return a.i, a.r, err
}

// says answers with an intent as it is now; a key's repetition says the same.
func says(i *intent) reply {
	told := i.told()
	return func() (payments.Intent, payments.RefundResult, error) { return told, payments.RefundResult{}, nil }
}

func refuses(code string) reply {
	return func() (payments.Intent, payments.RefundResult, error) {
		return payments.Intent{}, payments.RefundResult{}, &payments.Refusal{Code: code}
	}
}

// Create implements payments.Gateway.
func (b *bank) Create(ctx context.Context, key string, c payments.Charge) (payments.Intent, error) {
	i, _, err := b.keyed(ctx, "create", key, fmt.Sprint("create ", c), func(time.Time) reply {
		if c.Amount.Minor < payments.LeastAmount(c.Amount.Currency) {
			return refuses("amount_too_small")
		}
		x := &intent{id: fmt.Sprintf("pi_%s_%s_%d", c.OrderID, c.Group, b.of(c.OrderID, c.Group)), order: c.OrderID, group: c.Group,
			currency: c.Amount.Currency, amount: c.Amount.Minor, status: payments.IntentOpen, method: c.Method}
		b.intents = append(b.intents, x)
		return says(x)
	})
	return i, err
}

// of counts the intents of a group.
func (b *bank) of(order, group string) (n int) {
	for _, i := range b.intents {
		if i.order == order && i.group == group {
			n++
		}
	}
	return n
}

// on does something with an intent that there is.
func (b *bank) on(ctx context.Context, op, key, id string, do func(*intent, time.Time) reply) (
	payments.Intent, payments.RefundResult, error) {
	return b.keyed(ctx, op, key, op+" "+id, func(now time.Time) reply {
		i := b.intent(id)
		if i == nil {
			return refuses("resource_missing")
		}
		return do(i, now)
	})
}

// Retrieve implements payments.Gateway.
func (b *bank) Retrieve(ctx context.Context, id string) (payments.Intent, error) {
	i, err := outside(b.t, ctx, "gateway retrieve", func() (payments.Intent, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.at()
		i := b.intent(id)
		if i == nil {
			return payments.Intent{}, &payments.Refusal{Code: "resource_missing"}
		}
		return i.told(), nil
	})
	if err != nil && isLost(err) {
		err = &payments.UnknownOutcome{Why: "no answer", Cause: err}
	}
	return i, err
}

// Confirm implements payments.Gateway.
func (b *bank) Confirm(ctx context.Context, key, id string, offSession bool) (payments.Intent, error) {
	i, _, err := b.on(ctx, "confirm", key, id, func(i *intent, now time.Time) reply {
		if i.status != payments.IntentOpen {
			return says(i)
		}
		if i.status = payments.IntentAuthorized; offSession && b.t.s.Chance(b.t.work.poor) {
			i.status = payments.IntentDeclined
		}
		i.until = now.Add(holdsFor)
		return says(i)
	})
	return i, err
}

// Cancel implements payments.Gateway.
func (b *bank) Cancel(ctx context.Context, key, id string) (payments.Intent, error) {
	i, _, err := b.on(ctx, "cancel", key, id, func(i *intent, _ time.Time) reply {
		if i.status == payments.IntentCaptured || i.status == payments.IntentCanceled {
			return says(i)
		}
		if bridgeOf(ctx) != nil && b.t.s.Chance(b.t.work.broken) {
			return refuses("payment_intent_unexpected_state") // it is being processed
		}
		i.status = payments.IntentCanceled
		return says(i)
	})
	return i, err
}

// Capture implements payments.Gateway.
func (b *bank) Capture(ctx context.Context, key, id string, minor int64) (payments.Intent, error) {
	i, _, err := b.on(ctx, "capture", key, id, func(i *intent, _ time.Time) reply {
		if i.status != payments.IntentAuthorized {
			return says(i)
		}
		if minor > i.amount {
			return refuses("amount_too_large")
		}
		i.status, i.captured = payments.IntentCaptured, minor
		return says(i)
	})
	return i, err
}

// Refund implements payments.Gateway.
func (b *bank) Refund(ctx context.Context, key string, c payments.RefundCall) (payments.RefundResult, error) {
	what := fmt.Sprint("refund ", c.Name, " ", c.Minor)
	_, r, err := b.on(ctx, what, key, c.IntentID, func(i *intent, _ time.Time) reply {
		if given, _ := i.refunded(""); i.status != payments.IntentCaptured || c.Minor <= 0 || given+c.Minor > i.captured && !b.forgets {
			return refuses("charge_already_refunded")
		}
		x := refund{id: fmt.Sprintf("re_%s_%d", i.id, len(i.refunds)), name: c.Name, minor: c.Minor}
		i.refunds = append(i.refunds, x)
		if b.t.s.Chance(b.t.work.returned) {
			b.turnBack(i, len(i.refunds)-1)
		}
		out := payments.RefundResult{ID: x.id, Code: x.code}
		return func() (payments.Intent, payments.RefundResult, error) { return payments.Intent{}, out, nil }
	})
	return r, err
}

// turnBack has the customer's bank send a refund back, after hours or weeks. The gateway tells that, mostly, once or twice.
func (b *bank) turnBack(i *intent, n int) {
	after := []time.Duration{time.Hour, 2 * day, 9 * day, 25 * day}[b.t.s.Choose(4)]
	told := b.t.s.Choose(3)
	b.t.task("bank", func(ctx context.Context) error {
		if err := schedule.Sleep(ctx, after); err != nil {
			return err
		}
		i.refunds[n].code = "expired_or_canceled_card"
		b.t.note("the bank turns %s back", i.refunds[n].name)
		b.t.counts.did("turn back")
		for range told {
			ref := payments.RefundRef{OrderID: i.order, Group: i.group, Name: i.refunds[n].name}
			b.t.task("webhook", func(ctx context.Context) error {
				if err := schedule.Sleep(ctx, b.t.delay(0)); err != nil {
					return err
				}
				return b.t.persist(ctx, func(ctx context.Context) error { return b.t.process.payments.RefundChanged(ctx, ref) })
			})
		}
		return nil
	})
}

// FindRefund implements payments.Gateway.
func (b *bank) FindRefund(ctx context.Context, id, name string) (payments.RefundResult, bool, error) {
	type found struct {
		r     payments.RefundResult
		there bool
	}
	f, err := outside(b.t, ctx, "gateway find", func() (found, error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		i := b.intent(id)
		if i == nil {
			return found{}, &payments.Refusal{Code: "resource_missing"}
		}
		for _, r := range slices.Backward(i.refunds) {
			if r.name == name && !b.forgets {
				return found{payments.RefundResult{ID: r.id, Code: r.code}, true}, nil
			}
		}
		return found{}, nil
	})
	if err != nil && isLost(err) {
		err = &payments.UnknownOutcome{Why: "no answer", Cause: err}
	}
	return f.r, f.there, err
}

// RefundsOf implements payments.Gateway.
func (b *bank) RefundsOf(ctx context.Context, id string) (list []payments.GatewayRefund, err error) {
	list, err = outside(b.t, ctx, "gateway list", func() (list []payments.GatewayRefund, err error) {
		b.mu.Lock()
		defer b.mu.Unlock()
		i := b.intent(id)
		if i == nil {
			return nil, &payments.Refusal{Code: "resource_missing"}
		}
		for _, r := range i.refunds {
			list = append(list, payments.GatewayRefund{ID: r.id, Name: r.name, Code: r.code, Minor: r.minor})
		}
		return list, nil
	})
	if err != nil && isLost(err) {
		err = &payments.UnknownOutcome{Why: "no answer", Cause: err}
	}
	return list, err
}
