package e2e

import (
	"bufio"
	"context"
	"encoding/json"
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
	"rialto/localstack/demo/shop"
)

// What is deployed are the routes that the handlers are built from, each with the authorizer that its access asks
// for. Seen to catch: a route that is missing in the document; a public route with an authorizer.
func TestTheDeployedRoutesAreTheContracts(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	client := apigateway.New(apigateway.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL), Credentials: keys})
	for id, api := range map[string]struct {
		routes   []contract.RouteInfo
		document string
	}{
		"rialto-local-shopper": {contract.ShopperRoutes(), contract.ShopperDocumentPath},
		"rialto-local-seller":  {contract.SellerRoutes(), contract.SellerDocumentPath},
		"rialto-local-ops":     {contract.OpsRoutes(), contract.OpsDocumentPath},
	} {
		want, got := []string{fmt.Sprint(http.MethodGet, " ", api.document, " protected ", false)}, []string(nil)
		for _, r := range api.routes {
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

// Each API serves its whole document to anybody. Seen to catch: an answer that the gateway took for a template.
func TestTheAPIsServeTheirDocuments(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	for url, reference := range map[string]func() (map[string]any, error){
		shop.ShopperURL + contract.ShopperDocumentPath: contract.ShopperReference,
		shop.SellerURL + contract.SellerDocumentPath:   contract.SellerReference,
		shop.OpsURL + contract.OpsDocumentPath:         contract.OpsReference,
	} {
		want, err := reference()
		if err != nil {
			t.Fatal(err)
		}
		for _, item := range want["paths"].(map[string]any) {
			for _, op := range item.(map[string]any) {
				delete(op.(map[string]any), "x-rialto-function") // which function serves it is nobody else's matter
				delete(op.(map[string]any), "x-rialto-stream")
				delete(op.(map[string]any), "x-rialto-access")
			}
		}
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		var got map[string]any
		if err := json.NewDecoder(response.Body).Decode(&got); err != nil || response.StatusCode != http.StatusOK {
			t.Errorf("%s: %d %v", url, response.StatusCode, err)
		}
		var served map[string]any // numbers are what JSON makes of them
		if b, err := json.Marshal(want); err != nil || json.Unmarshal(b, &served) != nil {
			t.Fatal(url, err)
		}
		if d := cmp.Diff(served, got); d != "" {
			t.Errorf("%s (-contract +served): %.2000s", url, d)
		}
		if kind := response.Header.Get("Content-Type"); !strings.HasPrefix(kind, "application/json") {
			t.Errorf("%s is %q", url, kind)
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
