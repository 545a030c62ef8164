package infra

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-cdk-go/awscdk/v2"
	"github.com/cdklabs/cdk-nag-go/cdknag/v2"
)

// inspect has cdk-nag look at every resource, by its rules for AWS's solutions, and write a report a stack beside the templates.
// (Its own annotations would stop the CLI at what is excused.)
func inspect(app awscdk.App) {
	pack := cdknag.NewAwsSolutionsChecks(nil)
	pack.SetLoggers(&[]cdknag.INagLogger{cdknag.NewNagReportLogger(&cdknag.NagReportLoggerProps{
		Formats: &[]cdknag.NagReportFormat{cdknag.NagReportFormat_JSON},
	})})
	awscdk.Aspects_Of(app).Add(pack, nil)
}

// finding is one resource that a rule of cdk-nag does not pass.
type finding struct {
	Rule       string `json:"ruleId"`
	Resource   string `json:"resourceId"`
	Compliance string `json:"compliance"`
	Info       string `json:"ruleInfo"`
}

// readFindings reads cdk-nag's reports; the local stage has none.
func readFindings(dir string) (found []finding, err error) {
	reports, err := filepath.Glob(filepath.Join(dir, "*-NagReport.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range reports {
		var report struct{ Lines []finding }
		data, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(data, &report)
		}
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		for _, f := range report.Lines {
			if f.Compliance != "Compliant" {
				found = append(found, f)
			}
		}
	}
	return found, nil
}

// accepted says why a rule of cdk-nag is not followed, everywhere or where a resource's id has a text.
type accepted struct{ rule, where, why string }

// acceptances is the one list of what cdk-nag finds and stays as it is.
var acceptances = []accepted{
	{"IAM5", "", "the guard on wildcards asks for a reason for each, and by the action"},
	{"IAM4", "LogWriter", "API Gateway takes no narrower policy for the account's logs"},
	{"SQS4", "", "queues let in functions' roles and named services alone, and the SDKs know no address but HTTPS"},
	{"SNS3", "", "topics let in functions' roles and named services alone, and the SDKs know no address but HTTPS"},
	{"APIG2", "", "the document has validators for every operation; handlers say field by field what is wrong"},
	{"APIG3", "", "the firewall stands at CloudFront, and a door of the APIs lets in nobody who comes round it"},
	{"APIG6", "", "execution logs hold callers' bodies and tokens; access logs say which operation, how it went, and nothing of theirs"},
	{"CFR1", "", "customers are wherever they are; what ships where is the marketplaces' to say"},
	{"CFR3", "", "it knows the older logs alone: the edge's go to CloudWatch; of images the firewall's has what it stopped"},
	{"CFR4", "", "CloudFront's own domain takes no minimum of TLS; a shop's own domain and certificate do"},
	{"COG1", "", "twelve characters with a digit and letters of both cases: a symbol is left to who wants one"},
	{"COG2", "", "a second factor is each customer's to choose"},
	{"COG3", "", "it is paid for by the active user; the firewall limits tries by the address"},
	{"EC23", "Vpc/", "it cannot tell: the endpoints let in the VPC's own range, which is a reference"},
	{"VPC7", "", "the VPC has no way in or out but AWS's own endpoints"},
	{"S1", "", "buckets are written by functions' roles and by signed addresses; who did what is in CloudTrail's data events, where wanted"},
	{"SF1", "", "an execution holds what is a customer's: errors alone are logged, and no data"},
	{"SMG4", "", "what gateways sign with is rolled at the gateway and put in by an operator; functions read it anew every five minutes"},
	{"AEC6", "", "the security group lets in carts' functions alone, over TLS; the cache holds copies"},
	{"RDS6", "", "the proxy asks functions for IAM's word; it alone logs in to the cluster, by its secrets, over TLS"},
	{"DDB3", "rialto-dev-", "dev's data can be made again"},
	{"AEC4", "rialto-dev-", "one zone is enough for dev"},
	{"OS4", "rialto-dev-", "one node is enough for dev"},
	{"OS7", "rialto-dev-", "one zone is enough for dev"},
	{"RDS10", "rialto-dev-", "dev's data can be made again"},
	{"OS1", "", "each request is signed by a role of this account; in the VPC, public search would have to be there, too"},
	{"OS3", "", "each request is signed by a role of this account; functions have no fixed addresses"},
	{"OS9", "", "slow logs hold what customers search for"},
}

func nagged(a *assembly) (violations []string) {
	for _, f := range a.findings {
		if !slices.ContainsFunc(acceptances, func(x accepted) bool { return x.covers(f) }) {
			violations = append(violations, fmt.Sprintf("%s: %s: %s", f.Resource, f.Rule, f.Info))
		}
	}
	return violations
}

func (x accepted) covers(f finding) bool {
	return f.Rule == "AwsSolutions-"+x.rule && strings.Contains(f.Resource, x.where)
}
