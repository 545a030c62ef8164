package entry

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/settings"
)

func TestWireNamesWhatIsWrong(t *testing.T) {
	t.Parallel()
	table := Table{
		"api":  func(*settings.Settings) (any, error) { return func() {}, nil },
		"hold": func(s *settings.Settings) (any, error) { s.Must("SEARCH_URL"); return func() {}, nil },
	}
	for name, want := range map[string]string{"api": "", "hold": "SEARCH_URL", "other": `no function "other"`} {
		env := map[string]string{"STAGE": "local", "PREFIX": "p-", "_HANDLER": name}
		_, err := wire(settings.From(func(k string) string { return env[k] }), table)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Seen to catch: an address that a caller wrote into X-Forwarded-For.
func TestTheViewersAddress(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		proxies         int
		forwarded, want string
	}{
		"no proxy":                     {0, "192.0.2.1", "192.0.2.1"},
		"no proxy, and one made up":    {0, "203.0.113.9, 192.0.2.1", "192.0.2.1"},
		"behind one":                   {1, "198.51.100.7, 192.0.2.1", "198.51.100.7"},
		"behind one, and two made up":  {1, "203.0.113.9, 203.0.113.8,198.51.100.7, 192.0.2.1", "198.51.100.7"},
		"behind one that did not tell": {1, "192.0.2.1", "192.0.2.1"},
		"nothing":                      {0, "", "192.0.2.1"},
	} {
		e := &events.APIGatewayProxyRequest{}
		e.RequestContext.Identity.SourceIP = "192.0.2.1" // the gateway's own word
		if c.forwarded != "" {
			e.MultiValueHeaders = map[string][]string{"X-Forwarded-For": {c.forwarded}}
		}
		var got string
		serve := behind(func(_ context.Context, e *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
			got = e.RequestContext.Identity.SourceIP
			return nil, nil
		}, c.proxies)
		if _, err := serve(t.Context(), e); err != nil || got != c.want {
			t.Errorf("%s: %s %v, want %s", name, got, err, c.want)
		}
	}
}
