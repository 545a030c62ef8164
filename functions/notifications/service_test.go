package notifications_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/fulfillment"
	"rialto/functions/fulfillment/fulfillmentstore"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/laboratory/memory"
	"rialto/functions/notifications"
	"rialto/functions/notifications/notificationsstore"
	"rialto/functions/orders"
	"rialto/functions/orders/ordersstore"
	"rialto/functions/payments"
	"rialto/functions/sellers/sellersstore"
	"rialto/functions/webhooks/webhooksstore"
)

// world is a notifier on real stores on one database in memory, with a mailer that keeps what it is given.
type world struct {
	*notifications.Notifier
	stored  notificationsstore.Store
	db      *memory.DB
	now     time.Time
	contact notifications.Contact
	there   bool

	mu    sync.Mutex
	sent  []notifications.Mail
	fails error // of the mailer, which then has the mail if it is errLost
}

var errLost = errors.New("connection reset")

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{db: memory.New(), now: time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC), contact: notifications.Contact{Email: "pat@example.com", Mark: "m"},
		there: true}
	w.stored = notificationsstore.Store{DB: w.db}
	parcels := fulfillmentstore.Store{DB: w.db}
	w.Notifier = &notifications.Notifier{Store: w.stored, Orders: ordersstore.Store{DB: w.db}, Parcels: parcels,
		Sellers: sellersstore.Store{DB: w.db}, Webhooks: webhooksstore.Store{DB: w.db},
		Contacts: w, Mailer: w, Links: w, Now: func() time.Time { return w.now }, ReviewAfter: 7 * 24 * time.Hour}
	usd := money.Of(100, "USD")
	o := orders.Order{ID: "ord_1", CustomerID: "cus_a", CheckoutID: "chk_1", Marketplace: "US", PlacedAt: w.now,
		Lines: []orders.Line{{Line: "p#s", ProductID: "p", SellerID: "s", Title: "Tea", Quantity: 1, UnitPrice: usd, Amount: usd,
			Tax: money.Zero("USD")}},
		Totals:    orders.Totals{Items: usd, Shipping: money.Zero("USD"), Tax: money.Zero("USD"), Total: usd},
		Shipments: []orders.Shipment{{Group: "g", SellerID: "s", Centre: "c", Amount: usd}},
		Delivery:  orders.Delivery{AddressID: "adr_1", Country: "US", Sealed: []byte("sealed")}}
	x := fulfillment.Shipment{ID: "shp_1", OrderID: "ord_1", Group: "g", SellerID: "s", State: fulfillment.Delivered,
		Lines: []fulfillment.Line{{Line: "p#s", Quantity: 1}}, Amount: usd, UpdatedAt: w.now}
	_, err := w.db.Apply(t.Context(), ordersstore.Place(o))
	opened := parcels.Open(t.Context(), x, fulfillment.Event{ShipmentID: x.ID, At: w.now, Status: fulfillment.Placed})
	if err := errors.Join(err, opened); err != nil {
		t.Fatal(err)
	}
	return w
}

// OfOrder implements notifications.Contacts.
func (w *world) OfOrder(context.Context, orders.Order) (notifications.Contact, bool, error) {
	return w.contact, w.there, nil
}

// OfCustomer implements notifications.Contacts.
func (w *world) OfCustomer(context.Context, string) (notifications.Contact, error) {
	return w.contact, nil
}

// Unsubscribe implements notifications.Links.
func (w *world) Unsubscribe(_ context.Context, customerID string, _ time.Time) (string, error) {
	return "https://shop.example/unsubscribe?token=" + customerID, nil
}

// Send implements notifications.Mailer.
func (w *world) Send(_ context.Context, _ notifications.Contact, _ notifications.Notification, m notifications.Mail) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fails == nil || errors.Is(w.fails, errLost) {
		w.sent = append(w.sent, m)
	}
	return w.fails
}

