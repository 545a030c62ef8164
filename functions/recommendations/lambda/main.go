// Command lambda is the recommendations' functions.
package main

import (
	"time"

	"rialto/functions/clickstream"
	"rialto/functions/clickstream/clickstreamaws"
	"rialto/functions/internal/api"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/lambdahttp"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
	"rialto/functions/recommendations"
	"rialto/functions/recommendations/recommendationsapi"
)

func main() {
	entry.Run("recommendations", entry.Table{
		"api": func(s *settings.Settings) (any, error) {
			service, err := service(s)
			return lambdahttp.New(api.Handler(recommendationsapi.Routes(service))), err
		},
		"clicks": func(s *settings.Settings) (any, error) {
			by, err := pseudonyms(s)
			clicks := recommendations.Clicks{Reader: clickstream.Consumer{Pseudonyms: by}, Visits: cache(s), Now: time.Now}
			return clickstreamaws.OnRecords(clicks), err
		},
		"experiment": func(s *settings.Settings) (any, error) {
			x := recommendations.Experimenter{Files: files(s), Experiments: records(s), Now: time.Now}
			return saga.Task("recommendations-experiment", x.Change), nil
		},
		"find": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			return saga.Task("recommendations-find", x.Find), err
		},
		"gate": func(s *settings.Settings) (any, error) {
			return saga.Task("recommendations-gate", recommendations.Gate{Files: files(s), Now: time.Now}.Judge), nil
		},
		"load": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			return saga.Task("recommendations-load", recommendations.Loader{Files: files(s), Tables: records(s), Vectors: x}.Load), err
		},
		"serve": func(s *settings.Settings) (any, error) {
			x, err := index(s)
			r := recommendations.Releaser{Files: files(s), Tables: records(s), Vectors: x, Experiments: records(s), Now: time.Now}
			return saga.Task("recommendations-serve", r.Serve), err
		},
		"snapshot": func(s *settings.Settings) (any, error) {
			r := recommendations.Snapshotter{Files: files(s), Sources: sources(s), Now: time.Now}
			return saga.Task("recommendations-snapshot", r.Take), nil
		},
	})
}
