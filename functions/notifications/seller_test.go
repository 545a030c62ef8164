package notifications_test

import (
	"strings"
	"testing"
	"time"

	"rialto/functions/sellers"
	"rialto/functions/sellers/sellersstore"
	"rialto/functions/webhooks"
	"rialto/functions/webhooks/webhooksstore"
)

// A seller reads once that its webhook is off, in its language, and without what may be secret of its address. Seen to catch: a mail a
// delivery of the event; one of a webhook that is on again; a second occasion taken for the first.
func TestASellerIsToldThatItsWebhookIsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ctx, kept := t.Context(), webhooksstore.Store{DB: w.db}
	const seller = "sel_1"
	off := func(since time.Time) string {
		t.Helper()
		return w.hear(t, webhooks.EventTurnedOff, webhooks.TurnedOff{SellerID: seller, OffSince: since})
	}
	put := func(change func(*webhooks.Endpoint)) {
		t.Helper()
		e, _, err := kept.Endpoint(ctx, seller)
		e.SellerID, e.URL, e.Email = seller, "https://shop.example/hooks?key=secret", "it@shop.example"
		change(&e)
		if ok, more := kept.SaveEndpoint(ctx, e); err != nil || more != nil || !ok {
			t.Fatal(ok, err, more)
		}
	}
	profile := sellers.Profile{SellerID: seller, Name: "Laden", Country: "DE", Version: 1}
	if err := (sellersstore.Store{DB: w.db}).SaveProfile(ctx, profile, sellers.Profile{}); err != nil {
		t.Fatal(err)
	}
	put(func(e *webhooks.Endpoint) { e.OffSince = w.now })
	for range 2 {
		if code := off(w.now); code != "" {
			t.Fatal(code)
		}
	}
	if len(w.sent) != 1 || w.sent[0].Language != "de" || !strings.Contains(w.sent[0].Text, "Ihr Webhook bei shop.example") ||
		strings.Contains(w.sent[0].Text+w.sent[0].HTML, "secret") {
		t.Fatalf("%+v", w.sent)
	}
	later := w.now.Add(time.Hour)
	for name, change := range map[string]func(*webhooks.Endpoint){
		"on again":      func(e *webhooks.Endpoint) { e.OffSince = time.Time{} },
		"off since":     func(e *webhooks.Endpoint) { e.OffSince = later.Add(time.Hour) },
		"of no mailbox": func(e *webhooks.Endpoint) { e.OffSince, e.Email = later, "" },
	} {
		put(change)
		if code := off(later); code != "" || len(w.sent) != 1 {
			t.Errorf("%s: %q, %d mails", name, code, len(w.sent))
		}
		later = later.Add(time.Minute)
	}
	put(func(e *webhooks.Endpoint) { e.OffSince = later })
	if code := off(later); code != "" || len(w.sent) != 2 {
		t.Errorf("another time: %q, %d mails", code, len(w.sent))
	}
}