// hear gives the notifier an event, and returns the code of its failure.
func (w *world) hear(t *testing.T, event string, data any) string {
	t.Helper()
	b, err := json.Marshal(data)
	if err != nil {
		t.Fatal(err)
	}
	return fault.Code(w.HandleEvent(t.Context(), event, b, w.now))
}

// states are the records of the order's mails, with their reasons.
func (w *world) states(t *testing.T) map[string]string {
	t.Helper()
	all, err := w.stored.OfOrder(t.Context(), "ord_1")
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, n := range all {
		out[n.Key] = strings.TrimSpace(string(n.State) + " " + n.Reason)
	}
	return out
}

type (
	placed    = orders.Placed
	shipped   = fulfillment.ShipmentShipped
	delivered = fulfillment.ShipmentDelivered
	cancelled = fulfillment.ShipmentCancelled
	reduced   = fulfillment.ShipmentReduced
	refunded  = payments.PaymentRefunded
	failed    = payments.PaymentRefundFailed
	elsewhere = payments.PaymentRefundedElsewhere
)

// Each event is one mail however often it comes, and in whatever order. Seen to catch: a refund that was made again, taken for the
// first; a refund of nothing told as one.
func TestEachEventIsOneMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	usd := money.Of(100, "USD")
	lines := []fulfillment.ShippedLine{{Line: "p#s", Quantity: 1}}
	for range 2 {
		for _, e := range []struct {
			name string
			data any
		}{
			{"ShipmentDelivered", delivered{OrderID: "ord_1", ShipmentID: "shp_1"}},
			{"ShipmentShipped", shipped{OrderID: "ord_1", ShipmentID: "shp_1", Lines: lines, ShippedAt: w.now}},
			{"OrderPlaced", placed{OrderID: "ord_1", PlacedAt: w.now}},
			{"ShipmentCancelled", cancelled{OrderID: "ord_1", ShipmentID: "shp_2", Group: "g", Lines: lines}},
			{"ShipmentReduced", reduced{OrderID: "ord_1", ShipmentID: "shp_1", Number: 1, Now: []fulfillment.Line{{Line: "p#s", Quantity: 1}}}},
			{"PaymentRefunded", refunded{OrderID: "ord_1", RefundID: "ret_1", Amount: usd}},
			{"PaymentRefundFailed", failed{OrderID: "ord_1", RefundID: "ret_1", TurnedBack: &usd}},
			{"PaymentRefunded", refunded{OrderID: "ord_1", RefundID: "ret_1", Amount: usd, Attempt: 1}},
			{"PaymentRefundedElsewhere", elsewhere{OrderID: "ord_1", RefundID: "re_1", Amount: usd}},
			{"PaymentRefundedElsewhere", elsewhere{OrderID: "ord_1", RefundID: "re_1", Amount: usd, TurnedBack: true}},
			{"PaymentRefunded", refunded{OrderID: "ord_1", RefundID: "ret_2", Amount: usd, Before: true}},
			{"PaymentRefundFailed", failed{OrderID: "ord_1", RefundID: "ret_3"}},
		} {
			if code := w.hear(t, e.name, e.data); code != "" {
				t.Errorf("%s: %s", e.name, code)
			}
		}
	}
	want := map[string]string{}
	for _, key := range []string{"CONFIRMED", "SHIPPED-shp_1", "DELIVERED-shp_1", "CANCELLED-shp_2", "CANCELLED-shp_1-1", "REFUNDED-ret_1",
		"REFUND_TURNED_BACK-ret_1",
		"REFUNDED-ret_1-1", "REFUNDED-re_1", "REFUND_TURNED_BACK-re_1"} {
		want[key] = "SENT"
	}
	if diff := cmp.Diff(want, w.states(t)); diff != "" || len(w.sent) != len(want) {
		t.Errorf("%d mails, want (-), got (+):\n%s", len(w.sent), diff)
	}
	if code := w.hear(t, "OrderChanged", struct{}{}); code != "unknown_event" {
		t.Error(code)
	}
}

