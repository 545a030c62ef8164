// Command lambda is the function of campaigns.
package main

import (
	"time"
	_ "time/tzdata" // the clocks that windows are told by

	"rialto/functions/campaigns"
	"rialto/functions/internal/entry"
	"rialto/functions/internal/saga"
	"rialto/functions/internal/settings"
)

func main() {
	entry.Run("campaigns", entry.Table{"prepare": prepare})
}

func prepare(s *settings.Settings) (any, error) {
	stage, err := campaigns.ReadStage(s.Must("CAMPAIGN_STAGE"))
	if err != nil {
		return nil, err
	}
	warmers, err := warmers(s, stage)
	if err != nil {
		return nil, err
	}
	p := &campaigns.Preparer{Ledger: ledger(s), Stage: stage, Warmers: warmers, Now: time.Now, Rehearsals: s.Stage == "local"}
	return saga.Task("campaigns-prepare", p.Prepare), nil
}
