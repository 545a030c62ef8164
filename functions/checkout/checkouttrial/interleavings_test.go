package checkouttrial_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"rialto/functions/carts"
	"rialto/functions/checkout"
	"rialto/functions/laboratory/schedule"
)

// interleaving is a case of two that act at once. set prepares a world and returns what each of them does; placed says how
// many orders may come of it.
type interleaving struct {
	name   string
	goods  []good
	set    func(w *world) [2]func(context.Context)
	placed []int
}

var interleavings = []interleaving{
	{"two tabs", oneLine(5), twoTabs, []int{1}},
	{"one key twice", oneLine(5), func(w *world) [2]func(context.Context) {
		cart := w.fill(customer)
		return [2]func(context.Context){w.checksOut(customer, "key-0001", cart, "pm_card_visa"), w.checksOut(customer, "key-0001", cart, "pm_card_visa")}
	}, []int{1}},
	{"the last units", oneLine(3), lastOnes, []int{1}},
	{"the last units and a declined card", oneLine(3), func(w *world) [2]func(context.Context) {
		return [2]func(context.Context){
			w.checksOut(customer, "key-0001", w.fill(customer), "pm_card_visa"),
			w.checksOut(neighbour, "key-0001", w.fill(neighbour), "pm_card_visa_chargeDeclined"),
		}
	}, []int{0, 1}},
	{"a run and its recovery", oneLine(5), runAndRecovery("pm_card_visa"), []int{0, 1}},
	{"a declined run and its recovery", oneLine(5), runAndRecovery("pm_card_visa_chargeDeclined"), []int{0}},
	{"a run twice", oneLine(5), runTwice, []int{1}},
	{"two recoveries", oneLine(5), func(w *world) [2]func(context.Context) {
		in := w.begun("pm_card_visa")
		w.enter = diesIn(w, "Place")
		w.executes(in)(context.Background())
		w.advance(checkout.Due + time.Second)
		return [2]func(context.Context){w.looks(in.Checkout.ID), w.looks(in.Checkout.ID)}
	}, []int{0}},
	{"resumed twice", oneLine(5), func(w *world) [2]func(context.Context) {
		id := w.waiting()
		return [2]func(context.Context){w.resumes(id), w.resumes(id)}
	}, []int{1}},
	{"resumed as it expires", oneLine(5), resumedAsItExpires, []int{0, 1}},
	{"resumed as it is given up", oneLine(5), resumedAsItIsGivenUp, []int{0, 1}},
	{"given up twice", oneLine(5), func(w *world) [2]func(context.Context) {
		id := w.waiting()
		return [2]func(context.Context){w.givesUp(id), w.givesUp(id)}
	}, []int{0}},
	{"given up as it expires", oneLine(5), func(w *world) [2]func(context.Context) {
		id := w.waiting()
		w.advance(checkout.HoldFor + time.Second)
		return [2]func(context.Context){w.givesUp(id), w.looks(id)}
	}, []int{0}},
	{"resumed as another card pays for the cart", oneLine(2), resumedAsAnotherPays, []int{1}},
	{"two cards after one that waits", oneLine(2), func(w *world) [2]func(context.Context) {
		w.waiting()
		cart := carts.IDOf(customer, "US")
		return [2]func(context.Context){w.checksOut(customer, "key-0002", cart, "pm_card_visa"), w.checksOut(customer, "key-0003", cart, "pm_card_visa")}
	}, []int{0, 1}},
	{"two tabs with a coupon", couponLine(5), twoTabs, []int{1}},
	{"the last use of a coupon", couponLine(1), lastOnes, []int{1}},
	{"a declined run with a coupon and its recovery", couponLine(1), runAndRecovery("pm_card_visa_chargeDeclined"), []int{0}},
	{"two tabs with two sellers' lines", twoSellers(5), twoTabs, []int{1}},
	{"the last units of one of two sellers", twoSellers(3), lastOnes, []int{1}},
	{"a run of two payments and its recovery", twoSellers(5), runAndRecovery("pm_card_visa"), []int{0, 1}},
	{"a run of two payments twice", twoSellers(5), runTwice, []int{1}},
	{"two payments resumed as they expire", twoSellers(5), resumedAsItExpires, []int{0, 1}},
	{"two payments resumed as they are given up", twoSellers(5), resumedAsItIsGivenUp, []int{0, 1}},
	{"resumed with a coupon's last use as another card pays", couponLine(1), resumedAsAnotherPays, []int{0, 1}},
	{"a checkout and an addition to its cart", oneLine(9), func(w *world) [2]func(context.Context) {
		return [2]func(context.Context){w.checksOut(customer, "key-0001", w.fill(customer), "pm_card_visa"), w.adds(customer)}
	}, []int{0, 1}},
}

