// Package feedsapi is the feeds' part of the seller API.
package feedsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/feeds"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
)

// Feeds are the use cases.
type Feeds interface {
	Create(ctx context.Context, sellerID, key string, o feeds.Order) (feeds.Opened, error)
	Feed(ctx context.Context, sellerID, feedID string) (feeds.Feed, error)
	Feeds(ctx context.Context, sellerID string, limit int, after feeds.Position) ([]feeds.Feed, feeds.Position, error)
	Report(ctx context.Context, sellerID, feedID string) (feeds.Report, error)
}

// Routes lists the routes; f may be nil where only their description is wanted. intake is the URL of the queue that
// takes a feed's rows as a message.
func Routes(f Feeds, intake string, now func() time.Time) []api.Route {
	h := handler{f, intake, now}
	const all, one = "/seller/v1/feeds", "/seller/v1/feeds/{feed_id}"
	missing := []fault.Kind{fault.NotFound}
	return []api.Route{
		api.Handle(api.Route{
			ID: "createFeed", Method: http.MethodPost, Path: all, Summary: "Create a feed and get an address to upload its file to",
			Context: "feeds", Access: api.Seller, Spends: true, Success: http.StatusCreated, Errors: nil,
		}, h.create),
		api.Handle(api.Route{
			ID: "listFeeds", Method: http.MethodGet, Path: all, Summary: "The seller's feeds, newest first", Context: "feeds", Access: api.Seller,
		}, h.list),
		api.Handle(api.Route{
			ID: "getFeed", Method: http.MethodGet, Path: one, Summary: "How far a feed is", Context: "feeds", Access: api.Seller, Errors: missing,
		}, h.get),
		api.Handle(api.Route{
			ID: "getFeedReport", Method: http.MethodGet, Path: one + "/report",
			Summary: "What a feed's rows were refused for, and where to fetch the CSV of line, code and message", Context: "feeds", Access: api.Seller,
			Errors: []fault.Kind{fault.NotFound, fault.Conflict},
		}, h.report),
	}
}

type handler struct {
	feeds  Feeds
	intake string
	now    func() time.Time
}

// me is the caller's seller. It comes from the token, which the route's access has checked.
func me(ctx context.Context) string {
	who, _ := auth.From(ctx)
	return who.SellerID
}
