package feeds

import (
	"context"
	"io"
	"time"

	"rialto/functions/internal/files"
	"rialto/functions/marketplaces"
)

// FeedReader reads a feed.
type FeedReader interface {
	// Feed returns a feed, or ErrFeedNotFound.
	Feed(ctx context.Context, feedID string) (Feed, error)
}

// Store keeps feeds.
type Store interface {
	FeedReader
	// Create makes a feed under an idempotency key, or returns the one that the key made.
	Create(ctx context.Context, f Feed, key string) (Feed, bool, error)
	List(ctx context.Context, sellerID string, limit int, after Position) ([]Feed, Position, error)
}

// Signer signs requests to the files.
type Signer interface {
	Upload(ctx context.Context, key string, what files.Announced, until time.Duration) (files.Address, error)
	Download(ctx context.Context, key, filename, mediaType string, until time.Duration) (files.Address, error)
}

// Service is the use cases of the seller API.
type Service struct {
	Store  Store
	Signer Signer
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
	f, replayed, err := s.Store.Create(ctx, o.feed(id, sellerID, s.Now().UTC()), key)
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
	f, err := s.Store.Feed(ctx, feedID)
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
	return s.Store.List(ctx, sellerID, limit, after)
}

// Report is where a feed's report can be fetched, and what it comes to.
type Report struct {
	files.Address
	Groups []Group // the largest first
}

// Report returns a feed's report. Errors: feed_not_found, report_not_ready.
func (s *Service) Report(ctx context.Context, sellerID, feedID string) (Report, error) {
	f, err := s.Feed(ctx, sellerID, feedID)
	if err != nil {
		return Report{}, err
	}
	if f.State != Done && f.State != WithErrors {
		return Report{}, ErrNoReport
	}
	at, err := s.Signer.Download(ctx, f.ReportKey(), f.ID+".csv", "text/csv; charset=utf-8", ReportFor)
	return Report{at, f.Groups}, err
}
