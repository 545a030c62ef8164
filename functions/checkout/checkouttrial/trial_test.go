package checkouttrial_test

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"maps"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"rialto/functions/checkout"
	"rialto/functions/inventory"
	"rialto/functions/inventory/inventorystore"
	"rialto/statemachines/interpreter"
)

// phase is when a scenario's faults begin to strike.
type phase int

const (
	fromStart phase = iota
	inResume
	inRecovery
)

// scenario is one way that a checkout goes when nothing fails, or only something that one more try heals.
type scenario struct {
	name   string
	cart   string // "" is the smallest
	goods  []good
	method string
	bank   bool // the shopper answers the 3-D Secure challenge
	armed  phase
	// refused is a task that refuses the first execution, "" is none.
	refused string
	// enter, if set, is told every state: what else happens meanwhile.
	enter func(w *world, e *execution, state string) error
	want  checkout.State
}

var errDied = errors.New("the execution died")

// scenarios are the ways that a checkout goes, those of a cart of one line first.
var scenarios = slices.Concat(ways("", oneLine(5)), ways("split ", manyLines()), ways("hot ", hotLine()), ways("coupon ", couponLine(5)), []scenario{
	{name: "coupon used up meanwhile", cart: "coupon ", goods: couponLine(5), method: "pm_card_visa", enter: usedUpMeanwhile, want: checkout.Failed},
	{name: "split one shipment unpaid", cart: "split ", goods: manyLines(), method: "pm_card_visa", enter: oneShipmentUnpaid, want: checkout.Failed},
	{name: "refused before its claim", goods: oneLine(5), method: "pm_card_visa", refused: "Quote", want: checkout.Failed},
	{name: "recovered, its cancel refused", goods: oneLine(5), method: "pm_card_visa", armed: inRecovery, enter: cancelRefused, want: checkout.Failed}})

func ways(of string, goods []good) []scenario {
	out := []scenario{
		{name: "paid", method: "pm_card_visa", want: checkout.Placed},
		{name: "declined", method: "pm_card_visa_chargeDeclined", want: checkout.Failed},
		{name: "sold meanwhile", method: "pm_card_visa", enter: soldMeanwhile, want: checkout.Failed},
		{name: "bank answered", method: "pm_card_authenticationRequired", bank: true, want: checkout.Placed},
		{name: "resumed", method: "pm_card_authenticationRequired", bank: true, armed: inResume, want: checkout.Placed},
		{name: "bank unanswered", method: "pm_card_authenticationRequired", armed: inRecovery, want: checkout.Failed},
		{name: "recovered", method: "pm_card_visa", armed: inRecovery, enter: diesAtPlace, want: checkout.Failed},
		{name: "gateway's answer lost", method: "pm_rialto_lost_answer", want: checkout.Placed},
	}
	for i := range out {
		out[i].name, out[i].cart, out[i].goods = of+out[i].name, of, goods
	}
	return out
}

// soldMeanwhile sells another, between the quote and the hold, so many units of a good that they are short in one
// centre.
func soldMeanwhile(w *world, _ *execution, state string) error {
	if state != "Hold" || len(w.db.Items("holds")) > 0 {
		return nil
	}
	g := w.goods[len(w.goods)-1]
	p := g.stock[0]
	p.Quantity -= g.wants - 1
	ctx, now := context.Background(), w.clock()
	plan := inventory.Plan{
		Lines: []inventory.PlannedLine{{Line: "l1", ProductID: g.sku.ProductID, SellerID: g.sku.SellerID, Picks: []inventory.Pick{p}}},
	}
	if err := (inventorystore.Store{DB: w.db}).Place(ctx, another, plan, now.Add(time.Minute)); err != nil {
		w.t.Errorf("sell to another: %v", err)
	}
	if err := w.db.Transact(ctx, inventorystore.Commit(another, plan, now)...); err != nil {
		w.t.Errorf("sell to another: %v", err)
	}
	return nil
}

// oneShipmentUnpaid keeps the gateway from confirming the payment of one shipment of several.
func oneShipmentUnpaid(w *world, e *execution, state string) error {
	if e.n == 0 && state == "Mode" {
		w.control("POST", "/_control/faults", `{"match":{"operation":"confirm","metadata":{"group":"g2"}},"kind":"error_503","count":1000}`)
	}
	return nil
}

