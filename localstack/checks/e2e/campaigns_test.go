package e2e

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"rialto/functions/contract"
	"rialto/localstack/rehearsal"
)

// An event is put into the calendar, warmed two hours ahead, and lets go what it raised: really, where the local cloud has it. Seen to
// catch: a step that is told as done and is not; an event that stays open.
func TestAnEventIsRehearsed(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	var out bytes.Buffer
	played, err := rehearsal.Run(ctx, time.Now(), &out)
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	at := func(moment int, kind string) rehearsal.Step {
		for _, s := range played[moment].Steps {
			if s.Kind == kind {
				return s
			}
		}
		t.Fatalf("there is no step %s:\n%s", kind, out.String())
		return rehearsal.Step{}
	}
	for name, c := range map[string]struct {
		got           rehearsal.Step
		was, want, is int64
		state         string
	}{
		"laid out ahead":              {at(0, "layout"), 10, 200, 200, "done"},
		"still laid out at its end":   {at(2, "layout"), 10, 200, 208, "done"}, // what its shards bear, when nobody lays them out anew
		"left to its traffic after":   {at(3, "layout"), 10, 200, 10, "back"},
		"a page is not yet asked for": {at(0, "page"), 0, 1, 0, "waiting"},
		"a page is asked for":         {at(1, "page"), 0, 1, 1, "done"},
	} {
		if s := c.got; s.Was != c.was || s.Wanted != c.want || s.Is != c.is || s.State != c.state {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// The kinds that a rehearsal excuses are those that the local cloud has none of. Where it learns one, the excuse has to go.
func TestTheLocalCloudHasNoneOfThese(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	functions := lambda.NewFromConfig(stage.Config)
	alias := &lambda.GetAliasInput{FunctionName: aws.String(stage.Prefix() + "checkout-api"), Name: aws.String("live")}
	if _, err := functions.GetAlias(ctx, alias); err == nil {
		t.Error("functions have versions")
	}
	cfg := stage.Config
	cfg.BaseEndpoint = aws.String(contract.LocalDynamoDBURL)
	table, err := dynamodb.NewFromConfig(cfg).DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(stage.Prefix() + "orders")})
	if err != nil || table.Table.WarmThroughput != nil {
		t.Error("tables have a warm throughput", err)
	}
}

// Seen to catch: a time that a stage other than the local one takes; a window that ends before it begins taken as it is.
func TestEventsAreRefusedClearly(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	ops := newOperator(t)
	good := func() map[string]any {
		return map[string]any{"name": "An event", "marketplaces": []string{"US"}, "time_zone": "America/New_York", "starts_at": "2030-01-01T00:00:00",
			"ends_at": "2030-01-02T00:00:00", "peak_orders_per_second": 10, "peak_page_views_per_second": 10, "reason": "a test"}
	}
	for name, c := range map[string]struct {
		field         string
		value         any
		pointer, code string
	}{
		"too far away":         {"name", "An event", "/starts_at", "too_far"},
		"reversed":             {"ends_at", "2029-01-01T00:00:00", "/ends_at", "reversed"},
		"nowhere":              {"marketplaces", []string{"XX"}, "/marketplaces/0", "unknown"},
		"no peak":              {"peak_orders_per_second", 0, "/peak_orders_per_second", "out_of_range"},
		"a skipped hour":       {"starts_at", "2027-03-14T02:30:00", "/starts_at", "does_not_exist"},
		"a zone of nowhere":    {"time_zone", "Moon/Tranquility", "/time_zone", "unknown"},
		"a day that is not":    {"starts_at", "2027-02-30T00:00:00", "/starts_at", "format"},
		"a peak of the moon's": {"peak_page_views_per_second", 1_000_000_000, "/peak_page_views_per_second", "out_of_range"},
	} {
		body := good()
		body[c.field] = c.value
		a, err := ops.Do(ctx, http.MethodPut, "/ops/v1/campaigns/refused", body)
		if err != nil {
			t.Fatal(err)
		}
		p, found := a.Problem(), false
		for _, f := range p.Errors {
			found = found || f.Pointer == c.pointer && f.Code == c.code
		}
		if a.Status != http.StatusUnprocessableEntity || p.Code != "invalid_campaign" || !found {
			t.Errorf("%s: %d %+v", name, a.Status, p)
		}
	}
	if a, err := ops.Do(ctx, http.MethodGet, "/ops/v1/campaigns/refused?reason=asked", nil); err != nil || a.Status != http.StatusNotFound ||
		a.Problem().Code != "campaign_not_found" {
		t.Error(a.Status, a.Problem(), err)
	}
	if err := stage.Invoke(ctx, "campaigns-prepare", map[string]any{"event_id": "refused"}, nil); err == nil {
		t.Error("an event without a time is prepared")
	}
}
