package infra

import (
	"strings"
	"testing"

	"rialto/functions/contract"
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

// What sellers may send by their plans is stopped by no limit of an address, what they write is taken for no attack, and what is
// dear to try has a limit of its own. Seen to catch: one limit of 10,000 requests for all; CrossSiteScripting_BODY that blocks.
func TestTheFirewallLetsSellersWork(t *testing.T) {
	t.Parallel()
	prod, err := StageNamed("prod")
	if err != nil {
		t.Fatal(err)
	}
	limits, counted := map[string]float64{}, map[string]bool{}
	for _, rule := range many(find(t, "prod", "AWS::WAFv2::WebACL", "Name", "rialto-prod-edge").at("Rules")) {
		if n, ok := dig(rule, "Statement", "RateBasedStatement", "Limit").(float64); ok {
			limits[flat(dig(rule, "Name"))] = n
			if dig(rule, "Statement", "RateBasedStatement", "ScopeDownStatement") == nil {
				t.Errorf("%s limits every request", flat(dig(rule, "Name")))
			}
		}
		for _, o := range many(dig(rule, "Statement", "ManagedRuleGroupStatement", "RuleActionOverrides")) {
			counted[flat(dig(o, "Name"))] = dig(o, "ActionToUse", "Count") != nil
		}
	}
	for _, p := range contract.Plans(prod.prefix()) {
		if need := float64(p.Rate * rateWindow); limits["sellers"] < need {
			t.Errorf("an address may send %v requests, and sellers of the plan %s %v", limits["sellers"], p.Name, need)
		}
	}
	for _, rule := range []string{"NoUserAgent_HEADER", "CrossSiteScripting_BODY", "SizeRestrictions_BODY", "GenericRFI_BODY"} {
		if !counted[rule] {
			t.Errorf("%s blocks sellers' tools or descriptions", rule)
		}
	}
	for _, name := range []string{"guests", "coupons", "checkout"} {
		if limits[name] == 0 || limits[name] >= limits["shoppers"] {
			t.Errorf("%s has a limit of %v, and shoppers %v", name, limits[name], limits["shoppers"])
		}
	}
}

// Every distribution has a firewall, and every firewall a log without secrets. Seen to catch: the images without one.
func TestEveryDistributionHasAFirewall(t *testing.T) {
	t.Parallel()
	firewalls, logs := 0, 0
	synthesized["prod"].each(func(x template, id string, r resource) {
		switch r.Type {
		case "AWS::CloudFront::Distribution":
			if r.at("DistributionConfig", "WebACLId") == nil {
				t.Errorf("%s/%s has no firewall", x.Stack, id)
			}
		case "AWS::WAFv2::WebACL":
			firewalls++
		case "AWS::WAFv2::LoggingConfiguration":
			if logs++; !strings.Contains(flat(r.at("RedactedFields")), `"authorization"`) {
				t.Errorf("%s/%s logs tokens: %v", x.Stack, id, r.at("RedactedFields"))
			}
			if !strings.Contains(flat(r.at("LoggingFilter", "Filters")), `"BLOCK"`) {
				t.Errorf("%s/%s logs no blocked request: %v", x.Stack, id, r.at("LoggingFilter"))
			}
		}
	})
	if firewalls != 3 || logs != firewalls {
		t.Errorf("%d firewalls, %d logs of theirs", firewalls, logs)
	}
}
