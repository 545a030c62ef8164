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
	c.Secret, err = stripeapi.LoadSecret(s, "GATEWAY_SECRET")
	return New(c), err
}

// LoadSignatures returns what checks the gateway's signatures.
func LoadSignatures(s *settings.Settings) (Signatures, error) {
	key, err := stripeapi.LoadSecret(s, "WEBHOOK_SECRET")
	return Signatures{Secret: key}, err
}
