package offers

import (
	"context"
	"errors"

	"rialto/functions/internal/fault"
	"rialto/functions/inventory"
	"rialto/functions/marketplaces"
)

// Boxes is what deciding needs of the store.
type Boxes interface {
	// List reads the winner first, then the offers, consistently.
	List(ctx context.Context, product, marketplace string) (Winner, []Offer, error)
	// SaveWinner writes a winner over the one of version previous, 0 for none; it fails with ErrBoxChanged
	// otherwise.
	SaveWinner(ctx context.Context, w Winner, previous int64) error
	GetMany(ctx context.Context, keys ...Key) (map[Key]Offer, error)
	// Standings returns what is known of sellers, by id; one of whom nothing is known is left out.
	Standings(ctx context.Context, sellers ...string) (map[string]Standing, error)
}

// Stock reads free units, consistently.
type Stock interface {
	Stock(ctx context.Context, skus ...inventory.SKU) ([]inventory.Stock, error)
}

// ErrBoxChanged says that a winner is not of the version it was read in.
var ErrBoxChanged = fault.New(fault.Conflict, "buy_box_changed", "the buy box was decided anew meanwhile")

// passes bounds how often one decision looks again. Each pass but the last found a change that came while the
// one before worked; what still moves after so many is left to the queue, which tries again later.
const passes = 6

// Settle makes the stored winner of a marketplace what Decide says. It is safe to repeat and to run side by
// side with itself. It fails with buy_box_contended (Unavailable) when others keep changing the box.
//
// It ends only with a pass that found nothing to write. Comparing and setting is not enough: one who decides on
// older offers may write after another who decided on newer ones found the box right and so left its version
// alone. But then the writer's last pass begins after its write and sees those newer offers.
func (s *Service) Settle(ctx context.Context, product, marketplace string) error {
	for range passes {
		winner, list, err := s.Boxes.List(ctx, product, marketplace)
		if err != nil {
			return err
		}
		candidates, err := s.candidates(ctx, list, "")
		if err != nil {
			return err
		}
		d := Decide(candidates)
		if winner.Is(d) {
			return nil
		}
		next := Winner{ProductID: product, Marketplace: marketplace, Offer: d.Offer, InStock: d.InStock, Offers: d.Offers,
			Score: d.Score, Rating: d.Rating, DeliveryDays: d.DeliveryDays, Version: winner.Version + 1, DecidedAt: s.Now().UTC()}
		if err := s.Boxes.SaveWinner(ctx, next, winner.Version); err != nil && !errors.Is(err, ErrBoxChanged) {
			return err
		}
	}
	return fault.New(fault.Unavailable, "buy_box_contended", "the buy box keeps changing")
}

// SettleSeller settles every marketplace in which the seller offers the product.
func (s *Service) SettleSeller(ctx context.Context, product, seller string) error {
	var keys []Key
	for _, m := range marketplaces.All() {
		keys = append(keys, Key{product, m.Code, seller})
	}
	found, err := s.Boxes.GetMany(ctx, keys...)
	if err != nil {
		return err
	}
	var problems []error
	for _, k := range keys {
		if _, there := found[k]; there {
			problems = append(problems, s.Settle(ctx, product, k.Marketplace))
		}
	}
	return errors.Join(problems...)
}

// free returns, by seller, the free units in the centre that has most of them: stock's events tell of each centre's
// band, so a decision that looked at their sum would not be made anew when the sum's band changes.
func (s *Service) free(ctx context.Context, list []Offer) (map[string]int64, error) {
	skus := make([]inventory.SKU, 0, len(list))
	for _, o := range list {
		skus = append(skus, inventory.SKU{ProductID: o.ProductID, SellerID: o.SellerID})
	}
	stock, err := s.Stock.Stock(ctx, skus...)
	if err != nil {
		return nil, err
	}
	most := map[string]int64{}
	for _, x := range stock {
		most[x.SellerID] = max(most[x.SellerID], x.Available)
	}
	return most, nil
}
