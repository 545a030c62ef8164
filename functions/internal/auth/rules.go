package auth

import "errors"

var (
	errNoSubject = errors.New("no subject")
	errRole      = errors.New("unknown role")
	errSeller    = errors.New("a seller_id belongs to sellers, and to each of them")
	errOrder     = errors.New("an order_id belongs to guests")
)

// check keeps the rules of an identity: it has a subject and a known role, and names a seller if and only if
// its role is seller, and one order only if it is guest.
func (i Identity) check() error {
	if i.Subject == "" {
		return errNoSubject
	}
	if i.OrderID != "" && i.Role != Guest {
		return errOrder
	}
	switch i.Role {
	case Guest, Customer, Operator:
		if i.SellerID != "" {
			return errSeller
		}
	case Seller:
		if i.SellerID == "" {
			return errSeller
		}
	default:
		return errRole
	}
	return nil
}
