package main

import (
	"math/rand/v2"

	"rialto/functions/customers/snapshotstore"
	"rialto/functions/internal/settings"
	"rialto/functions/internal/store"
)

func snapshots(s *settings.Settings) snapshotstore.Snapshots {
	return snapshotstore.Snapshots{DB: store.NewDynamo(s.Tables(), s.Prefix, rand.Float64)}
}
