package stripegateway

import (
	"rialto/functions/internal/settings"
	"rialto/functions/internal/stripeapi"
)

// Load returns the gateway that a function's settings name. A 3-D Secure challenge leads back to GATEWAY_RETURN_URL, the
// shop's front end: without it a shopper could not answer one.
func Load(s *settings.Settings) (*Gateway, error) {
	c := Config{URL: s.Get("GATEWAY_URL"), ReturnURL: s.Must("GATEWAY_RETURN_URL"), Recorded: s.Recorded()}
	var err error
	c.Secret, err = stripeapi.Secret(s)
	return New(c), err
}
