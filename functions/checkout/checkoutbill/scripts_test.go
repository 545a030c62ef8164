package checkoutbill_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rialto/functions/carts/cartsstore"
	"rialto/functions/checkout"
	"rialto/functions/internal/ids"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/functions/laboratory/event"
	"rialto/functions/payments"
	"rialto/statemachines/interpreter"
)

const scripts = "../../laboratory/event/scripts.json"

// kinds are the checkouts that an event is made of.
var kinds = []struct {
	name           string
	lines, sellers int
	coupon, gone   bool
	bank           payments.Outcome
}{
	{name: "one line", lines: 1, sellers: 1, bank: payments.IntentAuthorized},
	{name: "five lines", lines: 5, sellers: 1, bank: payments.IntentAuthorized},
	{name: "three sellers", lines: 3, sellers: 3, bank: payments.IntentAuthorized},
	{name: "a coupon", lines: 1, sellers: 1, coupon: true, bank: payments.IntentAuthorized},
	{name: "declined", lines: 1, sellers: 1, bank: payments.IntentDeclined},
	{name: "challenged", lines: 1, sellers: 1, bank: payments.IntentAction},
	{name: "sold out", lines: 1, sellers: 1, gone: true, bank: payments.IntentAuthorized},
}

// TestScripts compares what checkouts of every kind do, and what they do when a state of theirs fails for good, with what the
// simulated event replays. RIALTO_GOLDEN=1 writes it.
func TestScripts(t *testing.T) {
	var m model
	load(t, "model.json", &m)
	var lines []string
	for n := range kinds {
		run := func(fail ...string) (r *recorder) {
			synctest.Test(t, func(t *testing.T) { r = record(t, m, n, fail...) })
			return r
		}
		whole := run()
		s := event.Script{Kind: kinds[n].name, Front: whole.front, Fails: map[string]event.Branch{},
			Branch: event.Branch{Stages: whole.stages, Answer: whole.answer}, Due: event.Seconds(checkout.Due.Seconds()),
			Unpaid: event.Seconds(checkout.HoldFor.Seconds())}
		for _, stage := range whole.stages {
			for _, step := range stage {
				if failed := run(step.State); len(whole.machine.States[whole.parent(step.State)].Catch) > 0 {
					s.Fails[step.State] = event.Branch{Stages: failed.after(step.State), Answer: failed.answer}
				}
			}
		}
		s.Recover = run(whole.stages[len(whole.stages)-1][0].State, "Fence").recovered
		b, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		lines = append(lines, string(b))
	}
	got := "[\n" + strings.Join(lines, ",\n") + "\n]\n"
	if os.Getenv("RIALTO_GOLDEN") != "" {
		if err := os.WriteFile(scripts, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if was, err := os.ReadFile(scripts); err != nil || string(was) != got {
		t.Errorf("%s is another now (%v); RIALTO_GOLDEN=1 writes it", scripts, err)
	}
}

// recorder runs a checkout in which some states fail whenever they are entered, and keeps what happened.
type recorder struct {
	*shop
	fail []string

	mu        sync.Mutex
	states    []event.Step // as they were called, without calls
	front     []event.Group
	stages    []event.Stage
	answer    string
	recovered []event.Stage
}

func record(t *testing.T, m model, kind int, fail ...string) *recorder {
	k := kinds[kind]
	s := open(t, m)
	r := &recorder{shop: s, fail: fail}
	s.bank = k.bank
	cart := s.stock(k.lines, k.sellers, k.coupon)
	if k.gone {
		r.sellOut()
	}
	s.forget()
	front := &checkout.Service{Store: s.record(), Carts: cartsstore.Store{DB: s.db}, Runner: r, Timer: s,
		Now: time.Now, Random: s.entropy, Wait: time.Hour}
	ctx := context.WithValue(t.Context(), labelled{}, "checkout-api")
	reply, err := front.Checkout(ctx, customer, "key-0001", checkout.Request{CartID: cart, AddressID: "adr_1", MethodID: "pm_1", Marketplace: "US"})
	if err != nil {
		t.Fatal(err)
	}
	if r.stages = r.take(); reply.State != checkout.Open {
		r.answer = string(reply.State)
	}
	if reply.Failure != nil {
		r.answer = reply.Failure.Code
	}
	if reply.State != checkout.Open {
		return r
	}
	r.fail = nil
	s.forget()
	time.Sleep(checkout.Due)
	look := &checkout.Recovery{Store: s.record(), Runner: r, Timer: s, Now: time.Now, Random: s.entropy}
	if wait, err := look.Check(context.WithValue(t.Context(), labelled{}, "checkout-timer"), reply.CheckoutID); err != nil || wait != 0 {
		t.Fatal(wait, err)
	}
	r.recovered = r.take()
	return r
}

// sellOut has another order take all that there is.
func (r *recorder) sellOut() {
	plan := inventory.Plan{Lines: []inventory.PlannedLine{{Line: "l1", ProductID: ids.Derive(ids.Product, "0"),
		SellerID: ids.Derive(ids.Seller, "0"), Picks: []inventory.Pick{{Centre: "us-west-2", Quantity: 100}}}}}
	if err := (inventorystore.Store{DB: r.db}).Place(context.Background(), ids.Derive(ids.Order, "other"), plan, time.Now().Add(time.Hour)); err != nil {
		r.t.Fatal(err)
	}
}

// Run is the state machine.
func (r *recorder) Run(ctx context.Context, in checkout.Input) (checkout.Answer, bool, error) {
	b, err := json.Marshal(in)
	if err != nil {
		return checkout.Answer{}, false, err
	}
	r.front = r.calls("checkout-api")
	out, err := r.machine.Run(ctx, interpreter.Host{
		Pause: func(context.Context, time.Duration) error { return nil },
		Call: func(ctx context.Context, state, function string, input []byte) ([]byte, error) {
			r.mu.Lock()
			if n := len(r.states); n == 0 || r.states[n-1].State != state { // else it is another try
				r.states = append(r.states, event.Step{State: state, Function: function})
			}
			r.mu.Unlock()
			if slices.Contains(r.fail, state) {
				return nil, &interpreter.Error{Name: "Lambda.TooManyRequestsException"}
			}
			do, ok := r.tasks[function]
			if !ok {
				return nil, fmt.Errorf("%s is not part of a checkout", function)
			}
			return do(context.WithValue(ctx, labelled{}, function), input)
		}}, b)
	var failed *interpreter.Error
	if errors.As(err, &failed) {
		return checkout.Answer{}, false, err
	}
	if err != nil {
		r.t.Fatal(err)
	}
	a, ok := checkout.AnswerIn(out)
	return a, ok, nil
}

// parent is the state of the machine that a state is in.
func (r *recorder) parent(state string) string {
	for name, s := range r.machine.States {
		for _, b := range s.Branches {
			if _, ok := b.States[state]; ok {
				return name
			}
		}
	}
	return state
}

// take returns the stages that were run, and begins anew.
func (r *recorder) take() (stages []event.Stage) {
	last := ""
	for _, s := range r.states {
		s.Calls = r.calls(s.Function)
		if p := r.parent(s.State); p != last {
			stages, last = append(stages, nil), p
		}
		if n := len(stages) - 1; !slices.ContainsFunc(stages[n], func(o event.Step) bool { return o.State == s.State }) {
			stages[n] = append(stages[n], s)
		}
	}
	for _, stage := range stages {
		slices.SortFunc(stage, func(a, b event.Step) int { return cmp.Compare(a.State, b.State) })
	}
	r.states = nil
	return stages
}

// after are the stages that follow a state's.
func (r *recorder) after(state string) []event.Stage {
	return r.stages[1+slices.IndexFunc(r.stages, func(s event.Stage) bool { return r.parent(s[0].State) == r.parent(state) }):]
}

// calls are those of a function, those that began together beside each other.
func (r *recorder) calls(function string) []event.Group {
	groups := map[time.Time]event.Group{}
	for n, c := range r.db.Calls() {
		if c.Label != function {
			continue
		}
		call := event.Call{Service: "dynamodb", Transaction: c.Operation == "Transact", Writes: map[string]float64{}, Reads: map[string]float64{}}
		for _, w := range c.Writes {
			call.Writes[w.Table] += w.WCU
		}
		if c.RCU > 0 {
			call.Reads[c.Tables[0]] += c.RCU
		}
		groups[r.begun[n]] = append(groups[r.begun[n]], call)
	}
	for n, o := range r.others {
		if who, what, _ := strings.Cut(o, " "); who == function {
			service, _, _ := strings.Cut(strings.ToLower(what), " ")
			groups[r.othersBegun[n]] = append(groups[r.othersBegun[n]], event.Call{Service: service})
		}
	}
	var out []event.Group
	for _, at := range slices.SortedFunc(maps.Keys(groups), time.Time.Compare) {
		slices.SortFunc(groups[at], func(a, b event.Call) int { return cmp.Compare(fmt.Sprint(a), fmt.Sprint(b)) })
		out = append(out, groups[at])
	}
	return out
}
