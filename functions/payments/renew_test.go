package payments_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/internal/money"
	"rialto/functions/payments"
	"rialto/functions/payments/paymentsstore"
)

// wait lets time pass, at the bank and here.
func (r *rig) wait(t *testing.T, d time.Duration) {
	t.Helper()
	r.bank.control(t, http.MethodPost, "/_control/clock?advance="+d.String(), "", nil)
	now := r.Now
	r.Now = func() time.Time { return now().Add(d) }
}

func (r *rig) renews(tries int) error {
	return retry(tries, func() error { _, err := r.Renew(context.Background(), r.order, "g1"); return err })
}

func (r *rig) captures(tries, attempt int) error {
	packed := payments.ShipmentPacked{OrderID: r.order, ShipmentID: "shp_x", Group: "g1", Amount: money.Of(1000, "USD"), Attempt: attempt}
	return retry(tries, func() error { return r.Capture(context.Background(), packed) })
}

// taken sums what was captured of an order.
func (r *rig) taken(t *testing.T) (sum int64) {
	t.Helper()
	for _, i := range r.bank.books(t, r.order, "") {
		sum += i.Captured
	}
	return sum
}

// soonOver returns a rig whose payment was authorized six days and an hour ago.
func soonOver(t *testing.T, b *bank, method string) *rig {
	t.Helper()
	r := b.rig()
	var at struct{ Now time.Time }
	b.control(t, http.MethodGet, "/_control/clock", "", &at)
	ahead := time.Until(at.Now)
	r.Now = func() time.Time { return time.Now().Add(ahead) }
	if _, err := r.authorizes(r.input(method, "g1"), 1); err != nil {
		t.Fatal(err)
	}
	r.wait(t, 6*24*time.Hour+time.Hour)
	return r
}

// A payment whose authorization ends soon is authorized anew, whatever breaks at whichever point and however often, and is then
// captured or cancelled as any other. What another step does right after the break wins, and no money stays held beside it.
func TestEveryPointOfARenewalCanBreak(t *testing.T) {
	t.Parallel()
	for _, then := range []string{"renew", "capture", "cancel"} {
		for _, lasting := range []int{1, 2, 1000} {
			t.Run(fmt.Sprint(then, lasting), func(t *testing.T) {
				t.Parallel()
				b := newBank(t)
				for k, more := 0, true; more; k++ {
					r := soonOver(t, b, "pm_card_visa")
					first := r.record(t, "g1").IntentID
					at := &broken{k: k, lasting: lasting}
					r.hook(func(ctx context.Context, point string) error { return at.hook(ctx, point) })
					err := r.renews(1)
					more, at = at.reached(), &broken{}
					p := r.record(t, "g1")
					if err == nil && !more && (p.Current != 1 || p.IntentID == first || r.open(t) != 1000) {
						t.Fatalf("point %d: %+v, %d open", k, p, r.open(t))
					}
					switch then {
					case "capture":
						err = r.captures(2, 0)
					case "cancel":
						err = r.cancels(2, "g1")
					case "renew":
						err = r.renews(2)
						if p := r.record(t, "g1"); err == nil && (p.Current != 1 || r.open(t) != 1000 ||
							p.CaptureBefore.Sub(r.Now()).Round(time.Hour) != 7*24*time.Hour) {
							t.Fatalf("point %d: %+v, %d open", k, p, r.open(t))
						}
						if err == nil {
							err = r.captures(2, 0)
						}
					}
					if err != nil {
						t.Fatalf("point %d, %s: %v", k, then, err)
					}
					want := map[string]int64{"renew": 1000, "capture": 1000}[then]
					if p := r.record(t, "g1"); r.open(t) != 0 || r.taken(t) != want || p.Renewal != nil || len(p.Loose) != 0 || p.Method != "" {
						t.Fatalf("point %d: %d open, %d taken, want 0 and %d: %+v", k, r.open(t), r.taken(t), want, p)
					}
				}
			})
		}
	}
}

