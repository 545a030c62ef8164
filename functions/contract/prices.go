package contract

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math/big"
)

//go:embed prices-us-east-1.json
var prices []byte

// Prices are AWS's list prices in us-east-1, by names of ours, each with its unit and source.
type Prices struct {
	Looked string `json:"looked_up"` // the day
	Prices map[string]struct {
		Price     string `json:"price"` // USD, for Per units
		Per       int64  `json:"per"`
		Unit      string `json:"unit"`
		Source    string `json:"source"`
		Confirmed bool   `json:"confirmed"`
	} `json:"prices"`
}

// ListPrices reads them.
func ListPrices() (Prices, error) {
	var p Prices
	if err := json.Unmarshal(prices, &p); err != nil {
		return p, fmt.Errorf("read prices-us-east-1.json: %w", err)
	}
	return p, nil
}

// USD is what so many units of a thing cost. It fails for what has no price.
func (p Prices) USD(what string, units float64) (*big.Rat, error) {
	price := p.Prices[what]
	usd, ok := new(big.Rat).SetString(price.Price)
	if !ok || price.Per <= 0 {
		return nil, fmt.Errorf("%s has no price: put one with its source into the price file", what)
	}
	return usd.Mul(usd, new(big.Rat).SetFloat64(units)).Quo(usd, big.NewRat(price.Per, 1)), nil
}
