package infra

import (
	"strings"
	"testing"

	"rialto/functions/contract"
)

// Every function stands on its context's dashboard, with its queue or its stream. Seen to catch: a queue without a graph.
func TestEveryFunctionIsOnADashboard(t *testing.T) {
	t.Parallel()
	for _, f := range contract.Functions() {
		body := flat(find(t, "prod", "AWS::CloudWatch::Dashboard", "DashboardName", "rialto-prod-"+f.Context).at("DashboardBody"))
		want := []string{`"title":"` + f.ID() + `"`, `"title":"` + f.ID() + `: milliseconds"`}
		if f.Trigger.Queue != nil {
			want = append(want, `"title":"`+f.ID()+`: its queue"`)
		}
		if f.Trigger.Stream != "" {
			want = append(want, `"title":"`+f.ID()+": milliseconds behind "+f.Trigger.Stream+`"`)
		}
		for _, title := range want {
			if !strings.Contains(body, title) {
				t.Errorf("the dashboard of %s has no %s", f.Context, title)
			}
		}
	}
}
