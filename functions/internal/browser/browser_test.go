package browser

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
)

// Seen to catch: an origin taken by its beginning (https://shop.example.evil), and any origin repeated.
func TestOriginsThatMayRead(t *testing.T) {
	t.Parallel()
	serve := Tell(func(context.Context, *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
		return &events.APIGatewayProxyResponse{StatusCode: 200, MultiValueHeaders: map[string][]string{"Vary": {"Accept-Encoding"}}}, nil
	}, []string{"https://shop.example", "http://localhost:*"})
	for origin, may := range map[string]bool{
		"https://shop.example": true, "http://localhost:3000": true, "http://localhost:80": true,
		"": false, "null": false, "http://shop.example": false, "https://shop.example:444": false, "https://shop.example.evil": false,
		"https://evil.example": false, "https://SHOP.example": false, "http://localhost": false, "http://localhost:": false,
		"http://localhost:3000.evil.example": false, "http://localhost:*": false, "https://localhost:3000": false,
	} {
		answer, err := serve(t.Context(), &events.APIGatewayProxyRequest{MultiValueHeaders: map[string][]string{"origin": {origin}}})
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		if may {
			want = []string{origin}
		}
		h := answer.MultiValueHeaders
		if diff := cmp.Diff(want, h["Access-Control-Allow-Origin"]); diff != "" || may != (len(h["Access-Control-Expose-Headers"]) == 1) {
			t.Errorf("%q: %s", origin, diff)
		}
		if !cmp.Equal(h["Vary"], []string{"Accept-Encoding", "Origin"}) || !cmp.Equal(h["X-Content-Type-Options"], []string{"nosniff"}) {
			t.Errorf("%q: %v", origin, h)
		}
	}
	two := &events.APIGatewayProxyRequest{MultiValueHeaders: map[string][]string{"Origin": {"https://shop.example", "https://evil.example"}}}
	if answer, err := serve(t.Context(), two); err != nil || answer.MultiValueHeaders["Access-Control-Allow-Origin"] != nil {
		t.Errorf("two origins: %+v %v", answer, err)
	}
}

func TestAFailureStaysOne(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	serve := Tell(func(context.Context, *events.APIGatewayProxyRequest) (*events.APIGatewayProxyResponse, error) {
		return nil, away
	}, nil)
	if answer, err := serve(t.Context(), &events.APIGatewayProxyRequest{}); answer != nil || !errors.Is(err, away) {
		t.Errorf("%+v %v", answer, err)
	}
}
