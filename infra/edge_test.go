package infra

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

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
			said := many(dig(rule, "Action", "Block", "CustomResponse", "ResponseHeaders"))
			if len(said) != 1 || dig(said[0], "Name") != "Retry-After" || dig(said[0], "Value") != "300" {
				t.Errorf("%s does not say when to come back: %v", flat(dig(rule, "Name")), said)
			}
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
	if firewalls != 4 || logs != firewalls {
		t.Errorf("%d firewalls, %d logs of theirs", firewalls, logs)
	}
}

// What CloudFront keeps are public pages, all of those that say how long, and its patterns meet no other operation that reads. Seen to
// catch: /api/v1/products/*, which a customer's own review matches; a token or a cookie that reaches the API with a page's request.
func TestTheEdgeKeepsPagesAlone(t *testing.T) {
	t.Parallel()
	document, err := contract.ShopperDocument()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"/api/v1/categories", "/api/v1/categories/{category_id}/products", "/api/v1/products/search", "/api/v1/products/suggest",
		"/api/v1/products/{product_id}", "/api/v1/products/{product_id}/offers", "/api/v1/products/{product_id}/variants"}
	var got []string
	for path, operations := range document["paths"].(map[string]any) {
		example := strings.NewReplacer("{product_id}", "prd_"+strings.Repeat("a", 26), "{", "", "}", "").Replace(path)
		if !slices.ContainsFunc(keptPaths, func(p string) bool { return matches(p, example) }) {
			continue
		}
		got = append(got, path)
		for method, operation := range operations.(map[string]any) {
			if o, ok := operation.(map[string]any); ok && (method != "get" || o["x-rialto-access"] != "public") {
				t.Errorf("%s %s meets what CloudFront keeps", method, path)
			}
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("CloudFront keeps, want (-), got (+):\n%s", diff)
	}
	policies := 0
	synthesized["prod"].each(func(x template, id string, r resource) {
		policies++
		in := r.at("CachePolicyConfig", "ParametersInCacheKeyAndForwardedToOrigin")
		if diff := cmp.Diff([]any{"X-Marketplace", "Origin"}, dig(in, "HeadersConfig", "Headers")); diff != "" ||
			dig(in, "CookiesConfig", "CookieBehavior") != "none" || dig(in, "QueryStringsConfig", "QueryStringBehavior") != "all" ||
			r.number("CachePolicyConfig", "DefaultTTL") != 0 || r.number("CachePolicyConfig", "MinTTL") != 0 {
			t.Errorf("%s/%s: %v", x.Stack, id, r.Properties)
		}
	}, "AWS::CloudFront::CachePolicy")
	behaviors := 0
	synthesized["prod"].each(func(x template, _ string, r resource) {
		for _, b := range many(r.at("DistributionConfig", "CacheBehaviors")) {
			if slices.Contains(keptPaths, flat(dig(b, "PathPattern"))) {
				behaviors++
				if dig(b, "OriginRequestPolicyId") != nil {
					t.Errorf("%v hands on more than its key", dig(b, "PathPattern"))
				}
			}
		}
	}, "AWS::CloudFront::Distribution")
	if policies != 1 || behaviors != len(keptPaths) {
		t.Errorf("%d policies, %d behaviors", policies, behaviors)
	}
}

// Throttles are of operations that there are, and below the API's own. Seen to catch: one of a path that was renamed.
func TestThrottlesAreOfOperations(t *testing.T) {
	t.Parallel()
	document, err := contract.ShopperDocument()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range stages {
		for operation, rate := range s.Throttles {
			method, path, _ := strings.Cut(operation, " ")
			if dig(document, "paths", path, strings.ToLower(method)) == nil || rate <= 0 || rate > s.Throttle {
				t.Errorf("%s: %s, %v a second", s.Name, operation, rate)
			}
		}
		if n := len(*throttles(s, document)); n != len(s.Throttles) {
			t.Errorf("%s: %d of %d throttles are the shopper API's", s.Name, n, len(s.Throttles))
		}
	}
	prod := stageOf(t, "prod")
	if prod.Throttles["POST /api/v1/orders/checkout"] != prod.Checkouts {
		t.Error("checkouts are let in at another rate than their concurrency bears")
	}
}

// The shop's own domain comes with its certificate, and without a domain there is neither; the log has nothing of a caller's. Seen to
// catch: an alias without its condition; c-ip and cs-uri-stem among the fields.
func TestTheEdgesDomainAndLog(t *testing.T) {
	t.Parallel()
	synthesized["prod"].each(func(x template, id string, r resource) {
		if x.Stack != "rialto-prod-edge" {
			return
		}
		for _, property := range []string{"Aliases", "ViewerCertificate"} {
			choice := many(dig(r.at("DistributionConfig", property), "Fn::If"))
			if len(choice) != 3 || choice[0] != "HasShopDomain" || flat(choice[2]) != "${AWS::NoValue}" {
				t.Errorf("%s is %v", property, r.at("DistributionConfig", property))
			}
		}
		if r.at("DistributionConfig", "HttpVersion") != "http2and3" {
			t.Errorf("%s speaks %v", id, r.at("DistributionConfig", "HttpVersion"))
		}
	}, "AWS::CloudFront::Distribution")
	deliveries := 0
	synthesized["prod"].each(func(_ template, _ string, r resource) {
		deliveries++
		for _, field := range many(r.at("RecordFields")) {
			if f := flat(field); strings.HasPrefix(f, "c-") || strings.HasPrefix(f, "cs-uri") || strings.Contains(f, "(") || strings.Contains(f, "forwarded") {
				t.Errorf("the edge's log has %s", f)
			}
		}
	}, "AWS::Logs::Delivery")
	if deliveries != 1 {
		t.Errorf("%d logs of the edge", deliveries)
	}
}
