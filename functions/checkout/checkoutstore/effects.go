package checkoutstore

import (
	"encoding/json"
	"fmt"

	"rialto/functions/checkout"
	"rialto/functions/inventory"
)

// effects is checkout.Effects as it is stored.
type effects struct {
	Lines       []line   `json:"l"`
	Groups      []string `json:"g"`
	CartVersion int64    `json:"v"`
	Coupon      string   `json:"d,omitempty"`
}

type line struct {
	Line    string `json:"l,omitempty"` // if it is not the sku's own name, as it is in a cart
	Product string `json:"p"`
	Seller  string `json:"s"`
	Picks   []pick `json:"k"`
}

type pick struct {
	Centre   string `json:"c"`
	Quantity int64  `json:"q"`
}

func toEffects(e checkout.Effects) []byte {
	out := effects{Groups: e.Groups, CartVersion: e.CartVersion, Coupon: e.Coupon}
	for _, l := range e.Plan.Lines {
		x := line{Product: l.ProductID, Seller: l.SellerID}
		if l.Line != (inventory.SKU{ProductID: l.ProductID, SellerID: l.SellerID}).String() {
			x.Line = l.Line
		}
		for _, p := range l.Picks {
			x.Picks = append(x.Picks, pick(p))
		}
		out.Lines = append(out.Lines, x)
	}
	b, err := json.Marshal(out)
	if err != nil { // strings and integers always marshal
		return nil
	}
	return b
}

func fromEffects(b []byte) (checkout.Effects, error) {
	var in effects
	if err := json.Unmarshal(b, &in); err != nil {
		return checkout.Effects{}, fmt.Errorf("read effects: %w", err)
	}
	out := checkout.Effects{Groups: in.Groups, CartVersion: in.CartVersion, Coupon: in.Coupon}
	for _, l := range in.Lines {
		x := inventory.PlannedLine{Line: l.Line, ProductID: l.Product, SellerID: l.Seller}
		if x.Line == "" {
			x.Line = (inventory.SKU{ProductID: l.Product, SellerID: l.Seller}).String()
		}
		for _, p := range l.Picks {
			x.Picks = append(x.Picks, inventory.Pick(p))
		}
		out.Plan.Lines = append(out.Plan.Lines, x)
	}
	return out, nil
}
