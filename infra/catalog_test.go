package infra

import (
	"fmt"
	"strings"
	"testing"
)

// The world sees the folder of images that passed, and nothing that was only uploaded. Seen to catch: an origin that is
// the whole bucket.
func TestOnlyImagesThatPassedAreShown(t *testing.T) {
	t.Parallel()
	synthesized["prod"].each(func(_ template, _ string, r resource) {
		if r.at("DistributionConfig", "Comment") != "Rialto prod: images" {
			return
		}
		if origins := many(r.at("DistributionConfig", "Origins")); len(origins) != 1 || origins[0].(map[string]any)["OriginPath"] != "/images" {
			t.Errorf("%v", origins)
		}
	}, "AWS::CloudFront::Distribution")
	shown := 0
	synthesized["prod"].each(func(_ template, _ string, r resource) {
		statements(r.at("PolicyDocument"), func(s map[string]any) {
			if !strings.Contains(fmt.Sprint(s["Principal"]), "cloudfront.amazonaws.com") {
				return
			}
			shown++
			if on := flat(s["Resource"]); !strings.HasSuffix(on, "/images/*") || flat(s["Action"]) != "s3:GetObject" || s["Condition"] == nil {
				t.Errorf("CloudFront may %v on %s", s["Action"], on)
			}
		})
	}, "AWS::S3::BucketPolicy")
	if shown != 2 { // of products, and of reviews
		t.Errorf("CloudFront has %d statements", shown)
	}
}
