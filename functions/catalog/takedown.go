package catalog

import (
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"rialto/functions/internal/cas"
	"rialto/functions/internal/display"
	"rialto/functions/internal/fault"
)

// MaxReason is the most characters of why something is taken down.
const MaxReason = 500

var (
	// ErrReason refuses to take something down without saying why, or with a reason that nobody could read.
	ErrReason = fault.New(fault.Invalid, "invalid_reason", "taking something down needs a reason of 1 to %d readable characters", MaxReason).
			With(fault.Field{Pointer: "/reason", Code: "bad_format", Message: "must have 1 to 500 readable characters"})
	// ErrWithheld refuses an offer of a product whose page an operator took down.
	ErrWithheld = fault.New(fault.Conflict, "product_withheld", "an operator took this product's page down")
)

// TakedownService is what an operator does against pages, and against single images of them.
type TakedownService struct {
	Products Products
	Images   *ImageService // nil where no image is taken down or restored
	Now      func() time.Time
}

// Takedown is an operator's word against a page, or an image of it by its address; Restore takes it back.
type Takedown struct {
	ProductID string `json:"product_id"`
	Image     string `json:"image,omitempty"`
	Reason    string `json:"reason,omitempty"`
	Restore   bool   `json:"restore,omitempty"`
}

// Handle does what an operator says. Errors: product_not_found, image_not_found, image_gone, too_many_images, invalid_reason,
// invalid_takedown, product_changed.
func (s *TakedownService) Handle(ctx context.Context, t Takedown) (Takedown, error) {
	switch {
	case t.Restore && t.Reason != "":
		return t, fault.New(fault.Invalid, "invalid_takedown", "what was taken down is restored without a reason")
	case t.Restore && t.Image != "":
		return t, s.Images.Restore(ctx, t.ProductID, t.Image)
	case t.Restore:
		return t, s.Restore(ctx, t.ProductID)
	case t.Image != "":
		return t, s.Images.TakeDown(ctx, t.ProductID, t.Image, t.Reason)
	}
	return t, s.TakeDown(ctx, t.ProductID, t.Reason)
}

// TakeDown withholds a page: nobody sees, finds, offers or buys the product any more. What sellers say of it, and offer of it, is
// kept, and they can read why. A second time changes the reason. Errors: product_not_found, invalid_reason, product_changed.
func (s *TakedownService) TakeDown(ctx context.Context, product, reason string) error {
	reason, err := reasonOf(reason)
	if err != nil {
		return err
	}
	return s.withhold(ctx, product, reason)
}

func reasonOf(s string) (string, error) {
	if s = strings.TrimSpace(s); display.Blank(s) || utf8.RuneCountInString(s) > MaxReason {
		return "", ErrReason
	}
	return s, nil
}

// Restore shows a page again, as it then is. One that is shown is a success. Errors: product_not_found, product_changed.
func (s *TakedownService) Restore(ctx context.Context, product string) error {
	return s.withhold(ctx, product, "")
}

func (s *TakedownService) withhold(ctx context.Context, product, reason string) error {
	read := func() (Product, error) { return s.Products.Get(ctx, product) }
	now, err := read()
	if err != nil {
		return err
	}
	_, err = cas.Update(now, ErrChanged, func(p Product) (bool, error) {
		if p.Withheld == reason {
			return false, nil
		}
		before := p.Version
		p.Withheld, p.Version, p.UpdatedAt = reason, before+1, s.Now().UTC()
		return true, s.Products.Save(ctx, p, before)
	}, read)
	return err
}

// Offerable returns why no offer of a product is taken, nil if one is.
func (p Product) Offerable() error {
	switch {
	case p.Withheld != "":
		return ErrWithheld
	case p.Parent:
		return ErrHasVariants
	}
	return nil
}
