package feeds

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/marketplaces"
)

// Book is what sellers' use cases need of the store.
type Book interface {
	// Create makes a feed under an idempotency key, or returns the one that the key made.
	Create(ctx context.Context, f Feed, key string) (Feed, bool, error)
	Feed(ctx context.Context, feedID string) (Feed, error)
	List(ctx context.Context, sellerID string, limit int, after Position) ([]Feed, Position, error)
}

// Signer signs requests to the files.
type Signer interface {
	Upload(ctx context.Context, key string, what files.Announced, until time.Duration) (files.Address, error)
	Download(ctx context.Context, key, filename string, until time.Duration) (files.Address, error)
}

// Service is the use cases of the seller API, and of the queue that takes a feed's rows as a message.
type Service struct {
	Book   Book
	Signer Signer
	Files  Cabinet // of messages only
	Posts  Posts   // of messages only
	Bucket string  // of messages only
	Now    func() time.Time
	Random io.Reader
}

// Opened is a feed with where its file goes. A feed of no bytes has no Upload: its rows come as a message.
type Opened struct {
	Feed
	Upload   files.Address
	Replayed bool
}

// Create makes a feed. The same key and order again returns the same feed, with a new address while it waits for its
// file. Errors: invalid_feed, unknown_marketplace, idempotency_key_reused.
func (s *Service) Create(ctx context.Context, sellerID, key string, o Order) (Opened, error) {
	if err := o.Check(); err != nil {
		return Opened{}, err
	}
	if _, err := marketplaces.Lookup(o.Marketplace); err != nil {
		return Opened{}, err
	}
	id, err := newFeedID(s.Random)
	if err != nil {
		return Opened{}, err
	}
	f, replayed, err := s.Book.Create(ctx, o.feed(id, sellerID, s.Now().UTC()), key)
	if err != nil {
		return Opened{}, err
	}
	if !o.Same(f) {
		return Opened{}, ErrKeyReused
	}
	out := Opened{Feed: f, Replayed: replayed}
	if f.State == Created && f.Bytes > 0 {
		out.Upload, err = s.Signer.Upload(ctx, f.UploadKey(), files.Announced{Bytes: f.Bytes, SHA256: f.SHA256}, UploadFor)
	}
	return out, err
}

// Feed returns a seller's own feed. Errors: feed_not_found, for another's too.
func (s *Service) Feed(ctx context.Context, sellerID, feedID string) (Feed, error) {
	f, err := s.Book.Feed(ctx, feedID)
	if err == nil && f.SellerID != sellerID {
		err = ErrFeedNotFound
	}
	if err != nil {
		return Feed{}, err
	}
	return f, nil
}

// Feeds returns a page of a seller's feeds, the newest first.
func (s *Service) Feeds(ctx context.Context, sellerID string, limit int, after Position) ([]Feed, Position, error) {
	return s.Book.List(ctx, sellerID, limit, after)
}

// Report returns where a feed's report can be fetched. Errors: feed_not_found, report_not_ready.
func (s *Service) Report(ctx context.Context, sellerID, feedID string) (files.Address, error) {
	f, err := s.Feed(ctx, sellerID, feedID)
	if err != nil {
		return files.Address{}, err
	}
	if f.State != Done && f.State != WithErrors {
		return files.Address{}, ErrNoReport
	}
	return s.Signer.Download(ctx, f.ReportKey(), f.ID+".csv", ReportFor)
}

// Message is a feed's rows, or where they are, as a seller puts them on the queue. It names a feed that the seller
// created through the API: the id is 128 random bits that only its seller was told, and says whose the rows are.
type Message struct {
	FeedID string            `json:"feed_id"`
	Rows   []json.RawMessage `json:"rows,omitempty"`
	Bucket string            `json:"bucket,omitempty"`
	Key    string            `json:"key,omitempty"`
	ETag   string            `json:"etag,omitempty"`
	Bytes  int64             `json:"bytes,omitempty"`
}

var errMessage = fault.New(fault.Malformed, "malformed_message", "the message is neither rows of a feed of JSON lines nor a pointer to its upload")

// Take brings a message's rows to where an upload of its feed would be, from where it is the same feed; a pointer to
// the feed's own upload begins it. A message that comes again changes nothing.
func (s *Service) Take(ctx context.Context, m Message) error {
	f, err := s.Book.Feed(ctx, m.FeedID)
	if err != nil {
		return err
	}
	switch {
	case f.State != Created:
		return nil
	case len(m.Rows) > 0 && m.Key == "" && f.Format == Lines && f.Bytes == 0:
		var b bytes.Buffer
		for _, r := range m.Rows {
			if err := json.Compact(&b, r); err != nil {
				return errMessage.Because(err)
			}
			b.WriteByte('\n')
		}
		return s.Files.Write(ctx, f.UploadKey(), &b)
	case len(m.Rows) == 0 && m.Bucket == s.Bucket && m.Key == f.UploadKey() && m.ETag != "":
		return s.Posts.Next(ctx, Task{FeedID: f.ID, ETag: m.ETag, Bytes: m.Bytes})
	}
	return errMessage
}
