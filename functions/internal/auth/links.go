package auth

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"rialto/functions/internal/fault"
)

// LinkToken makes the token of a link in a mail. It says whose it is, is good for its purpose alone, and lets nobody in: its
// audience is no API's.
func LinkToken(ctx context.Context, sign Signer, issuer, purpose, subject string, now time.Time, lifetime time.Duration) (string, error) {
	return signed(ctx, sign, "", jwt.RegisteredClaims{
		Issuer: issuer, Subject: subject, Audience: jwt.ClaimStrings{linkAudience(issuer, purpose)},
		IssuedAt: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(lifetime)),
	})
}

func linkAudience(issuer, purpose string) string { return issuer + "#" + purpose }

// LinkVerifier verifies the tokens of links.
type LinkVerifier struct {
	parser *jwt.Parser
	key    func(context.Context) (*ecdsa.PublicKey, error)
}

// NewLinkVerifier returns one for a purpose; now is nil for time.Now.
func NewLinkVerifier(g Guests, purpose string, now func() time.Time) *LinkVerifier {
	if now == nil {
		now = time.Now
	}
	return &LinkVerifier{key: guestKey(g.Key),
		parser: jwt.NewParser(jwt.WithValidMethods([]string{es256}), jwt.WithExpirationRequired(), jwt.WithIssuer(g.Issuer),
			jwt.WithAudience(linkAudience(g.Issuer, purpose)), jwt.WithTimeFunc(now), jwt.WithStrictDecoding())}
}

// Owner returns whose link it is. It fails with ErrInvalidToken, or as unavailable where the key cannot be had.
func (v *LinkVerifier) Owner(ctx context.Context, token string) (string, error) {
	if len(token) > tokenLimit {
		return "", ErrInvalidToken.Because(errOversized)
	}
	var c jwt.RegisteredClaims
	_, err := v.parser.ParseWithClaims(token, &c, func(*jwt.Token) (any, error) { return v.key(ctx) })
	if f := (*fault.Error)(nil); errors.As(err, &f) {
		return "", f
	}
	if err == nil && c.Subject == "" {
		err = errNoSubject
	}
	if err != nil {
		return "", ErrInvalidToken.Because(reason(err))
	}
	return c.Subject, nil
}