// A renewal that froze at any of its points, and goes on after a capture or a cancel has succeeded, holds nothing in the end and
// takes nothing.
func TestAFrozenRenewalHoldsNothing(t *testing.T) {
	t.Parallel()
	type frozen struct{}
	for _, then := range []string{"capture", "cancel"} {
		b, seen := newBank(t), map[string]bool{}
		for k, more := 0, true; more; k++ {
			r := soonOver(t, b, "pm_card_visa")
			atPoint, goOn, n := make(chan string, 1), make(chan struct{}), 0
			r.hook(func(ctx context.Context, point string) error {
				if ctx.Value(frozen{}) == nil {
					return nil
				}
				if n++; n == k+1 {
					atPoint <- point
					<-goOn
				}
				return nil
			})
			done := make(chan error, 1)
			go func() {
				_, err := r.Renew(context.WithValue(context.Background(), frozen{}, true), r.order, "g1")
				done <- err
			}()
			select {
			case point := <-atPoint:
				seen[point] = true
				do := map[string]func() error{"capture": func() error { return r.captures(3, 0) }, "cancel": func() error { return r.cancels(3, "g1") }}
				if err := do[then](); err != nil {
					t.Fatalf("%s while frozen at %d (%s): %v", then, k, point, err)
				}
				close(goOn)
				<-done
			case <-done:
				more = false
				continue
			}
			want := map[string]int64{"capture": 1000}[then]
			if err := r.renews(3); err != nil || r.open(t) != 0 || r.taken(t) != want {
				t.Fatalf("frozen at %d, %s: %v, %d open, %d taken", k, then, err, r.open(t), r.taken(t))
			}
		}
		for _, point := range []string{"create before", "create after", "confirm before", "confirm after", "cancel before"} {
			if !seen[point] {
				t.Errorf("never frozen at %q", point)
			}
		}
	}
}

// A capture that breaks at whichever point as its authorization ends, and that a renewal comes before its next try, takes the money once and
// leaves none held. Seen to catch: a renewal of what may have been captured.
func TestACaptureThatBreaksIsNotRenewed(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for k, more := 0, true; more; k++ {
		r := soonOver(t, b, "pm_card_visa")
		at := &broken{k: k, lasting: 1000}
		r.hook(func(ctx context.Context, point string) error { return at.hook(ctx, point) })
		_ = r.captures(1, 0)
		more, at = at.reached(), &broken{}
		if err := r.renews(3); err != nil {
			t.Fatalf("point %d: %v", k, err)
		}
		if err := r.captures(3, 0); err != nil {
			t.Fatalf("point %d: %v", k, err)
		}
		if p := r.record(t, "g1"); r.taken(t) != 1000 || r.open(t) != 0 || p.State != payments.Captured {
			t.Fatalf("point %d: %d taken, %d open, %+v", k, r.taken(t), r.open(t), p)
		}
	}
}

// Renewals side by side, and again when there is nothing to do, make one authorization.
func TestRenewalsMeet(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := soonOver(t, b, "pm_card_visa")
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() { errs <- r.renews(6) }()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Fatal(err)
		}
	}
	if p := r.record(t, "g1"); p.Current != 1 || p.Renewals != 1 || r.open(t) != 1000 || len(b.books(t, r.order, "")) != 2 {
		t.Fatalf("%+v, %d open", p, r.open(t))
	}
}

