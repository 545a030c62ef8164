package recommendations

import (
	"context"
	"fmt"
	"slices"
	"time"

	"rialto/functions/clickstream"
)

// Visits keeps what sessions and customers do. To keep it again changes nothing.
type Visits interface {
	// Met adds to what a session met, and lets it end SessionLife later.
	Met(ctx context.Context, session string, acts []Act) error
	// Bought adds to what a customer bought lately.
	Bought(ctx context.Context, subject string, list []Purchase) error
	// Forget ends what is kept of a session.
	Forget(ctx context.Context, session string) error
}

// deeds are the events by which a session meets products.
var deeds = map[string]Deed{
	"view_item": Looked, "select_item": Looked, "add_to_wishlist": Looked, clickstream.AddToCart: Carted,
}

// Clicks follows the clickstream's stream beside the lake's consumer, and reads it by the same rules: what is no event, a bot's or
// refused is nothing here either.
type Clicks struct {
	Reader clickstream.Consumer // of which only Read and Refuses are used
	Visits Visits
	Now    func() time.Time
}

// Consume keeps what records of one shard tell. It may be run again, whole or in parts. Of events that may serve no profile nothing is
// kept, and what was kept of their session is forgotten.
func (c Clicks) Consume(ctx context.Context, records []clickstream.Record) error {
	met, bought := map[string][]Act{}, map[string][]Purchase{}
	var sessions []string // in the order in which they first come
	for _, r := range records {
		rows, _ := c.Reader.Read(r, &clickstream.Tally{Invalid: map[clickstream.Reason]int{}, Bots: map[string]int{}})
		if len(rows) == 0 {
			if session, refuses := c.Reader.Refuses(r); refuses {
				if err := c.forget(ctx, met, session); err != nil {
					return err
				}
			}
		}
		for _, row := range rows {
			switch deed, meets := deeds[row.Action]; {
			case row.Bot != "":
			case row.Action == clickstream.Purchase && row.Customer != "":
				for _, i := range row.Items {
					bought[row.Customer] = append(bought[row.Customer], Purchase{i.ItemID, row.EventTime})
				}
			case row.Origin != clickstream.Browser || row.Session == "":
			case !row.Personalization:
				if err := c.forget(ctx, met, row.Session); err != nil {
					return err
				}
			case meets && c.Now().Sub(row.EventTime) < SessionLife: // else the session is over
				if !slices.Contains(sessions, row.Session) {
					sessions = append(sessions, row.Session)
				}
				for _, id := range productsOf(row) {
					met[row.Session] = append(met[row.Session], Act{id, deed, row.EventTime})
				}
			}
		}
	}
	for _, session := range sessions {
		if acts := met[session]; len(acts) > 0 {
			if err := c.Visits.Met(ctx, session, acts); err != nil {
				return fmt.Errorf("keep session: %w", err)
			}
		}
	}
	for subject, list := range bought {
		if err := c.Visits.Bought(ctx, subject, list); err != nil {
			return fmt.Errorf("keep purchases: %w", err)
		}
	}
	return nil
}

// forget ends what is kept of a session, and what was to be.
func (c Clicks) forget(ctx context.Context, met map[string][]Act, session string) error {
	met[session] = nil
	if err := c.Visits.Forget(ctx, session); err != nil {
		return fmt.Errorf("forget session: %w", err)
	}
	return nil
}

// productsOf are the products that a row is about.
func productsOf(row clickstream.Row) (list []string) {
	if row.ObjectField == "product_id" {
		list = append(list, row.ObjectID)
	}
	for _, i := range row.Items {
		list = append(list, i.ItemID)
	}
	return list
}