// An answer of SES that is lost is a second mail, two minutes later at the earliest, and never a third. Seen to catch: a record that
// was written after sending; attempts without end.
func TestALostAnswerSendsTwiceAtMost(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.fails = errLost
	event := placed{OrderID: "ord_1", PlacedAt: w.now}
	for n, c := range []struct {
		after time.Duration
		code  string
		mails int
	}{
		{0, "internal", 1}, {time.Minute, "notification_busy", 1}, {time.Minute, "internal", 2}, {time.Minute, "notification_busy", 2},
		{time.Minute, "mail_unanswered", 2}, {time.Hour, "mail_unanswered", 2},
	} {
		w.now = w.now.Add(c.after)
		if code := w.hear(t, "OrderPlaced", event); code != c.code || len(w.sent) != c.mails {
			t.Errorf("try %d: %s, %d mails", n, code, len(w.sent))
		}
	}
	w.fails = nil
	if code := w.hear(t, "OrderPlaced", event); code != "mail_unanswered" || w.states(t)["CONFIRMED"] != "UNANSWERED mail_unanswered" {
		t.Error(code, w.states(t))
	}
}

// Two at once send one mail.
func TestTwoAttemptsSendOneMail(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var g sync.WaitGroup
	for range 20 {
		g.Go(func() { w.hear(t, "OrderPlaced", placed{OrderID: "ord_1", PlacedAt: w.now}) })
	}
	if g.Wait(); len(w.sent) != 1 {
		t.Errorf("%d mails", len(w.sent))
	}
}

// What SES refuses is tried again as often as it comes, and says why until it is sent.
func TestWhatIsRefusedMayBeSentLater(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	event := placed{OrderID: "ord_1", PlacedAt: w.now}
	for _, c := range []struct {
		fails       error
		code, state string
	}{
		{notifications.ErrThrottled, "mail_throttled", "REFUSED mail_throttled"}, {notifications.ErrRefused, "mail_refused", "REFUSED mail_refused"},
		{notifications.ErrRefused, "mail_refused", "REFUSED mail_refused"}, {nil, "", "SENT"},
	} {
		w.fails = c.fails
		if code := w.hear(t, "OrderPlaced", event); code != c.code || w.states(t)["CONFIRMED"] != c.state {
			t.Errorf("%s %v", code, w.states(t))
		}
	}
	if len(w.sent) != 1 {
		t.Errorf("%d mails", len(w.sent))
	}
	if code := w.hear(t, "OrderPlaced", placed{OrderID: "ord_2", PlacedAt: w.now}); code != "order_not_found" {
		t.Error(code)
	}
}

// Seen to catch: an erased customer's address asked for again and again; a mail of last year's event.
func TestWhatNeedsNoMailSaysWhy(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(w *world){
		"SKIPPED customer_erased":    func(w *world) { w.there = false },
		"SKIPPED no_address":         func(w *world) { w.contact = notifications.Contact{} },
		"SKIPPED too_old":            func(w *world) { w.now = w.now.Add(31 * 24 * time.Hour) },
		"SKIPPED address_suppressed": func(w *world) { w.suppress(t) },
	} {
		w := newWorld(t)
		event := placed{OrderID: "ord_1", PlacedAt: w.now}
		change(w)
		if code := w.hear(t, "OrderPlaced", event); code != "" || w.states(t)["CONFIRMED"] != want || len(w.sent) != 0 {
			t.Errorf("%s: %s %v", want, code, w.states(t))
		}
	}
}

// suppress has SES tell of a mail to the customer that bounced.
func (w *world) suppress(t *testing.T) {
	t.Helper()
	l := &notifications.Listener{Suppressions: w.stored}
	f := notifications.Feedback{State: notifications.Bounced, Mark: "m", Mail: notifications.Mailed{OrderID: "ord_1", Key: "SHIPPED-shp_1"}, At: w.now}
	if err := l.Hear(t.Context(), f); err != nil {
		t.Fatal(err)
	}
	if err := l.Hear(t.Context(), notifications.Feedback{State: notifications.Bounced}); fault.Code(err) != "unknown_mail" {
		t.Fatal(err)
	}
}

