package webhooks

import (
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"time"

	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
)

// Store keeps endpoints and messages.
type Store interface {
	Endpoint(ctx context.Context, sellerID string) (Endpoint, bool, error)
	// SaveEndpoint stores e as version e.Version+1 if the stored one still has e.Version (0: there is none); ok is false if not.
	SaveEndpoint(ctx context.Context, e Endpoint) (ok bool, err error)
	RemoveEndpoint(ctx context.Context, sellerID string) error
	// Add keeps a message, unless there is one of its id, and returns what is there.
	Add(ctx context.Context, m Message) (Message, error)
	Message(ctx context.Context, r Ref) (Message, bool, error)
	// SaveMessage is as SaveEndpoint.
	SaveMessage(ctx context.Context, m Message) (ok bool, err error)
	// Messages lists a seller's, the latest first, after one's id ("" for the first); next is "" on the last page.
	Messages(ctx context.Context, sellerID, after string, limit int) (list []Message, next string, err error)
}

// Ref names a message, or with Resume all of a seller's that are held, after one.
type Ref struct {
	SellerID string `json:"seller_id"`
	ID       string `json:"message_id,omitempty"`
	Resume   bool   `json:"resume,omitempty"`
	After    string `json:"after,omitempty"`
}

// Queue has messages sent after a delay, or earlier if that is longer than it can wait.
type Queue interface {
	Send(ctx context.Context, r Ref, after time.Duration) error
}

// Post sends a signed message and returns the status of the answer, 0 for none.
type Post interface {
	Post(ctx context.Context, address string, m Message, at time.Time, signature string) (status int)
}

var (
	// ErrAddress refuses an endpoint that is not on the public internet.
	ErrAddress = fault.New(fault.Invalid, "webhook_address", "the address must be a public one that begins with https://")
	// ErrEmail refuses to write to what is no e-mail address.
	ErrEmail = fault.New(fault.Invalid, "webhook_email", "the e-mail address is none").
			With(fault.Field{Pointer: "/email", Code: "bad_format", Message: "must be an e-mail address"})
	errNone     = fault.New(fault.NotFound, "webhook_not_found", "there is no webhook")
	errNoSuch   = fault.New(fault.NotFound, "delivery_not_found", "there is no such delivery")
	errOff      = fault.New(fault.Conflict, "webhook_off", "the webhook is off: put it again first")
	errChanging = fault.New(fault.Unavailable, "webhook_busy", "the webhook is being changed by others").After(time.Second)
)

// Sender sends messages.
type Sender struct {
	Store Store
	Queue Queue
	Post  Post
	Now   func() time.Time
}

// resumed is how many messages are looked at together when an endpoint is on again.
const resumed = 50

// resume has what is held sent, some at a time.
func (s *Sender) resume(ctx context.Context, r Ref) error {
	list, next, err := s.Store.Messages(ctx, r.SellerID, r.After, resumed)
	if err != nil {
		return err
	}
	for _, m := range list {
		if m.State != Held {
			continue
		}
		m.State, m.Attempts, m.NextAt = Pending, 0, s.Now().UTC()
		if err := s.save(ctx, m); err != nil {
			return err
		}
		if err := s.Queue.Send(ctx, Ref{SellerID: m.SellerID, ID: m.ID}, 0); err != nil {
			return err
		}
	}
	if next == "" {
		return nil
	}
	return s.Queue.Send(ctx, Ref{SellerID: r.SellerID, Resume: true, After: next}, 0)
}

// Deliver sends a message if it is time, and otherwise has it looked at again. Errors: of the store and the queue.
func (s *Sender) Deliver(ctx context.Context, r Ref) error {
	if r.Resume {
		return s.resume(ctx, r)
	}
	m, found, err := s.Store.Message(ctx, r)
	if err != nil || !found || m.State != Pending {
		return err
	}
	now := s.Now().UTC()
	if wait := m.NextAt.Sub(now); wait > 0 {
		return s.Queue.Send(ctx, r, wait)
	}
	e, found, err := s.Store.Endpoint(ctx, r.SellerID)
	if err != nil {
		return err
	}
	signature, signed := Signature(e.Secret, m.ID, now, m.Body)
	if !found || e.Off() || !signed {
		m.State = Held
		return s.save(ctx, m)
	}
	status := s.Post.Post(ctx, e.URL, m, now, signature)
	if m.answered(status, now); m.State == Pending && status == gone {
		m.State = Held
	}
	if err := s.save(ctx, m); err != nil {
		return err
	}
	if err := s.answered(ctx, e, status, now); err != nil || m.State != Pending {
		return err
	}
	return s.Queue.Send(ctx, r, m.NextAt.Sub(now))
}

