package offersapi

import (
	"context"

	"rialto/functions/internal/money"
	"rialto/functions/offers"
)

// PriceToWin is how a seller's own offer ranks for the buy box. The offer in stock wins whose landed price counts as
// least: each point takes 0.01% off it.
type PriceToWin struct {
	ProductID   string          `json:"product_id"`
	Marketplace string          `json:"marketplace"`
	Wins        bool            `json:"wins" doc:"The offer has the buy box, and is in stock"`
	Own         ExplainedOffer  `json:"own"`
	Winner      *ExplainedOffer `json:"winner,omitempty" doc:"What the buy box shows, the own offer too; absent if no offer is open"`
	PriceToWin  *WinAt          `json:"price_to_win,omitempty" doc:"Absent if no price would win"`
	Reason      string          `json:"reason,omitempty" enum:"paused,out_of_stock,no_rival,unbeatable" doc:"Why there is none, or no limit (no_rival)"`
}

// ExplainedOffer is an offer with the reasons for its rank.
type ExplainedOffer struct {
	OfferID string          `json:"offer_id"`
	Seller  Seller          `json:"seller"`
	Landed  money.Amount    `json:"landed" doc:"price + the seller's shipping"`
	Score   int64           `json:"score" doc:"The sum of the points"`
	InStock bool            `json:"in_stock"`
	Factors []offers.Factor `json:"factors" doc:"Points are basis points taken off the landed price; weight is the most that a factor can take"`
}

// WinAt is the highest price that would win.
type WinAt struct {
	Landed money.Amount  `json:"landed" doc:"price + the seller's shipping"`
	Price  *money.Amount `json:"price,omitempty" doc:"landed less the offer's shipping; absent if the shipping alone is too dear"`
}

type priceToWinOutput struct{ Body PriceToWin }

func (h seller) priceToWin(ctx context.Context, in *OwnInput) (*priceToWinOutput, error) {
	c, err := h.offers.PriceToWin(ctx, in.key(ctx))
	if err != nil {
		return nil, err
	}
	own := c.Own.Offer
	out := &priceToWinOutput{PriceToWin{ProductID: own.ProductID, Marketplace: own.Marketplace, Wins: c.Wins, Own: explained(c.Own),
		Reason: string(c.Why)}}
	if c.Winner != nil {
		w := explained(*c.Winner)
		out.Body.Winner = &w
	}
	if c.ToWin == nil {
		return out, nil
	}
	out.Body.PriceToWin = &WinAt{Landed: *c.ToWin}
	price, err := c.ToWin.Sub(own.Shipping)
	if price.Minor = min(price.Minor, offers.MaxAmount); err == nil && price.Minor > 0 {
		out.Body.PriceToWin.Price = &price
	}
	return out, err
}

func explained(e offers.Explained) ExplainedOffer {
	return ExplainedOffer{e.Offer.ID, Seller{e.Offer.SellerID, e.Offer.SellerName}, e.Landed, e.Score, e.InStock, e.Factors}
}
