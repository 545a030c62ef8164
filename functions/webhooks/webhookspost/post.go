// Package webhookspost sends messages to sellers' endpoints over HTTP, and to nothing that is not on the public internet.
package webhookspost

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"rialto/functions/internal/publicnet"
	"rialto/functions/webhooks"
)

// Poster is webhooks.Post.
type Poster struct{ Client *http.Client }

// New returns one. It is led nowhere else.
func New() Poster {
	return Poster{publicnet.NewClient(publicnet.Options{Within: 15 * time.Second})}
}

// Post implements webhooks.Post: standardwebhooks.com says which headers.
func (p Poster) Post(ctx context.Context, address string, m webhooks.Message, at time.Time, signature string) int {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(m.Body))
	if err != nil {
		return 0
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "Rialto-Webhooks/1")
	r.Header.Set("Webhook-Id", m.ID)
	r.Header.Set("Webhook-Timestamp", strconv.FormatInt(at.Unix(), 10))
	r.Header.Set("Webhook-Signature", signature)
	answer, err := p.Client.Do(r)
	if err != nil {
		slog.InfoContext(ctx, "a seller's endpoint does not answer", "seller_id", m.SellerID, "message", m.ID)
		return 0
	}
	_ = answer.Body.Close() // which nobody reads
	return answer.StatusCode
}
