package entry

import (
	"context"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"rialto/functions/internal/browser"
)

// behind names the address that a request comes from, where proxies of ours stand before the gateway, which names the last of
// them. Each adds to X-Forwarded-For whom it was called by, so what a caller wrote there stands before what counts.
func behind(serve browser.Serve, proxies int) browser.Serve {
	if proxies == 0 {
		return serve
	}
	return func(ctx context.Context, e *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
		var hops []string
		for name, values := range e.MultiValueHeaders {
			if strings.EqualFold(name, "X-Forwarded-For") {
				hops = strings.Split(strings.Join(values, ","), ",")
			}
		}
		if n := len(hops) - 1 - proxies; n >= 0 {
			e.RequestContext.Identity.SourceIP = strings.TrimSpace(hops[n])
		}
		return serve(ctx, e)
	}
}