// cancelRefused lets an execution die before Place, and the gateway refuse the first two tries to cancel what it paid.
func cancelRefused(w *world, e *execution, state string) error {
	if e.n == 0 && state == "Mode" {
		w.control("POST", "/_control/faults", `{"match":{"operation":"cancel","global":true},"kind":"refused","count":2}`)
	}
	return diesAtPlace(w, e, state)
}

func diesAtPlace(_ *world, e *execution, state string) error {
	if e.n == 0 && state == "Place" {
		return errDied
	}
	return nil
}

// trial is one checkout in a world of its own, with what goes wrong in it.
type trial struct {
	scenario scenario
	faults   []taskFault
	race     *race
}

// name is what -run finds the trial by, below its test.
func (tr trial) name() string {
	var parts []string
	for _, f := range tr.faults {
		parts = append(parts, f.String())
	}
	if tr.race != nil {
		parts = append(parts, tr.race.String())
	}
	return strings.ReplaceAll(tr.scenario.name+"/"+strings.Join(parts, " + "), " ", "_")
}

// result is what a trial came to.
type result struct {
	problems  []string
	struck    []bool         // of each fault, whether it met its task
	called    map[string]int // how often each task was called after the faults were armed
	steps     int
	simulated time.Duration
	placed    bool
	undone    bool // it failed after effects
	points    []point
}

// hash stands for what a trial of a name came to.
func (r result) hash(name string) uint64 {
	h := fnv.New64a()
	_, _ = fmt.Fprint(h, name, r.problems, r.struck, r.called, r.steps, r.simulated, r.placed, r.undone, r.points) // never fails
	return h.Sum64()
}

// mischief makes a trial's faults happen.
type mischief struct {
	w      *world
	faults []taskFault

	mu     sync.Mutex
	armed  bool
	hits   []int
	called map[string]int
	asleep map[string][]call
}

func (m *mischief) arm() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.armed = true
}

func (m *mischief) postpone(moment string, c call) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.asleep[moment] = append(m.asleep[moment], c)
}

// wake lets the steps that sleep until a moment act.
func (m *mischief) wake(moment string) {
	m.mu.Lock()
	calls := m.asleep[moment]
	delete(m.asleep, moment)
	m.mu.Unlock()
	for _, c := range calls {
		_, _ = c.do(context.Background())
	}
}

func (m *mischief) around(c call) ([]byte, error) {
	m.mu.Lock()
	struck := -1
	if m.armed {
		m.called[c.state]++
		for i, f := range m.faults {
			if f.state == c.state && m.hits[i] < f.times {
				struck = i
				m.hits[i]++
				break
			}
		}
	}
	m.mu.Unlock()
	var out []byte
	var err error
	if struck >= 0 {
		out, err = m.faults[struck].strike(m, c)
	} else {
		out, err = c.do(context.Background())
	}
	m.wake(c.state)
	return out, err
}

// recorder is the tester of a trial.
type recorder struct {
	mu       sync.Mutex
	problems []string
	cleanups []func()
}

func (r *recorder) Helper()                           {}
func (r *recorder) Error(args ...any)                 { r.note(fmt.Sprintln(args...)) }
func (r *recorder) Errorf(format string, args ...any) { r.note(fmt.Sprintf(format, args...)) }
func (r *recorder) Fatal(args ...any)                 { r.Error(args...); runtime.Goexit() }
func (r *recorder) Fatalf(format string, args ...any) { r.Errorf(format, args...); runtime.Goexit() }
func (r *recorder) Cleanup(f func())                  { r.cleanups = append(r.cleanups, f) }
func (r *recorder) note(s string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.problems = append(r.problems, strings.TrimSpace(s))
}

// run plays a trial to its end, in a goroutine of its own, since a fatal problem ends it.
func (tr trial) run() (out result) {
	r := &recorder{}
	var all sync.WaitGroup
	all.Go(func() { tr.play(r, &out) })
	all.Wait()
	for _, f := range r.cleanups {
		f()
	}
	out.problems = r.problems
	return out
}

