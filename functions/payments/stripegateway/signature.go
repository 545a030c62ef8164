package stripegateway

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"rialto/functions/internal/stripeapi"
	"rialto/functions/payments"
)

// tolerance is how old a signature may be: what was overheard cannot be sent again for longer.
const tolerance = 5 * time.Minute

// Signatures checks what Stripe signs (https://docs.stripe.com/webhooks#verify-manually).
type Signatures struct{ Secret stripeapi.Secret }

var _ payments.Signatures = Signatures{}

// Notice reads a signed event. While a secret is rolled it carries a signature by each.
func (s Signatures) Notice(ctx context.Context, payload []byte, signature string, now time.Time) (payments.Notice, error) {
	secret, err := s.Secret(ctx)
	if err != nil {
		return payments.Notice{}, err
	}
	var at string
	var signed [][]byte
	for part := range strings.SplitSeq(signature, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch name {
		case "t":
			at = value
		case "v1":
			if mac, err := hex.DecodeString(value); err == nil {
				signed = append(signed, mac)
			}
		}
	}
	seconds, err := strconv.ParseInt(at, 10, 64)
	if age := now.Sub(time.Unix(seconds, 0)); err != nil || age > tolerance || age < -tolerance {
		return payments.Notice{}, payments.ErrSignature
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(at + "."))
	mac.Write(payload)
	want, fits := mac.Sum(nil), false
	for _, have := range signed {
		fits = hmac.Equal(have, want) || fits
	}
	var event struct {
		ID   string
		Type string
		Data struct {
			Object struct{ ID, Object string }
		}
	}
	if !fits || secret == "" || json.Unmarshal(payload, &event) != nil || event.ID == "" {
		return payments.Notice{}, payments.ErrSignature
	}
	return payments.Notice{ID: event.ID, Type: event.Type, Object: event.Data.Object.Object, ObjectID: event.Data.Object.ID}, nil
}
