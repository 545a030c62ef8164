package stripetax

import (
	"fmt"
	"time"

	"rialto/functions/internal/settings"
	"rialto/functions/internal/stripeapi"
	"rialto/functions/tax"
)

// timeout leaves the saga's step, which may take 5 seconds, time to fall back.
const timeout = 2 * time.Second

// Load returns the assessments that TAX_ENGINE names: "tables", or "stripe" for the tables with Stripe where rates are local.
func Load(s *settings.Settings) (tax.Service, error) {
	switch name := s.Must("TAX_ENGINE"); name {
	case "tables", "": // Problems names the missing one
		return tax.Service{}, nil
	case "stripe":
		secret, err := stripeapi.LoadSecret(s, "GATEWAY_SECRET")
		if err != nil {
			return tax.Service{}, err
		}
		client := stripeapi.New(stripeapi.Config{Secret: secret, URL: s.Get("GATEWAY_URL"), Timeout: timeout, Recorded: s.Recorded()})
		return tax.Service{Engine: New(client)}, nil
	default:
		return tax.Service{}, fmt.Errorf("TAX_ENGINE is %q, not tables or stripe", name)
	}
}
