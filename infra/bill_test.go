package infra

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/google/go-cmp/cmp"

	"rialto/functions/contract"
)

// What the bill of a checkout says that prod runs by the hour is what prod would deploy; alarms, by the month, are not in
// it. Seen to catch: a node more; an endpoint more.
func TestTheBillKnowsWhatRunsByTheHour(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("../functions/checkout/checkoutbill/testdata/fixed-prod.json")
	if err != nil {
		t.Fatal(err)
	}
	var bill struct {
		Units map[string]float64 `json:"units"`
	}
	if err := json.Unmarshal(b, &bill); err != nil {
		t.Fatal(err)
	}
	s, err := StageNamed("prod")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]float64{
		"fixed.elasticache.node_hour":       1 + s.Cache.Replicas,
		"fixed.opensearch.data_node_hour":   s.Index.DataNodes,
		"fixed.opensearch.master_node_hour": s.Index.MasterNodes,
		"fixed.opensearch.gb_hour":          s.Index.DataNodes * s.Index.GB,
		"fixed.rds_proxy.acu_hour":          8, // the least that is charged (aws.amazon.com/rds/proxy/pricing)
	}
	for _, f := range contract.Functions() {
		got["fixed.lambda.provisioned_gb_hour"] += float64(s.Provisioned[f.ID()]*f.Memory) / 1024
	}
	for _, x := range synthesized["prod"].templates {
		for _, r := range x.Resources {
			switch r.Type {
			case "AWS::RDS::DBInstance":
				got["fixed.aurora.acu_hour"] += s.Database.Min
			case "AWS::EC2::VPCEndpoint":
				if r.Properties["VpcEndpointType"] == "Interface" {
					got["fixed.vpc.endpoint_hour"] += float64(len(s.Zones))
				}
			case "AWS::KMS::Key":
				got["fixed.kms.key_hour"]++
			case "AWS::SecretsManager::Secret":
				got["fixed.secretsmanager.secret_hour"]++
			case "AWS::WAFv2::WebACL":
				got["fixed.waf.acl_hour"]++
				if rules, ok := r.Properties["Rules"].([]any); ok {
					got["fixed.waf.rule_hour"] += float64(len(rules))
				}
			}
		}
	}
	if diff := cmp.Diff(bill.Units, got); diff != "" {
		t.Errorf("the bill (-) and prod (+):\n%s", diff)
	}
}
