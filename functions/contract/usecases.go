package contract

import (
	_ "embed"
	"encoding/json"
	"fmt"
)

//go:embed usecases.json
var useCases []byte

// UseCase is what something that shoppers do often costs once, counted over the real services and stores by
// functions/checkout/checkoutbill, which also writes usecases.json anew.
type UseCase struct {
	Functions map[string]float64 `json:"functions"` // invocations, by function id
	Counts    map[string]float64 `json:"counts"`    // by the names of the prices, until the answer
	Writes    map[string]float64 `json:"writes"`    // write units by table
	Reads     map[string]float64 `json:"reads"`     // read units by table, of calls of one table
	After     map[string]float64 `json:"after"`     // by the names of the prices, until others are told of it, each message alone in its batch
	Events    int                `json:"events"`
}

// UseCases returns them by name: page, cart (an item is put into it), quote, checkout (one line).
func UseCases() (map[string]UseCase, error) {
	var all map[string]UseCase
	if err := json.Unmarshal(useCases, &all); err != nil {
		return nil, fmt.Errorf("read usecases.json: %w", err)
	}
	return all, nil
}