func (tr trial) play(t tester, out *result) {
	w := newWorld(t, tr.scenario.goods)
	m := &mischief{w: w, faults: tr.faults, hits: make([]int, len(tr.faults)), called: map[string]int{}, asleep: map[string][]call{}}
	watch := &watch{world: w, race: tr.race}
	w.around, w.touch = m.around, watch.touch
	if tr.scenario.refused != "" {
		w.around = func(c call) ([]byte, error) {
			if c.execution.n == 0 && c.state == tr.scenario.refused {
				return nil, &interpreter.Error{Name: "offer_unavailable"}
			}
			return m.around(c)
		}
	}
	w.enter = func(e *execution, state string) error {
		if tr.scenario.enter != nil {
			if err := tr.scenario.enter(w, e, state); err != nil {
				return err
			}
		}
		return watch.enter(e, state)
	}
	defer func() {
		out.called, out.points, out.steps, out.simulated = m.called, watch.points, w.steps, w.now.Sub(dawn)
		for _, h := range m.hits {
			out.struck = append(out.struck, h > 0)
		}
	}()
	reply := tr.shop(t, w, m, watch)
	m.arm()
	watch.ended()
	if tr.caught() && reply.State == checkout.Open && w.overtimes == 0 {
		blame(t, "left-to-the-timer", "%s is OPEN when its execution is over", reply.CheckoutID)
	}
	w.settle()
	watch.finish()
	for len(m.asleep) > 0 {
		for _, moment := range slices.Sorted(maps.Keys(m.asleep)) {
			m.wake(moment)
		}
	}
	tr.judge(t, w, reply.Answer, out)
}

// shop is what the shopper does: check out, look again while the answer is open, and pass a 3-D Secure challenge.
func (tr trial) shop(t tester, w *world, m *mischief, watch *watch) checkout.Reply {
	t.Helper()
	cart := w.fill(customer)
	if tr.scenario.armed == fromStart {
		m.arm()
	}
	reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(cart, tr.scenario.method))
	if err != nil {
		t.Fatal(err)
	}
	watch.ended()
	if reply.State == checkout.Open { // the shopper looks again
		if reply.Answer, err = w.front.Status(context.Background(), customer, reply.CheckoutID); err != nil {
			t.Fatal(err)
		}
	}
	if tr.scenario.bank && reply.State == checkout.Waiting {
		w.authenticate()
		if tr.scenario.armed == inResume {
			m.arm()
		}
		if reply, err = w.front.Resume(context.Background(), customer, reply.CheckoutID); err != nil && !errors.Is(err, checkout.ErrInProgress) {
			t.Fatal(err)
		}
	}
	return reply
}

// caught tells whether nothing happens that an execution cannot deal with itself.
func (tr trial) caught() bool {
	return tr.race == nil && tr.scenario.armed != inRecovery && !slices.ContainsFunc(tr.faults, func(f taskFault) bool { return !f.caught })
}

// judge checks what must hold at the end of every trial.
func (tr trial) judge(t tester, w *world, replied checkout.Answer, out *result) {
	end, err := w.front.Status(context.Background(), customer, checkout.IDOf(customer, "key-0001"))
	if err != nil {
		t.Fatal(err)
	}
	if !end.State.Terminal() {
		blame(t, "open-record", "it ended as %+v", end)
	}
	if replied.State.Terminal() && replied.State != end.State {
		blame(t, "told-otherwise", "the shopper was told %s, and it is %s", replied.State, end.State)
	}
	out.placed = end.State == checkout.Placed
	if n := w.audit(); n > 1 {
		blame(t, "one-order-a-key", "%d orders", n)
	}
	if units := w.inCart(customer); (units == 0) != out.placed || units != 0 && units != w.wanted() {
		blame(t, "cart-and-order", "%d units in the cart, the record says %s", units, end.State)
	}
	out.undone = !out.placed && len(w.db.Items("payments"))+len(w.db.Items("holds")) > 0
	healed := tr.race == nil || tr.race.kind == startsSame || tr.race.kind == startsRun
	for _, f := range tr.faults {
		healed = healed && f.gentle
	}
	if tr.race != nil && (tr.scenario.armed == inRecovery || tr.scenario.refused != "") {
		return // a second execution may well place what the first has left behind
	}
	if want := tr.scenario.want; end.State != want && (healed || want == checkout.Failed) {
		blame(t, "outcome", "it ended as %s (%v), not as %s", end.State, end.Failure, want)
	}
}