// asks is the notifier's queue: as SQS does, it takes messages of many senders at once, and gives them to the notifier later.
type asks struct {
	mu   sync.Mutex
	dues []notifications.Due
}

// ReviewDue implements notifications.Queue.
func (a *asks) ReviewDue(_ context.Context, d notifications.Due) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.dues = append(a.dues, d)
	return nil
}

// deliver empties the queue, and gives each message twice.
func (a *asks) deliver(t *testing.T, w *world) {
	t.Helper()
	for _, d := range append(a.dues, a.dues...) {
		if code := w.hear(t, notifications.ReviewDue, d); code != "" {
			t.Errorf("%s: %s", d.Subject, code)
		}
	}
	a.dues = nil
}

// An order's reviews are asked for once, a week after its first delivery. Seen to catch: a request at once; one for each parcel; one
// to who does not want them.
func TestReviewsAreAskedForOnce(t *testing.T) {
	t.Parallel()
	for _, wanted := range []bool{true, false} {
		w := newWorld(t)
		chooser := &notifications.Chooser{Choices: w.stored, Contacts: w, Tokens: w, Now: w.Now}
		if !wanted {
			if err := chooser.Unsubscribe(t.Context(), "token of cus_a"); err != nil {
				t.Fatal(err)
			}
		}
		queue := &asks{}
		r := &notifications.Reminder{List: w.stored, Queue: queue, Now: w.Now}
		for _, parcel := range []string{"shp_1", "shp_2"} {
			w.hear(t, "ShipmentDelivered", delivered{OrderID: "ord_1", ShipmentID: parcel})
		}
		mails := len(w.sent)
		for _, c := range []struct {
			after time.Duration
			asked int
		}{{7*24*time.Hour - time.Minute, 0}, {time.Minute, 1}, {24 * time.Hour, 1}} {
			w.now = w.now.Add(c.after)
			_, err := r.Remind(t.Context(), struct{}{})
			queue.deliver(t, w)
			if !wanted {
				c.asked = 0
			}
			if got := len(w.sent) - mails; err != nil || got != c.asked {
				t.Errorf("wanted %v, after %s: asked %d times, %v", wanted, c.after, got, err)
			}
		}
		state := map[bool]string{true: "SENT", false: "SKIPPED not_wanted"}[wanted]
		if w.states(t)["REVIEW_REQUEST"] != state {
			t.Errorf("wanted %v: %v", wanted, w.states(t))
		}
		if wanted && w.sent[mails].Unsubscribe != "https://shop.example/unsubscribe?token=cus_a" {
			t.Errorf("%+v", w.sent[mails])
		}
	}
}

// Owner implements notifications.Tokens.
func (w *world) Owner(_ context.Context, token string) (string, error) {
	if id, ok := strings.CutPrefix(token, "token of "); ok {
		return id, nil
	}
	return "", fault.New(fault.Unauthorized, "invalid_token", "no")
}

func TestCustomersSayWhatTheyWant(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	c := &notifications.Chooser{Choices: w.stored, Contacts: w, Tokens: w, Now: w.Now}
	standing := func() string {
		t.Helper()
		s, err := c.Standing(t.Context(), "cus_a")
		if err != nil {
			t.Fatal(err)
		}
		return map[bool]string{true: "asked ", false: "not asked "}[s.ReviewRequests] + string(s.Suppressed)
	}
	if got := standing(); got != "asked " {
		t.Error(got)
	}
	if s, err := c.Choose(t.Context(), "cus_a", false); err != nil || s.ReviewRequests {
		t.Error(s, err)
	}
	if s, err := c.Choose(t.Context(), "cus_a", true); err != nil || !s.ReviewRequests {
		t.Error(s, err)
	}
	for range 2 {
		if err := c.Unsubscribe(t.Context(), "token of cus_a"); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Unsubscribe(t.Context(), "cus_a"); fault.Code(err) != "invalid_link" {
		t.Error(err)
	}
	w.suppress(t)
	if got := standing(); got != "not asked BOUNCED" {
		t.Error(got)
	}
}
