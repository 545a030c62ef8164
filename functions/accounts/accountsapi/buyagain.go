package accountsapi

import (
	"context"

	"rialto/functions/carts"
	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/money"
)

type againInput struct {
	api.IdempotencyKey
	OrderID string `path:"order_id" maxLength:"64"`
}

type againOutput struct {
	Body struct {
		CartID  string      `json:"cart_id"`
		Version int64       `json:"version" doc:"Of the cart"`
		Lines   []AgainLine `json:"lines" doc:"Those of the order"`
	}
}

// AgainLine is a line of an order that is bought once more.
type AgainLine struct {
	Line      string        `json:"line"`
	ProductID string        `json:"product_id"`
	SellerID  string        `json:"seller_id"`
	Title     string        `json:"title"`
	Wanted    int64         `json:"quantity" doc:"As it was ordered"`
	Added     int64         `json:"quantity_added" doc:"In the cart for it"`
	Was       money.Amount  `json:"unit_price_then"`
	UnitPrice *money.Amount `json:"unit_price,omitempty" doc:"Today's; absent if none was added"`
	Code      string        `json:"code,omitempty" enum:"offer_not_for_sale,out_of_stock,quantity_limited,quantity_too_large,too_many_lines" doc:"Why not all of it"`
}

func (h handlers) buyAgain(ctx context.Context, in *againInput) (*againOutput, error) {
	who, _ := auth.From(ctx)
	c, lines, err := h.service.BuyAgain(ctx, carts.Owner{ID: who.Subject, Guest: who.Role == auth.Guest}, in.Key, in.OrderID)
	if err != nil {
		return nil, err
	}
	out := &againOutput{}
	out.Body.CartID, out.Body.Version, out.Body.Lines = c.ID, c.Version, []AgainLine{}
	for _, l := range lines {
		x := AgainLine{Line: l.Line.Line, ProductID: l.ProductID, SellerID: l.SellerID, Title: l.Title, Wanted: l.Wanted.Quantity, Added: l.Put.Quantity,
			Was: l.Line.UnitPrice, Code: l.Code}
		if l.Put.Quantity > 0 {
			x.UnitPrice = &l.Put.UnitPrice
		}
		out.Body.Lines = append(out.Body.Lines, x)
	}
	return out, nil
}
