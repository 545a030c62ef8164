package webhooks

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// State is where a message stands.
type State string

// The states of a message.
const (
	Pending   State = "PENDING"   // it is sent, or will be again
	Delivered State = "DELIVERED" // the endpoint has taken it
	Failed    State = "FAILED"    // it was given up
	Held      State = "HELD"      // the endpoint is off
)

// Endpoint is where a seller's system listens. Version counts its writes.
type Endpoint struct {
	SellerID string `dynamodbav:"seller_id"`
	URL      string `dynamodbav:"url"`
	Secret   string `dynamodbav:"secret"`
	Email    string `dynamodbav:"email,omitempty"` // who is written to when it is turned off
	// FailingSince is when the first of the messages failed since one was taken; zero if the last was.
	FailingSince time.Time `dynamodbav:"failing_since"`
	OffSince     time.Time `dynamodbav:"off_since"` // zero while it is on
	Why          string    `dynamodbav:"why,omitempty"`
	Version      int64     `dynamodbav:"version"`
	CreatedAt    time.Time `dynamodbav:"created_at"`
}

// Off tells whether nothing is sent.
func (e Endpoint) Off() bool { return !e.OffSince.IsZero() }

// TurnedOff is the data of the event WebhookTurnedOff: an endpoint took nothing for too long, or wants nothing any more. OffSince names the
// occasion.
type TurnedOff struct {
	SellerID string    `json:"seller_id"`
	OffSince time.Time `json:"off_since"`
}

// EventTurnedOff is its name.
const EventTurnedOff = "WebhookTurnedOff"

// Message is what a seller is told of an event. Ids sort by time.
type Message struct {
	ID       string `dynamodbav:"id"`
	SellerID string `dynamodbav:"seller_id"`
	Type     string `dynamodbav:"type"`
	OrderID  string `dynamodbav:"order_id"`
	Body     string `dynamodbav:"body"`
	State    State  `dynamodbav:"state"`
	// Attempts counts the tries since it was sent first, or again by its seller's word; Status is what the last was answered, 0 for nothing.
	Attempts  int       `dynamodbav:"attempts"`
	Status    int       `dynamodbav:"status"`
	NextAt    time.Time `dynamodbav:"next_at"` // of a pending one
	CreatedAt time.Time `dynamodbav:"created_at"`
	TriedAt   time.Time `dynamodbav:"tried_at"`
	Version   int64     `dynamodbav:"version"`
}

// pauses are between the tries of a message: nine tries within some three days.
var pauses = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour,
	24 * time.Hour}

const (
	patience = 3 * 24 * time.Hour // for an endpoint that takes nothing
	gone     = 410                // the status of an endpoint that wants nothing any more
)

// answered takes what a try came to: the status, or 0 for no answer.
func (m *Message) answered(status int, now time.Time) {
	m.Attempts, m.Status, m.TriedAt = m.Attempts+1, status, now
	switch {
	case status >= 200 && status < 300:
		m.State = Delivered
	case m.Attempts > len(pauses):
		m.State = Failed
	default:
		m.NextAt = now.Add(pauses[m.Attempts-1])
	}
}

// answered takes what a try of any message came to, and tells whether that changes the endpoint.
func (e *Endpoint) answered(status int, now time.Time) (changed bool) {
	switch {
	case status >= 200 && status < 300:
		changed, e.FailingSince = !e.FailingSince.IsZero(), time.Time{}
		return changed
	case e.Off():
		return false
	case status == gone:
		e.OffSince, e.Why = now, "the endpoint answered 410: it wants nothing any more"
	case e.FailingSince.IsZero():
		e.FailingSince = now
	case now.Sub(e.FailingSince) >= patience:
		e.OffSince, e.Why = now, "the endpoint took nothing for three days"
	default:
		return false
	}
	return true
}

// secretPrefix begins a secret (standardwebhooks.com).
const secretPrefix = "whsec_"

// Signature is the header of that name of a message that is sent at a time. A secret that is none of ours signs nothing.
func Signature(secret, id string, at time.Time, body string) (string, bool) {
	key, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(secret, secretPrefix))
	if err != nil || len(key) == 0 {
		return "", false
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(id + "." + strconv.FormatInt(at.Unix(), 10) + "." + body))
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil)), true
}