// twoTabs has one shopper check the same cart out under two keys.
func twoTabs(w *world) [2]func(context.Context) {
	cart := w.fill(customer)
	return [2]func(context.Context){w.checksOut(customer, "key-0001", cart, "pm_card_visa"), w.checksOut(customer, "key-0002", cart, "pm_card_visa")}
}

// resumedAsItExpires has a shopper pass the 3-D Secure challenge in the second before the hold ends, and the timer look behind it.
func resumedAsItExpires(w *world) [2]func(context.Context) {
	id := w.waiting()
	w.advance(checkout.HoldFor - time.Second)
	return [2]func(context.Context){w.resumes(id), func(ctx context.Context) {
		w.advance(2 * time.Second)
		w.looks(id)(ctx)
	}}
}

// resumedAsItIsGivenUp has a shopper pass the 3-D Secure challenge in one tab and give the checkout up in another.
func resumedAsItIsGivenUp(w *world) [2]func(context.Context) {
	id := w.waiting()
	return [2]func(context.Context){w.resumes(id), w.givesUp(id)}
}

// resumedAsAnotherPays has a shopper pass the challenge in one tab, and check the same cart out with another card in another.
func resumedAsAnotherPays(w *world) [2]func(context.Context) {
	id := w.waiting()
	return [2]func(context.Context){w.resumes(id), w.checksOut(customer, "key-0002", carts.IDOf(customer, "US"), "pm_card_visa")}
}

// lastOnes has two shoppers want what one of them can have.
func lastOnes(w *world) [2]func(context.Context) {
	return [2]func(context.Context){
		w.checksOut(customer, "key-0001", w.fill(customer), "pm_card_visa"),
		w.checksOut(neighbour, "key-0001", w.fill(neighbour), "pm_card_visa"),
	}
}

// runTwice starts one record's execution twice.
func runTwice(w *world) [2]func(context.Context) {
	in := w.begun("pm_card_visa")
	return [2]func(context.Context){w.executes(in), w.executes(in)}
}

// runAndRecovery has a recovery meet the run that it takes for dead.
func runAndRecovery(method string) func(w *world) [2]func(context.Context) {
	return func(w *world) [2]func(context.Context) {
		in := w.begun(method)
		w.advance(checkout.Due + time.Second)
		return [2]func(context.Context){w.executes(in), w.looks(in.Checkout.ID)}
	}
}

const neighbour = "cus_bbbbbbbbbbbbbbbbbbbbbbbbbb"

func (w *world) checksOut(customerID, key, cart, method string) func(context.Context) {
	return func(ctx context.Context) {
		reply, err := w.front.Checkout(ctx, customerID, key, request(cart, method))
		if err != nil && !errors.Is(err, checkout.ErrInProgress) {
			w.t.Errorf("%v", err)
		}
		w.told(reply.Answer)
	}
}

func (w *world) executes(in checkout.Input) func(context.Context) {
	return func(ctx context.Context) {
		if a, ok, err := w.Run(ctx, in); err == nil && ok {
			w.told(a)
		}
	}
}

func (w *world) adds(customerID string) func(context.Context) {
	return func(ctx context.Context) {
		if _, err := w.put(ctx, customerID, w.goods[0]); err != nil && !errors.Is(err, carts.ErrStale) {
			w.t.Errorf("%v", err)
		}
	}
}

func (w *world) looks(id string) func(context.Context) {
	return func(ctx context.Context) { _, _ = w.recover.Check(ctx, id) } // what it leaves its timer comes back for
}

func (w *world) resumes(id string) func(context.Context) {
	return func(ctx context.Context) {
		reply, err := w.front.Resume(ctx, customer, id)
		if err != nil && !errors.Is(err, checkout.ErrInProgress) {
			w.t.Errorf("%v", err)
		}
		w.told(reply.Answer)
	}
}

func (w *world) givesUp(id string) func(context.Context) {
	return func(ctx context.Context) {
		a, err := w.front.GiveUp(ctx, customer, id)
		if err != nil && !errors.Is(err, checkout.ErrInProgress) && !errors.Is(err, checkout.ErrPlaced) {
			w.t.Errorf("%v", err)
		}
		w.told(a)
	}
}

