package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"rialto/functions/carts"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/authaws"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/settings"
)

// verified implements carts.Guests.
type verified struct{ verifier *auth.Verifier }

func guests(s *settings.Settings) (verified, error) {
	v, err := authaws.NewGuests(kms.NewFromConfig(s.AWS()), s.Must("SIGNING_KEY_ID"), s.Must("GUEST_ISSUER")).Verifier()
	return verified{v}, err
}

// Guest implements carts.Guests. A token for one order opens no cart.
func (g verified) Guest(ctx context.Context, token string) (string, error) {
	who, err := g.verifier.Verify(ctx, token)
	if fault.Of(err).Kind == fault.Unauthorized || err == nil && who.OrderID != "" {
		return "", carts.ErrGuestToken.Because(err)
	}
	return who.Subject, err
}
