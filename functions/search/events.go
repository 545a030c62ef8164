package search

import (
	"maps"
	"slices"

	"rialto/functions/internal/eventdata"
	"rialto/functions/internal/fault"
)

// Change is what an event tells to read again: a product, in one marketplace or ("") in all.
type Change struct {
	ProductID   string        `json:"product_id"`
	Marketplace string        `json:"marketplace"`
	Rating      ProductRating `json:"-"` // that was told, if any
}

// ChangeOf reads the data of ProductChanged, BuyBoxChanged or ProductRated. Errors: unknown_event, malformed_event.
func ChangeOf(event string, data []byte) (Change, error) {
	if event == productRated {
		r, err := RatingOf(data)
		return Change{ProductID: r.ProductID, Rating: r}, err
	}
	if event != "ProductChanged" && event != "BuyBoxChanged" {
		return Change{}, fault.New(fault.Malformed, "unknown_event", "this function does not take %s", event)
	}
	var c Change
	if err := eventdata.Decode(event, data, &c); err != nil {
		return Change{}, err
	}
	if c.ProductID == "" || (c.Marketplace == "") != (event == "ProductChanged") {
		return Change{}, fault.New(fault.Malformed, "malformed_event", "the event names no product or no marketplace")
	}
	return c, nil
}

// marketplacesOf lists where changes of one product are to be projected, none for everywhere.
func marketplacesOf(changes []Change) []string {
	codes := map[string]bool{}
	for _, c := range changes {
		if c.Marketplace == "" {
			return nil
		}
		codes[c.Marketplace] = true
	}
	return slices.Sorted(maps.Keys(codes))
}
