package deadletters

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"rialto/infra/operate"
)

// Client knows one stage.
type Client struct {
	prefix string
	sqs    *sqs.Client
	s3     *s3.Client
	lambda *lambda.Client
	logs   *cloudwatchlogs.Client
}

// New returns the client of the stage that an operator has opened.
func New(stage *operate.Client) *Client {
	cfg := stage.Config
	return &Client{prefix: stage.Prefix(), sqs: sqs.NewFromConfig(cfg), lambda: lambda.NewFromConfig(cfg), logs: cloudwatchlogs.NewFromConfig(cfg),
		s3: s3.NewFromConfig(cfg, func(o *s3.Options) { o.UsePathStyle = stage.IsLocal() })}
}

// Reason is why a function failed on something, as it said last.
type Reason struct {
	Code string `json:"code"`
	Text string `json:"error"`
}

// String is the reason as an operator reads it.
func (r Reason) String() string {
	if r == (Reason{}) {
		return "not in the log any more"
	}
	return r.Text // it begins with the code, where there is one
}

// reason looks an id up in a function's log.
func (c *Client) reason(ctx context.Context, function, id string, since time.Time) (Reason, error) {
	var found Reason
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(c.logs,
		&cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String("/aws/lambda/" + c.prefix + function),
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
