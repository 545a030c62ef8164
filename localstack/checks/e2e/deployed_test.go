package e2e

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"net/http"
	"sort"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigateway"
	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract"
)

// What is deployed are the routes that the handlers are built from, each with the authorizer that its access asks
// for. Seen to catch: a route that is missing in the document; a public route with an authorizer.
func TestTheDeployedRoutesAreTheContracts(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	client := apigateway.New(apigateway.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), Credentials: keys})
	for id, routes := range map[string][]contract.RouteInfo{"rialto-local-shopper": contract.ShopperRoutes(),
		"rialto-local-seller": contract.SellerRoutes()} {
		var want, got []string
		for _, r := range routes {
			want = append(want, fmt.Sprint(r.Method, " ", r.Path, " protected ", r.Access != "public"))
		}
		for p := apigateway.NewGetResourcesPaginator(client,
			&apigateway.GetResourcesInput{RestApiId: &id, Embed: []string{"methods"}}); p.HasMorePages(); {
			page, err := p.NextPage(ctx)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page.Items {
				for method, m := range r.ResourceMethods {
					if method != http.MethodOptions {
						got = append(got, fmt.Sprint(method, " ", aws.ToString(r.Path), " protected ", aws.ToString(m.AuthorizationType) == "CUSTOM"))
					}
				}
			}
		}
		sort.Strings(want)
		sort.Strings(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (- contract, + deployed):\n%s", id, diff)
		}
	}
}

// rawGet sends a path as it is and returns the status.
func rawGet(ctx context.Context, path string) (int, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", contract.LocalAWS)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return 0, err
	}
	if _, err := fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: localhost:4566\r\nConnection: close\r\n\r\n", path); err != nil {
		return 0, err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return 0, err
	}
	var proto string
	var status int
	_, err = fmt.Sscanf(strings.TrimSpace(line), "%s %d", &proto, &status)
	return status, err
}
