package gateway

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"strconv"
	"time"
)

// Event is what the gateway tells a webhook endpoint (https://docs.stripe.com/api/events). Of Stripe's types those are told that
// Rialto's endpoint would be enabled for: what happens to an intent without being asked for by it, refunds and disputes.
type Event struct {
	ID       string `json:"id"`
	Object   string `json:"object"`
	Version  string `json:"api_version"`
	Created  int64  `json:"created"`
	Type     string `json:"type"`
	Livemode bool   `json:"livemode"`
	Pending  int    `json:"pending_webhooks"`
	Data     struct {
		Object json.RawMessage `json:"object"`
	} `json:"data"`
}

// tell writes an event down, with its object as it is now.
func (s *state) tell(now time.Time, kind string, rendered object) {
	e := Event{ID: s.ids.make("evt_1", 24), Object: "event", Version: apiVersion, Created: now.Unix(), Type: kind, Pending: 1}
	e.Data.Object, _ = json.Marshal(rendered) // maps, strings and integers only
	s.events = append(s.events, e)
}

// resendAfter are the pauses between the tries of an event, which the real gateway stretches over three days.
var resendAfter = []time.Duration{time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second, time.Minute}

// announce sends the events that were told since; g.mu is held. Each is sent by itself: a later one may arrive first.
func (g *Gateway) announce() {
	fresh := g.state.events[g.announced:]
	g.announced = len(g.state.events)
	if g.config.WebhookURL == "" {
		return
	}
	for _, e := range fresh {
		go g.send(e)
	}
}

// send posts an event until it is answered with a 2xx status, or given up.
func (g *Gateway) send(e Event) {
	body, _ := json.Marshal(e) // plain values only
	for try := 0; ; try++ {
		status, err := g.post(body)
		g.config.Log.Info("webhook", slog.String("event", e.ID), slog.String("type", e.Type), slog.Int("status", status), slog.Any("error", err))
		if status >= 200 && status < 300 || try >= len(resendAfter) {
			return
		}
		select {
		case <-time.After(resendAfter[try]):
		case <-g.closed:
			return
		}
	}
}

func (g *Gateway) post(body []byte) (int, error) {
	req, err := http.NewRequest(http.MethodPost, g.config.WebhookURL, bytes.NewReader(body))
	if err != nil {
		return 0, err
	}
	req.Header.Set("Content-Type", "application/json; charset=utf-8")
	req.Header.Set("Stripe-Signature", Sign(g.config.WebhookSecret, body, g.config.Now()))
	client := http.Client{Timeout: 20 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}

// Sign returns the header Stripe-Signature of a body (https://docs.stripe.com/webhooks#verify-manually).
func Sign(secret string, body []byte, at time.Time) string {
	t := strconv.FormatInt(at.Unix(), 10)
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(t + "."))
	mac.Write(body)
	return "t=" + t + ",v1=" + hex.EncodeToString(mac.Sum(nil))
}

// serveEvents lists the events that were told, oldest first.
func (g *Gateway) serveEvents(*http.Request) (int, any) {
	return http.StatusOK, map[string]any{"count": len(g.state.events), "events": append([]Event{}, g.state.events...)}
}

// serveResend sends an event once more, as somebody at the dashboard may.
func (g *Gateway) serveResend(r *http.Request) (int, any) {
	for _, e := range g.state.events {
		if e.ID == r.PathValue("id") {
			if g.config.WebhookURL != "" {
				go g.send(e)
			}
			return http.StatusOK, map[string]any{"sent": e.ID}
		}
	}
	return problem(http.StatusNotFound, "no such event")
}