// told notes an answer that somebody got, for the end.
func (w *world) told(a checkout.Answer) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = append(w.answers, a)
}

// begun writes a record and its timer, and returns the input of the run that comes next.
func (w *world) begun(method string) checkout.Input {
	w.t.Helper()
	var kept keeper
	front := *w.front
	front.Runner = &kept
	if _, err := front.Checkout(context.Background(), customer, "key-0001", request(w.fill(customer), method)); err != nil {
		w.t.Fatal(err)
	}
	return kept.in
}

// keeper is a runner that does not run.
type keeper struct{ in checkout.Input }

func (k *keeper) Run(_ context.Context, in checkout.Input) (checkout.Answer, bool, error) {
	k.in = in
	return checkout.Answer{}, false, nil
}

// waiting brings a checkout to the 3-D Secure challenge, which the shopper has answered.
func (w *world) waiting() string {
	w.t.Helper()
	reply, err := w.front.Checkout(context.Background(), customer, "key-0001", request(w.fill(customer), "pm_card_authenticationRequired"))
	if err != nil || reply.State != checkout.Waiting {
		w.t.Fatal(reply, err)
	}
	w.authenticate()
	return reply.CheckoutID
}

func diesIn(w *world, state string) func(*execution, string) error {
	return func(e *execution, s string) error {
		if e.n == 0 && s == state {
			return errDied
		}
		return nil
	}
}

// schedule that an interleaving goes by: a list of choices, or a seed.
type order struct {
	list []int
	seed uint64
}

func (o order) String() string {
	if o.list == nil {
		return fmt.Sprintf("seed %d", o.seed)
	}
	return strings.Trim(fmt.Sprint(o.list), "[]")
}

// interleaved is what came of an interleaving.
type interleaved struct {
	problems []string
	choices  []int
	hash     uint64
	steps    int64
	placed   int
}

// play lets two meet in one order.
func (m interleaving) play(t *testing.T, o order) (out interleaved) {
	synctest.Test(t, func(*testing.T) { out = m.interleave(o) })
	return out
}

func (m interleaving) interleave(o order) (out interleaved) {
	r := &recorder{}
	var all sync.WaitGroup
	all.Go(func() {
		w := newWorld(r, m.goods)
		both := m.set(w)
		s := schedule.Replay(o.list, dawn)
		if o.list == nil {
			s = schedule.New(o.seed, dawn)
			s.Keep, s.Stay = true, 60
		}
		act(s, "first", both[0])
		act(s, "second", both[1])
		if err := s.Run(schedule.Limits{}); err != nil {
			r.Errorf("%v", err)
		}
		out.choices, out.hash, out.steps = s.Choices(), s.Hash(), s.Steps()
		w.settle()
		out.placed = w.audit()
		w.stayTrue()
		w.auditCarts()
		if !slices.Contains(m.placed, out.placed) {
			blame(r, "outcome", "%d orders, %v are possible", out.placed, m.placed)
		}
	})
	all.Wait()
	for _, f := range r.cleanups {
		f()
	}
	out.problems = r.problems
	return out
}

// stayTrue checks what was told against what the records say at the end.
func (w *world) stayTrue() {
	w.t.Helper()
	end := map[string]checkout.State{}
	for _, r := range w.rows() {
		end[r.PK] = r.State
	}
	for _, a := range w.answers {
		if a.State.Terminal() && end[a.CheckoutID] != a.State {
			blame(w.t, "told-otherwise", "the shopper was told that %s is %s, and it is %s", a.CheckoutID, a.State, end[a.CheckoutID])
		}
	}
}

// auditCarts checks that every unit that was put into a cart is in it, or in an order.
func (w *world) auditCarts() {
	w.t.Helper()
	units := w.inCart(customer) + w.inCart(neighbour)
	for _, o := range w.orders() {
		for _, l := range o.Lines {
			units += l.Quantity
		}
	}
	if units != w.units {
		blame(w.t, "cart-and-order", "%d units were put into carts, %d are in carts and orders", w.units, units)
	}
}

