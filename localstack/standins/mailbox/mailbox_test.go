package mailbox

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// A mail is kept for its reader, what SES would refuse is refused, and only the simulator's addresses have something told of them.
// Seen to catch: a mail without a text, which SES refuses.
func TestTheMailbox(t *testing.T) {
	t.Parallel()
	told := map[string]int{}
	box := &Mailbox{Now: time.Now, Publish: func(_ context.Context, event []byte) error {
		for _, kind := range []string{"Bounce", "Complaint"} {
			if strings.Contains(string(event), `"eventType":"`+kind+`"`) {
				told[kind]++
			}
		}
		return nil
	}}
	send := func(to, text string) int {
		t.Helper()
		body := `{"FromEmailAddress":"orders@shop.example","Destination":{"ToAddresses":["` + to + `"]},"Content":{"Simple":{"Subject":{"Data":"Hi"},` +
			`"Body":{"Text":{"Data":"` + text + `"}}}}}`
		w := httptest.NewRecorder()
		box.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v2/email/outbound-emails", strings.NewReader(body)))
		return w.Code
	}
	for to, want := range map[string]int{"pat@example.com": 200, "bounce@simulator.amazonses.com": 200, "complaint+1@simulator.amazonses.com": 200,
		"nobody": 400} {
		if got := send(to, "Text"); got != want {
			t.Errorf("%s: %d, want %d", to, got, want)
		}
	}
	if got := send("pat@example.com", ""); got != http.StatusBadRequest {
		t.Errorf("a mail without a text: %d", got)
	}
	if told["Bounce"] != 1 || told["Complaint"] != 1 {
		t.Errorf("told: %v", told)
	}
	if n := len(box.Messages("PAT@example.com")); n != 1 || len(box.Messages("")) != 3 {
		t.Errorf("%d of pat's", n)
	}
}
