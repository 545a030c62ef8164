package notificationsaws

import (
	"context"
	"net/url"
	"time"

	"rialto/functions/internal/authaws"
)

const (
	// UnsubscribePath is the route that a link leads to.
	UnsubscribePath = "/api/v1/unsubscribe"
	// UnsubscribePurpose is what its token is good for.
	UnsubscribePurpose = "unsubscribe"
	// linkLife outlives the 30 days after a mail that the US asks for (15 U.S.C. 7704(a)(3)(A)(ii)).
	linkLife = 180 * 24 * time.Hour
)

// Links makes links to the shopper API.
type Links struct {
	Signer authaws.Guests
	Base   string // what stands before the API's paths
}

// Unsubscribe implements notifications.Links.
func (l Links) Unsubscribe(ctx context.Context, customerID string, now time.Time) (string, error) {
	token, err := l.Signer.Link(ctx, UnsubscribePurpose, customerID, now.Truncate(time.Second), linkLife)
	if err != nil {
		return "", err
	}
	return l.Base + UnsubscribePath + "?token=" + url.QueryEscape(token), nil
}
