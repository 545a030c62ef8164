package letters

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/functions/contract"
)

// Office knows one stage.
type Office struct {
	prefix string
	sqs    *sqs.Client
	s3     *s3.Client
	lambda *lambda.Client
	logs   *cloudwatchlogs.Client
}

// Open returns the office of a stage: "local" is the local cloud, any other is on AWS with the environment's
// credentials.
func Open(ctx context.Context, stage string) (*Office, error) {
	cfg := aws.Config{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL),
		Credentials: credentials.NewStaticCredentialsProvider(contract.LocalAccount, "test", "")}
	if stage != "local" {
		var err error
		if cfg, err = config.LoadDefaultConfig(ctx); err != nil {
			return nil, fmt.Errorf("read the AWS configuration: %w", err)
		}
	}
	return &Office{prefix: "rialto-" + stage + "-", sqs: sqs.NewFromConfig(cfg), lambda: lambda.NewFromConfig(cfg), logs: cloudwatchlogs.NewFromConfig(cfg),
		s3: s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = cfg.BaseEndpoint != nil })}, nil
}

// Reason is why a function failed on something, as it said last.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"error"`
}

func (r Reason) String() string {
	if r == (Reason{}) {
		return "not in the log any more"
	}
	return r.Text // it begins with the code, where there is one
}

// reason looks an id up in a function's log.
func (o *Office) reason(ctx context.Context, function, id string, since time.Time) (Reason, error) {
	var found Reason
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(o.logs, &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/" + o.prefix + function),
		FilterPattern: aws.String(`"` + id + `"`), StartTime: aws.Int64(since.UnixMilli())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return Reason{}, fmt.Errorf("read the log of %s: %w", function, err)
		}
		for _, e := range page.Events {
			var line struct {
				ID string `json:"id"`
				Reason
			}
			text := aws.ToString(e.Message)
			if i := strings.Index(text, "{"); i >= 0 && json.Unmarshal([]byte(text[i:]), &line) == nil && line.ID == id && line.Text != "" {
				found = line.Reason
			}
		}
	}
	return found, nil
}
