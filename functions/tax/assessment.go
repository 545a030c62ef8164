package tax

import "rialto/functions/internal/money"

// Sale is what is to be taxed: a checkout's lines with their shipping and its delivery, all in one currency, and where
// they go.
type Sale struct {
	Marketplace string       `json:"marketplace"`
	Country     string       `json:"country"`       // ISO 3166-1 alpha-2 of the destination
	Region      string       `json:"region"`        // ISO 3166-2 without the country ("CA"); needed where regions tax
	Postal      string       `json:"postal_prefix"` // as much of the postal code as names a town, without spaces and hyphens
	Lines       []Line       `json:"lines"`
	Delivery    money.Amount `json:"delivery"` // what the delivery option costs, whatever is delivered
}

// Line is one line of a sale. Amount is its total, 0 or more, of which Discount is not paid.
type Line struct {
	Line     string       `json:"line"`
	Amount   money.Amount `json:"amount"`
	Quantity int64        `json:"quantity"`          // units in Amount, as some rates go by the price of one; 0 is 1
	Category string       `json:"category"`          // what Category found of the product
	Discount money.Amount `json:"discount,omitzero"` // none without a currency
	Shipping money.Amount `json:"shipping,omitzero"` // what its seller asks for shipping it; none without a currency
}

// Assessment is the tax of a sale: each charge has its own. The lines stand in the order of the sale's; their taxes, those
// of their shipping and that of the delivery sum to Total, and so do those of the Jurisdictions.
type Assessment struct {
	Lines       []LineTax    `json:"lines"`
	DeliveryTax money.Amount `json:"delivery_tax"`
	Total       money.Amount `json:"total"`
	// Included tells that prices hold the tax already: it is part of the sale's amounts, not to be added.
	Included bool `json:"included"`
	// Jurisdictions says whose taxes they are, over all charges: one entry for each tax and rate.
	Jurisdictions []JurisdictionTax `json:"jurisdictions"`
	// Fallback is EngineFailed where the tables stood in for the engine, and empty elsewhere.
	Fallback string `json:"fallback,omitempty"`
}

// JurisdictionTax is what one jurisdiction levies on a sale at one rate.
type JurisdictionTax struct {
	Jurisdiction string       `json:"jurisdiction"` // "US-CA", "DE"
	Name         string       `json:"name"`         // "Sales tax", "VAT", "GST"
	RatePPM      int64        `json:"rate_ppm"`     // parts per million
	Taxable      money.Amount `json:"taxable"`      // what the rate is levied on, without tax; at rate 0, what bears none
	Tax          money.Amount `json:"tax"`
}

// LineTax is the tax of one line.
type LineTax struct {
	Line         string       `json:"line"`
	Jurisdiction string       `json:"jurisdiction"` // "US-CA", "DE"
	Rate         int64        `json:"rate"`         // basis points, rounded half up; of all its taxes together
	RatePPM      int64        `json:"rate_ppm"`     // parts per million, exact
	Tax          money.Amount `json:"tax"`
	ShippingTax  money.Amount `json:"shipping_tax"`
	// DiscountTax is the tax that the discount takes out of the line's amount where prices include it: by so much less the
	// seller's price without tax is lowered.
	DiscountTax money.Amount `json:"discount_tax"`
}