// A bank that refuses is asked three times, eight hours apart, and what it held it holds until its end; each refusal is told. Seen to
// catch: a payment taken off the list of the day on which it is due again.
func TestARefusedRenewalIsTold(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	if _, err := r.authorizes(r.input("pm_card_authenticationRequired", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	b.control(t, http.MethodPost, "/_control/intents/"+r.record(t, "g1").IntentID+"/authenticate?outcome=succeed", "", nil)
	if _, err := r.authorizes(r.input("pm_card_authenticationRequired", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	r.wait(t, 6*24*time.Hour+time.Hour)
	w := &payments.Watcher{Service: r.Service, List: paymentsstore.Store{DB: r.db}}
	if err := w.List.Watch(context.Background(), payments.Due{OrderID: r.order, Group: "g1", Day: r.Now().UTC().Format(time.DateOnly)}); err != nil {
		t.Fatal(err)
	}
	var told []string
	for hour := range 22 {
		before := r.record(t, "g1")
		if _, err := w.Sweep(context.Background(), payments.SweepInput{}); err != nil {
			t.Fatal(hour, err)
		}
		names, data := payments.Happened(before, r.record(t, "g1"))
		for n, name := range names {
			told = append(told, fmt.Sprint(hour, name, data[n].(payments.PaymentAuthorizationLost).Code))
		}
		r.wait(t, time.Hour)
	}
	lost := "PaymentAuthorizationLostauthentication_required"
	if want := []string{"0" + lost, "8" + lost, "16" + lost}; !slices.Equal(told, want) || r.open(t) != 1000 {
		t.Fatalf("told %q, want %q; %d open, want 1000", told, want, r.open(t))
	}
	if next, err := r.Renew(context.Background(), r.order, "g1"); err != nil || !next.IsZero() {
		t.Fatal("asked a fourth time: ", next, err)
	}
	// Seen to catch: an intent that waits for its shopper, who would have twice as much held by answering.
	for _, i := range b.books(t, r.order, "g1") {
		if i.ID != r.record(t, "g1").IntentID && i.Status != "canceled" {
			t.Errorf("%+v", i)
		}
	}
}

// A later attempt to take a payment whose authorization had ended authorizes it anew and takes it, once, whatever breaks. The
// events of earlier attempts, again, change nothing.
func TestALaterAttemptTakesTheMoney(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	for _, lasting := range []int{1, 3} {
		for k, more := 0, true; more; k++ {
			r := soonOver(t, b, "pm_card_visa")
			r.wait(t, 2*24*time.Hour)
			if err := r.captures(1, 0); err != nil {
				t.Fatal(err)
			}
			failed := r.record(t, "g1")
			if failed.State != payments.CaptureFailed || failed.Code != "authorization_expired" {
				t.Fatalf("%+v", failed)
			}
			if err := r.captures(1, 0); err != nil || r.record(t, "g1").Version != failed.Version {
				t.Fatal("the first attempt again: ", err)
			}
			at := &broken{k: k, lasting: lasting}
			r.hook(func(ctx context.Context, point string) error { return at.hook(ctx, point) })
			_ = r.captures(1, 1)
			more, at = at.reached(), &broken{}
			if err := r.captures(2, 1); err != nil {
				t.Fatalf("point %d: %v", k, err)
			}
			if err := r.captures(1, 0); err != nil {
				t.Fatal(err)
			}
			if p := r.record(t, "g1"); p.State != payments.Captured || p.Attempt != 1 || r.taken(t) != 1000 || r.open(t) != 0 {
				t.Fatalf("point %d: %+v, %d taken, %d open", k, p, r.taken(t), r.open(t))
			}
		}
	}
}

// An attempt that fails again says so, once for each attempt.
func TestEachAttemptIsAnswered(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	if err := r.cancels(1, "g1"); err != nil {
		t.Fatal(err)
	}
	var told []int
	for _, attempt := range []int{0, 0, 1, 0, 1, 2} {
		before := r.record(t, "g1")
		if err := r.captures(1, attempt); err != nil {
			t.Fatal(err)
		}
		_, data := payments.Happened(before, r.record(t, "g1"))
		for _, d := range data {
			told = append(told, d.(payments.PaymentCaptureFailed).Attempt)
		}
	}
	if want := []int{0, 1, 2}; !slices.Equal(told, want) || r.taken(t) != 0 {
		t.Fatalf("told %v, want %v", told, want)
	}
}

// The list has each payment a day before its authorization ends; a sweep renews it then and puts it on the day of the next, and
// what is over leaves the list.
func TestTheSweepRenewsWhatIsDue(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	w := &payments.Watcher{Service: r.Service, List: paymentsstore.Store{DB: r.db}}
	until := r.record(t, "g1").CaptureBefore
	placed := fmt.Sprintf(`{"order_id":%q,"shipments":[{"group":"g1","capture_before":%q},{"group":"g2"}]}`, r.order, until.Format(time.RFC3339))
	for range 2 {
		if err := w.HandleEvent(context.Background(), "OrderPlaced", []byte(placed)); err != nil {
			t.Fatal(err)
		}
	}
	first, renewed := r.record(t, "g1"), 0
	for day, want := range []int{0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2} {
		before := r.record(t, "g1")
		for range 2 {
			if _, err := w.Sweep(context.Background(), payments.SweepInput{}); err != nil {
				t.Fatal(day, err)
			}
		}
		if p := r.record(t, "g1"); p.Current != want && p.Current != want+1 { // the hour of the day decides
			t.Fatalf("day %d: %d renewals, want %d", day, p.Current, want)
		}
		if r.open(t) != 1000 {
			t.Fatalf("day %d: %d open", day, r.open(t))
		}
		names, _ := payments.Happened(before, r.record(t, "g1"))
		renewed += len(names)
		r.wait(t, 24*time.Hour)
	}
	// Seen to catch: a second renewal that nobody is told of, whose parcel counts as unpaid from then on.
	if p := r.record(t, "g1"); renewed != p.Current-first.Current {
		t.Errorf("%d of %d renewals were told", renewed, p.Current)
	}
	if err := r.captures(1, 0); err != nil || r.taken(t) != 1000 || r.open(t) != 0 {
		t.Fatal(err, r.taken(t), r.open(t))
	}
	for range 9 {
		if _, err := w.Sweep(context.Background(), payments.SweepInput{}); err != nil {
			t.Fatal(err)
		}
		r.wait(t, 24*time.Hour)
	}
	if n := len(r.db.Items("payments")); n != 2 {
		t.Fatalf("%d items, want the payment and the mark of the sweep", n)
	}
}

// What was due while no sweep ran, for however long, is looked at by the next one. Seen to catch: a sweep that looks two days back.
func TestASweepFindsWhatWasDueLongAgo(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	w := &payments.Watcher{Service: r.Service, List: paymentsstore.Store{DB: r.db}}
	if _, err := w.Sweep(context.Background(), payments.SweepInput{}); err != nil {
		t.Fatal(err)
	}
	placed := fmt.Sprintf(`{"order_id":%q,"shipments":[{"group":"g1","capture_before":%q}]}`, r.order, r.record(t, "g1").CaptureBefore.Format(time.RFC3339))
	if err := w.HandleEvent(context.Background(), "OrderPlaced", []byte(placed)); err != nil {
		t.Fatal(err)
	}
	r.wait(t, 20*24*time.Hour)
	if out, err := w.Sweep(context.Background(), payments.SweepInput{}); err != nil || out != (payments.SweepOutput{Due: 1, Done: 1}) {
		t.Errorf("%+v %v", out, err)
	}
	// The event of an order comes after its day, as a dead letter does. Seen to catch: a payment on the list of a day that is over.
	if err := w.HandleEvent(context.Background(), "OrderPlaced", []byte(placed)); err != nil {
		t.Fatal(err)
	}
	if out, err := w.Sweep(context.Background(), payments.SweepInput{}); err != nil || out.Due != 1 {
		t.Errorf("%+v %v", out, err)
	}
}

// What a bank turns back within a month is found, though the gateway never tells, of the first attempt and of one that an operator asked
// for. Seen to catch: a refund looked at once, after three days; a second attempt watched under the name of the first.
func TestARefundIsLookedAtForAMonth(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	for _, turnedBack := range []int{1, 9, 30} {
		b := newBank(t)
		r := b.rig()
		r.captured(t, 600)
		w := &payments.Watcher{Service: r.Service, List: paymentsstore.Store{DB: r.db}}
		gives := func(do func() error) {
			t.Helper()
			before := r.record(t, "g1")
			if err := do(); err != nil {
				t.Fatal(err)
			}
			names, data := payments.Happened(before, r.record(t, "g1"))
			text, err := json.Marshal(data[0])
			if err != nil || names[0] != payments.EventRefunded {
				t.Fatal(names, err)
			}
			if err := w.HandleEvent(ctx, names[0], text); err != nil {
				t.Fatal(err)
			}
		}
		for attempt := range 2 {
			gives(func() error {
				if attempt == 0 {
					return r.Refund(ctx, r.returned("ret_a", 200))
				}
				_, err := r.RefundAgain(ctx, payments.RefundRef{OrderID: r.order, Group: "g1", Name: "ret_a"})
				return err
			})
			for day := range 33 {
				if day == turnedBack {
					b.control(t, http.MethodPost, "/_control/refunds/"+r.record(t, "g1").Refunds[0].GatewayID+"/fail", "", nil)
				}
				if _, err := w.Sweep(ctx, payments.SweepInput{}); err != nil {
					t.Fatal(err)
				}
				r.wait(t, 24*time.Hour)
			}
			left := 2 + 1 + attempt // the payment, the sweep's mark, and of each attempt what the gateway's books must say
			if x := r.record(t, "g1").Refunds[0]; x.State != payments.RefundFailed || x.Attempt != attempt || len(r.db.Items("payments")) != left {
				t.Fatalf("turned back after %d days: %+v, %d items", turnedBack, x, len(r.db.Items("payments")))
			}
		}
	}
}

// A capture that the gateway refused and somebody made by hand is found by the next attempt, and told with what was taken.
func TestALaterAttemptFindsWhatWasTaken(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	if _, err := r.authorizes(r.input("pm_card_visa", "g1"), 1); err != nil {
		t.Fatal(err)
	}
	b.arm(t, r.order, "capture", `"kind":"refused"`)
	if err := r.captures(1, 0); err != nil || r.record(t, "g1").State != payments.CaptureFailed {
		t.Fatalf("%+v %v", r.record(t, "g1"), err)
	}
	before := r.record(t, "g1")
	b.dashboard(t, "/v1/payment_intents/"+before.IntentID+"/capture", nil)
	if err := r.captures(1, 1); err != nil {
		t.Fatal(err)
	}
	p := r.record(t, "g1")
	want := payments.PaymentCaptured{OrderID: r.order, Group: "g1", Amount: money.Of(1000, "USD"), IntentID: before.IntentID}
	if _, data := payments.Happened(before, p); len(data) != 1 || !cmp.Equal(data[0], want) || p.Captured != 1000 || r.taken(t) != 1000 {
		t.Errorf("%+v, %+v", data, p)
	}
}

// A seller may confirm a parcel until twelve days after its order (two business days over a weekend, and a week of grace): until then
// the money that a browser's card has promised is held at every hour, though an authorization ends after seven days, and taken then.
// Seen to catch: a method without a customer, which pays once.
func TestMoneyIsHeldUntilTheSellersDeadline(t *testing.T) {
	t.Parallel()
	b := newBank(t)
	r := b.rig()
	m := attach(t, r.methods(), "cus_shopper", b.card(t, "4242424242424242"))
	if _, err := r.authorizes(r.input(m.Token, "g1"), 1); err != nil {
		t.Fatal(err)
	}
	w := &payments.Watcher{Service: r.Service, List: paymentsstore.Store{DB: r.db}}
	placed := fmt.Sprintf(`{"order_id":%q,"shipments":[{"group":"g1","capture_before":%q}]}`, r.order, r.record(t, "g1").CaptureBefore.Format(time.RFC3339))
	if err := w.HandleEvent(context.Background(), "OrderPlaced", []byte(placed)); err != nil {
		t.Fatal(err)
	}
	for hour := range 12 * 24 {
		if _, err := w.Sweep(context.Background(), payments.SweepInput{}); err != nil {
			t.Fatal(hour, err)
		}
		if p := r.record(t, "g1"); p.State != payments.Authorized || p.Lost != nil || p.CaptureBefore.Before(r.Now().Add(time.Hour)) {
			t.Fatalf("hour %d: %+v", hour, p)
		}
		r.wait(t, time.Hour)
	}
	if err := r.captures(1, 0); err != nil || r.taken(t) != 1000 || r.open(t) != 0 {
		t.Fatal(err, r.taken(t), r.open(t))
	}
}
