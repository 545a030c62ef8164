package campaignsaws

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"rialto/functions/campaigns"
	"rialto/functions/internal/opensearch"
)

const settingsWithin = 10 * time.Second

// Replicas is how many copies of a marketplace's index there are beside the first.
type Replicas struct{ Index *opensearch.Client }

// Read implements campaigns.Warmer: of the index that serves, which is the only one behind its name.
func (w Replicas) Read(ctx context.Context, marketplace string) (campaigns.Level, error) {
	var out map[string]struct {
		Settings struct {
			Index struct {
				Replicas string `json:"number_of_replicas"`
			} `json:"index"`
		} `json:"settings"`
	}
	err := w.Index.Call(ctx, settingsWithin, http.MethodGet, settingsOf(marketplace)+"/index.number_of_replicas", nil, &out)
	if opensearch.Refused(err, "index_not_found_exception") {
		return campaigns.Level{}, campaigns.Absence("the marketplace has no index")
	}
	if err != nil {
		return campaigns.Level{}, fmt.Errorf("read replicas: %w", err)
	}
	for _, x := range out {
		n, err := strconv.ParseInt(x.Settings.Index.Replicas, 10, 64)
		if err != nil {
			return campaigns.Level{}, fmt.Errorf("read replicas: %w", err)
		}
		return campaigns.Level{Is: n}, nil
	}
	return campaigns.Level{}, campaigns.Absence("the marketplace has no index")
}

func settingsOf(marketplace string) string { return "/products-" + marketplace + "/_settings" }

// Set implements campaigns.Warmer.
func (w Replicas) Set(ctx context.Context, marketplace string, level int64) (campaigns.Level, error) {
	body := map[string]any{"index": map[string]any{"number_of_replicas": level}}
	if err := w.Index.Call(ctx, settingsWithin, http.MethodPut, settingsOf(marketplace), body, nil); err != nil {
		return campaigns.Level{}, fmt.Errorf("set replicas: %w", err)
	}
	return w.Read(ctx, marketplace)
}