// Two that act at once, in every order of their calls of the database in which one interrupts the other once (proving:
// twice), and in seeded ones. Every call of the database stands still before it and, having its answer, after it.
func TestEveryInterleaving(t *testing.T) {
	t.Parallel()
	switches, seeds := 1, 20
	if proving {
		switches, seeds = 2, 400
	}
	for _, m := range interleavings {
		t.Run(strings.ReplaceAll(m.name, " ", "_"), func(t *testing.T) {
			t.Parallel()
			if again := os.Getenv("RIALTO_ORDER"); again != "" {
				o := orderOf(t, again)
				if got := m.play(t, o); got.problems != nil {
					t.Errorf("%s:\n  %s", o, strings.Join(got.problems, "\n  "))
				}
				return
			}
			e := &exploration{t: t, interleaving: m, began: time.Now()}
			e.interrupt([]int{}, switches)
			e.interrupt([]int{1}, switches)
			var random []order
			for n := range seeds {
				random = append(random, order{seed: uint64(n)})
			}
			e.all(random)
			e.print(switches, seeds)
		})
	}
}

func orderOf(t *testing.T, s string) order {
	t.Helper()
	if seed, ok := strings.CutPrefix(s, "seed "); ok {
		n, err := strconv.ParseUint(seed, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return order{seed: n}
	}
	o := order{list: []int{}}
	for _, f := range strings.Fields(s) {
		n, err := strconv.Atoi(f)
		if err != nil {
			t.Fatal(err)
		}
		o.list = append(o.list, n)
	}
	return o
}

// exploration sums up the orders of one interleaving.
type exploration struct {
	t            *testing.T
	interleaving interleaving
	began        time.Time

	mu             sync.Mutex
	orders, failed int
	steps          int64
	placed         map[int]int
	seen           map[uint64]bool
	reported       map[string]bool
}

// all plays orders and returns what came of each.
func (e *exploration) all(orders []order) []interleaved {
	out := make([]interleaved, len(orders))
	for i, o := range orders {
		out[i] = e.interleaving.play(e.t, o)
		e.note(o, out[i])
	}
	return out
}

// side does so many things side by side, as many at once as there are processors.
func side(n int, do func(int)) {
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var all sync.WaitGroup
	for i := range n {
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			do(i)
		})
	}
	all.Wait()
}

func (e *exploration) note(o order, got interleaved) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.placed == nil {
		e.placed, e.seen, e.reported = map[int]int{}, map[uint64]bool{}, map[string]bool{}
	}
	e.orders++
	e.steps += got.steps
	e.placed[got.placed]++
	e.seen[got.hash] = true
	if len(got.problems) == 0 {
		return
	}
	if e.failed++; novel(e.reported, got.problems) || e.failed <= shown {
		e.t.Errorf(
			"%s\n  again: RIALTO_ORDER='%s' go test -count=1 -run '^%s$' ./functions/checkout/checkouttrial\n  %s",
			e.interleaving.name,
			o,
			pattern(e.t.Name()),
			strings.Join(got.problems, "\n  "),
		)
	}
}

// interrupt plays the order that goes on from a list without another switch, and then all that switch so many more
// times.
func (e *exploration) interrupt(list []int, switches int) {
	lists := [][]int{list}
	for range switches + 1 {
		var orders []order
		for _, l := range lists {
			orders = append(orders, order{list: l})
		}
		var next [][]int
		for i, got := range e.all(orders) {
			for at := len(lists[i]); at < len(got.choices); at++ {
				next = append(next, append(slices.Repeat([]int{0}, at), 1))
				copy(next[len(next)-1], lists[i])
			}
		}
		lists = next
	}
}

func (e *exploration) print(switches, seeds int) {
	if !testing.Verbose() {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	fmt.Printf(
		"%s\n  every order with at most %d interruptions and %d seeded ones: %d orders, %d of them different, %d steps, orders placed: %v, in %.1f s\n",
		e.interleaving.name,
		switches,
		seeds,
		e.orders,
		len(e.seen),
		e.steps,
		e.placed,
		time.Since(e.began).Seconds(),
	)
}

func TestAnOrderIsReplayed(t *testing.T) {
	t.Parallel()
	for _, m := range interleavings {
		first := m.play(t, order{seed: 3})
		if again := m.play(t, order{seed: 3}); again.hash != first.hash || again.steps != first.steps {
			t.Errorf("%s: seed 3 went two ways: %x and %x", m.name, first.hash, again.hash)
		}
		if again := m.play(t, order{list: first.choices}); again.steps != first.steps {
			t.Errorf("%s: its choices went another way", m.name)
		}
	}
}
