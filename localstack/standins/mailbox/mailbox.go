package mailbox

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// kept is how many mails are kept.
const kept = 10_000

// Message is a mail as it was sent.
type Message struct {
	ID      string            `json:"id"`
	At      time.Time         `json:"at"`
	From    string            `json:"from"`
	To      string            `json:"to"`
	Subject string            `json:"subject"`
	Text    string            `json:"text"`
	HTML    string            `json:"html"`
	Headers map[string]string `json:"headers"`
	Tags    map[string]string `json:"tags"`
}

// Mailbox keeps mails. Publish, which may be nil, hands on what SES would tell of one.
type Mailbox struct {
	Now     func() time.Time
	Publish func(ctx context.Context, event []byte) error

	mu   sync.Mutex
	sent int
	all  []Message
}

// pair is a header or a tag.
type pair struct{ Name, Value string }

type content struct{ Data string }

// sendEmail is what counts of the request
// (docs.aws.amazon.com/ses/latest/APIReference-V2/API_SendEmail.html).
type sendEmail struct {
	FromEmailAddress string
	Destination      struct{ ToAddresses []string }
	Content          struct {
		Simple struct {
			Subject content
			Body    struct{ Text, Html content } //nolint:staticcheck // SES's name
			Headers []pair
		}
	}
	EmailTags []pair
}

// ServeHTTP answers SendEmail, GET /messages?to= (all without), and GET /health.
func (m *Mailbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodPost && r.URL.Path == "/v2/email/outbound-emails":
		m.send(w, r)
	case r.Method == http.MethodGet && r.URL.Path == "/messages":
		answer(w, http.StatusOK, m.Messages(r.URL.Query().Get("to")))
	case r.Method == http.MethodGet && r.URL.Path == "/health":
		w.WriteHeader(http.StatusNoContent)
	default:
		refuse(w, "NotFoundException", "there is no such operation here")
	}
}

func (m *Mailbox) send(w http.ResponseWriter, r *http.Request) {
	var in sendEmail
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 10<<20)).Decode(&in); err != nil {
		refuse(w, "BadRequestException", "the request is no JSON")
		return
	}
	simple := in.Content.Simple
	if len(in.Destination.ToAddresses) != 1 || !strings.Contains(in.Destination.ToAddresses[0], "@") || in.FromEmailAddress == "" ||
		simple.Subject.Data == "" || simple.Body.Text.Data == "" {
		refuse(w, "BadRequestException", "a mail has a sender, one reader, a subject and a text")
		return
	}
	x := m.keep(Message{From: in.FromEmailAddress, To: in.Destination.ToAddresses[0], Subject: simple.Subject.Data, Text: simple.Body.Text.Data,
		HTML: simple.Body.Html.Data, Headers: byName(simple.Headers), Tags: byName(in.EmailTags)})
	if event := eventOf(x); event != nil && m.Publish != nil {
		if err := m.Publish(r.Context(), event); err != nil {
			answer(w, http.StatusInternalServerError, map[string]string{"message": err.Error()})
			return
		}
	}
	answer(w, http.StatusOK, map[string]string{"MessageId": x.ID})
}

func (m *Mailbox) keep(x Message) Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent++
	x.ID, x.At = fmt.Sprintf("mail-%06d", m.sent), m.Now().UTC()
	if m.all = append(m.all, x); len(m.all) > kept {
		m.all = slices.Delete(m.all, 0, len(m.all)-kept)
	}
	return x
}

// Messages are the mails to an address, or all for "", the oldest first.
func (m *Mailbox) Messages(to string) []Message {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := []Message{}
	for _, x := range m.all {
		if to == "" || strings.EqualFold(x.To, to) {
			out = append(out, x)
		}
	}
	return out
}

const simulator = "@simulator.amazonses.com"

// eventOf is what SES tells of a mail to its simulator, nil for others.
func eventOf(x Message) []byte {
	local, is := strings.CutSuffix(strings.ToLower(x.To), simulator)
	name, _, _ := strings.Cut(local, "+")
	tags := map[string][]string{}
	for k, v := range x.Tags {
		tags[k] = []string{v}
	}
	event := map[string]any{"mail": map[string]any{"timestamp": x.At, "messageId": x.ID, "destination": []string{x.To}, "tags": tags}}
	switch {
	case is && name == "bounce":
		event["eventType"] = "Bounce"
		event["bounce"] = map[string]any{"bounceType": "Permanent", "bounceSubType": "General", "timestamp": x.At,
			"bouncedRecipients": []any{map[string]any{"emailAddress": x.To, "status": "5.1.1"}}}
	case is && name == "complaint":
		event["eventType"] = "Complaint"
		event["complaint"] = map[string]any{"complaintFeedbackType": "abuse", "timestamp": x.At,
			"complainedRecipients": []any{map[string]any{"emailAddress": x.To}}}
	default:
		return nil
	}
	text, _ := json.Marshal(event) // of strings and times alone
	return text
}

func byName(pairs []pair) map[string]string {
	out := map[string]string{}
	for _, p := range pairs {
		out[p.Name] = p.Value
	}
	return out
}

// refuse answers as SES does: the error's name stands in a header.
func refuse(w http.ResponseWriter, name, message string) {
	w.Header().Set("X-Amzn-ErrorType", name)
	answer(w, http.StatusBadRequest, map[string]string{"message": message})
}

func answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v) // who asked may have left
}
