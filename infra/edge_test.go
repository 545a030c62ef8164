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
