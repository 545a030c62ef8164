package customers

import (
	"context"
	"encoding/hex"
	"errors"
)

// ContactQuery asks where a customer is written to: about an order whose address is given as it was sealed, or at all.
type ContactQuery struct {
	CustomerID string `json:"customer_id"`
	SealedBy   string `json:"sealed_by"` // whose key seals the address: the guest's whose order it was
	AddressID  string `json:"address_id"`
	Sealed     []byte `json:"sealed"`
}

// Contact is where a customer is written to. Mark is a keyed hash of the mailbox, the same for whoever has it, by which others know
// it without keeping it. There is false where nothing can be opened any more; Email is empty where none was given.
type Contact struct {
	There bool   `json:"there"`
	Email string `json:"email,omitempty"`
	Mark  string `json:"mark,omitempty"`
}

// Contact returns the mailbox that an order's address names and, if it names none, that of its customer's profile.
func (s *Service) Contact(ctx context.Context, q ContactQuery) (Contact, error) {
	var c Contact
	if q.Sealed != nil {
		a, there, err := Opener{s.Store, s.Vault}.OpenAddress(ctx, q.SealedBy, q.AddressID, q.Sealed)
		if err != nil {
			return Contact{}, err
		}
		c.There, c.Email = there, a.Email
	}
	if c.Email == "" && (c.There || q.Sealed == nil) {
		h, key, err := s.held(ctx, q.CustomerID)
		if errors.Is(err, ErrUnknown) || errors.Is(err, errErased) {
			return c, nil
		}
		if err != nil {
			return Contact{}, err
		}
		me, err := openMe(key, h)
		if err != nil {
			return Contact{}, err
		}
		c.There, c.Email = true, me.Profile.Email
	}
	if c.Email == "" {
		return c, nil
	}
	mark, err := s.emailMark(ctx, c.Email, true)
	if err != nil {
		return Contact{}, err
	}
	c.Mark = hex.EncodeToString(mark)
	return c, nil
}