// save stores a message. If another has stored it meanwhile, that one's answer stands.
func (s *Sender) save(ctx context.Context, m Message) error {
	_, err := s.Store.SaveMessage(ctx, m)
	return err
}

// answered notes at the endpoint what a message came to. What another notes meanwhile is as good.
func (s *Sender) answered(ctx context.Context, e Endpoint, status int, now time.Time) error {
	if !e.answered(status, now) {
		return nil
	}
	if e.Off() {
		slog.WarnContext(ctx, "a seller's webhook is turned off", "seller_id", e.SellerID, "why", e.Why)
	}
	_, err := s.Store.SaveEndpoint(ctx, e)
	return err
}

// Service is what a seller does with its webhook.
type Service struct {
	Store  Store
	Queue  Queue
	Check  func(*url.URL) error // refuses an address that is not public
	Random io.Reader
	Now    func() time.Time
}

// Put says where a seller listens, and turns that on: what was held is sent. The secret is "" if it is the one that was told before. email
// is who is written to when it is turned off, "" for nobody. Errors: webhook_address, webhook_email, webhook_busy.
func (s *Service) Put(ctx context.Context, sellerID, address, email string) (e Endpoint, secret string, err error) {
	u, err := url.Parse(address)
	if err != nil || s.Check(u) != nil {
		return e, "", ErrAddress
	}
	if email != "" && !display.Email(email) {
		return e, "", ErrEmail
	}
	e, found, err := s.Store.Endpoint(ctx, sellerID)
	if err != nil {
		return e, "", err
	}
	if !found {
		var b [32]byte
		if _, err := io.ReadFull(s.Random, b[:]); err != nil {
			return e, "", fmt.Errorf("make a secret: %w", err)
		}
		secret = secretPrefix + base64.StdEncoding.EncodeToString(b[:])
		e = Endpoint{SellerID: sellerID, Secret: secret, CreatedAt: s.Now().UTC()}
	}
	wasOff := !found || e.Off()
	e.URL, e.Email = u.String(), email
	e.FailingSince, e.OffSince, e.Why = time.Time{}, time.Time{}, ""
	ok, err := s.Store.SaveEndpoint(ctx, e)
	switch {
	case err == nil && !ok:
		err = errChanging
	case err == nil && wasOff:
		err = s.Queue.Send(ctx, Ref{SellerID: sellerID, Resume: true}, 0)
	}
	return e, secret, err
}

// Get returns a seller's endpoint. Errors: webhook_not_found.
func (s *Service) Get(ctx context.Context, sellerID string) (Endpoint, error) {
	e, found, err := s.Store.Endpoint(ctx, sellerID)
	if err == nil && !found {
		err = errNone
	}
	return e, err
}

// Remove ends it; again is the same. Messages that were not sent are held.
func (s *Service) Remove(ctx context.Context, sellerID string) error {
	return s.Store.RemoveEndpoint(ctx, sellerID)
}

// Deliveries lists a seller's messages, the latest first.
func (s *Service) Deliveries(ctx context.Context, sellerID, after string, limit int) ([]Message, string, error) {
	return s.Store.Messages(ctx, sellerID, after, limit)
}

// Replay sends a message again, whatever became of it. Errors: delivery_not_found, webhook_not_found, webhook_off.
func (s *Service) Replay(ctx context.Context, r Ref) (Message, error) {
	e, err := s.Get(ctx, r.SellerID)
	if err != nil {
		return Message{}, err
	}
	if e.Off() {
		return Message{}, errOff
	}
	m, found, err := s.Store.Message(ctx, r)
	if err != nil || !found {
		if err == nil {
			err = errNoSuch
		}
		return m, err
	}
	m.State, m.Attempts, m.NextAt = Pending, 0, s.Now().UTC()
	ok, err := s.Store.SaveMessage(ctx, m)
	if err == nil && !ok {
		err = errChanging
	}
	if err != nil {
		return m, err
	}
	return m, s.Queue.Send(ctx, r, 0)
}
