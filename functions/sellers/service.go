package sellers

import (
	"context"
	"time"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
)

// Store keeps sellers.
type Store interface {
	Profile(ctx context.Context, sellerID string) (Profile, error)
	SetTier(ctx context.Context, sellerID, tier string) error
	// Block sets whether a seller is blocked, and tells whether it was not so before.
	Block(ctx context.Context, sellerID string, blocked bool) (changed bool, err error)
	// SaveProfile writes a profile over the previous one, of version 0 for none; ErrProfileChanged if another stands,
	// ErrNameTaken if another seller goes by its name.
	SaveProfile(ctx context.Context, p, previous Profile) error
}

// Service is the use cases of sellers, and of operators who give them a tier.
type Service struct {
	Store Store
	Now   func() time.Time
}

// Profile returns a seller's profile. Errors: profile_not_found.
func (s *Service) Profile(ctx context.Context, sellerID string) (Profile, error) {
	p, err := s.Store.Profile(ctx, sellerID)
	if err == nil && p.Version == 0 {
		err = ErrProfileNotFound
	}
	return p, err
}

// PutProfile makes or changes a seller's profile; replaces, unless nil, is the version that the change is meant for.
// Errors: invalid_profile, name_taken, version_mismatch, profile_changed.
func (s *Service) PutProfile(
	ctx context.Context, sellerID, name, country string, legal Legal, replaces *int64,
) (p Profile, created bool, err error) {
	current, err := s.Store.Profile(ctx, sellerID)
	if err != nil {
		return p, false, err
	}
	if replaces != nil && *replaces != current.Version {
		return p, false, ErrProfileStale
	}
	p = current
	p.SellerID, p.Name, p.Country, p.Legal, p.Tier = sellerID, name, country, legal, TierNamed(current.Tier).Name
	if err := p.Check(); err != nil {
		return p, false, err
	}
	if p == current {
		return p, false, nil
	}
	now := s.Now().UTC()
	if p.Version, p.UpdatedAt = current.Version+1, now; current.Version == 0 {
		p.CreatedAt = now
	}
	return p, current.Version == 0, s.Store.SaveProfile(ctx, p, current)
}

// Block has operators block a seller, or with false let it go on, and returns how it stands. Its offers and payouts follow; what was
// ordered before is shipped as it would be. The same again changes nothing. Errors: invalid_seller.
func (s *Service) Block(ctx context.Context, sellerID string, blocked bool) (Profile, error) {
	if !ids.Valid(ids.Seller, sellerID) {
		return Profile{}, errNoSeller
	}
	if _, err := s.Store.Block(ctx, sellerID, blocked); err != nil {
		return Profile{}, err
	}
	return s.Store.Profile(ctx, sellerID)
}

var errNoSeller = fault.New(fault.Invalid, "invalid_seller", "there is no such seller id")

// Plan gives a seller a tier.
type Plan struct {
	SellerID string `json:"seller_id"`
	Tier     string `json:"tier"`
}

// SetTier is what operators do when a seller changes its plan. Errors: invalid_plan.
func (s *Service) SetTier(ctx context.Context, p Plan) (Plan, error) {
	if !ids.Valid(ids.Seller, p.SellerID) || TierNamed(p.Tier).Name != p.Tier {
		return p, fault.New(fault.Invalid, "invalid_plan", "there is no such seller id, or no such tier")
	}
	return p, s.Store.SetTier(ctx, p.SellerID, p.Tier)
}
