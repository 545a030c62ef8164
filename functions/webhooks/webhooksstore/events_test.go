package webhooksstore_test

import (
	"testing"
	"time"

	"rialto/functions/internal/outbox"
	"rialto/functions/internal/store"
	"rialto/functions/webhooks"
	"rialto/functions/webhooks/webhooksstore"
)

// Seen to catch: an event of each failure; of a webhook that is put again; of a message.
func TestAnEventOfWhatIsTurnedOff(t *testing.T) {
	t.Parallel()
	image := func(sk string, of any) store.Item {
		t.Helper()
		i, err := store.Marshal(of)
		key, more := store.Marshal(map[string]string{"sk": sk})
		if err != nil || more != nil {
			t.Fatal(err, more)
		}
		i["sk"] = key["sk"]
		return i
	}
	at := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	on := webhooks.Endpoint{SellerID: "sel_1", URL: "https://a.example/", Email: "it@a.example"}
	failing, off, again := on, on, on
	failing.FailingSince, off.OffSince, again.OffSince = at, at, at.Add(time.Hour)
	is := func(e webhooks.Endpoint) store.Item { return image("endpoint", e) }
	for name, c := range map[string]struct {
		change outbox.Change
		want   string
	}{
		"made":           {outbox.Change{New: is(on)}, ""},
		"failing":        {outbox.Change{Old: is(on), New: is(failing)}, ""},
		"turned off":     {outbox.Change{Old: is(failing), New: is(off)}, `{"seller_id":"sel_1","off_since":"2026-11-27T12:00:00Z"}`},
		"off still":      {outbox.Change{Old: is(off), New: is(off)}, ""},
		"off once more":  {outbox.Change{Old: is(off), New: is(again)}, `{"seller_id":"sel_1","off_since":"2026-11-27T13:00:00Z"}`},
		"put again":      {outbox.Change{Old: is(off), New: is(on)}, ""},
		"taken away":     {outbox.Change{Old: is(off)}, ""},
		"a message":      {outbox.Change{New: image("msg_1", webhooks.Message{ID: "msg_1"})}, ""},
		"a message gone": {outbox.Change{Old: image("msg_1", webhooks.Message{ID: "msg_1"})}, ""},
	} {
		events, err := webhooksstore.Events(c.change)
		got := ""
		if len(events) == 1 {
			got = string(events[0].Data)
		}
		if err != nil || got != c.want || len(events) > 1 {
			t.Errorf("%s: %v %v", name, events, err)
		}
	}
}
