package infra

import (
	"strings"
	"testing"
)

// TestAPIsAreBehindTheDoor: what CloudFront shows is what the APIs ask for, and no template holds it.
func TestAPIsAreBehindTheDoor(t *testing.T) {
	t.Parallel()
	door := find(t, "prod", "AWS::WAFv2::WebACL", "Name", "rialto-prod-door")
	if door.at("DefaultAction", "Block") == nil {
		t.Error("the door is open to all")
	}
	var shown, asked string
	synthesized["prod"].each(func(_ template, _ string, r resource) {
		for _, origin := range many(r.at("DistributionConfig", "Origins")) {
			for _, header := range many(dig(origin, "OriginCustomHeaders")) {
				shown = flat(dig(header, "HeaderValue"))
			}
		}
	}, "AWS::CloudFront::Distribution")
	for _, rule := range many(door.at("Rules")) {
		asked = flat(dig(rule, "Statement", "ByteMatchStatement", "SearchString"))
	}
	if shown == "" || shown != asked || !strings.HasPrefix(shown, "{{resolve:secretsmanager:") {
		t.Errorf("CloudFront shows %q, the door asks for %q", shown, asked)
	}
	associations := 0
	synthesized["prod"].each(func(template, string, resource) { associations++ }, "AWS::WAFv2::WebACLAssociation")
	if associations != 2 {
		t.Errorf("%d APIs are behind the door, want 2", associations)
	}
}

// What one shopper's request failed with is shown to nobody else. Seen to catch: a distribution without error responses, which
// keeps them for ten seconds.
func TestTheEdgeKeepsNoFailures(t *testing.T) {
	t.Parallel()
	synthesized["prod"].each(func(x template, id string, r resource) {
		if x.Stack != "rialto-prod-edge" {
			return
		}
		kept := map[float64]bool{400: true, 403: true, 404: true, 405: true, 414: true, 416: true, 500: true, 501: true, 502: true, 503: true, 504: true}
		for _, e := range many(r.at("DistributionConfig", "CustomErrorResponses")) {
			e := e.(map[string]any)
			if e["ErrorCachingMinTTL"] == 0.0 {
				delete(kept, e["ErrorCode"].(float64))
			}
		}
		if len(kept) > 0 {
			t.Errorf("%s/%s keeps failures: %v", x.Stack, id, kept)
		}
	}, "AWS::CloudFront::Distribution")
}
