package operatorsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/customers"
	"rialto/functions/internal/api"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/sellers"
)

// Customers opens what is held of people.
type Customers interface {
	Me(ctx context.Context, customerID string) (customers.Me, error)
	FindByEmail(ctx context.Context, email string) ([]string, error)
}

// Sellers is what operators see and say of sellers.
type Sellers interface {
	Profile(ctx context.Context, sellerID string) (sellers.Profile, error)
	SetTier(ctx context.Context, p sellers.Plan) (sellers.Plan, error)
	Block(ctx context.Context, sellerID string, blocked bool) (sellers.Profile, error)
}

// Ledger tells what sellers are owed.
type Ledger interface {
	Owed(ctx context.Context, seller string) ([]money.Amount, error)
}

func customerRoutes(s Services) []api.Route {
	h := customerHandlers{s.Customers}
	return []api.Route{
		handle(s.Audit, api.Route{ID: "findCustomer", Method: http.MethodPost, Path: "/ops/v1/customers/lookup",
			Summary: "The ids of the customers with an e-mail address"}, h.find),
		handle(s.Audit, api.Route{ID: "openCustomer", Method: http.MethodGet, Path: "/ops/v1/customers/{customer_id}",
			Summary: "What a customer is called and how they are reached; each look is written down with its reason"}, h.open),
	}
}

type customerHandlers struct{ customers Customers }

type findCustomerInput struct {
	Body struct {
		Email  string `json:"email" minLength:"3" maxLength:"254" doc:"It is not written to the audit log"`
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *findCustomerInput) about() (subject, reason string) { return "", in.Body.Reason }

type findCustomerOutput struct {
	Body struct {
		CustomerIDs []string `json:"customer_ids" doc:"Several may say that an address is theirs"`
	}
}

func (h customerHandlers) find(ctx context.Context, in *findCustomerInput) (*findCustomerOutput, error) {
	list, err := h.customers.FindByEmail(ctx, in.Body.Email)
	if err != nil {
		return nil, err
	}
	out := &findCustomerOutput{}
	out.Body.CustomerIDs = append([]string{}, list...)
	return out, nil
}

type openCustomerInput struct {
	CustomerID string `path:"customer_id" maxLength:"64"`
	Reason     string `query:"reason" required:"true" maxLength:"500" doc:"Why, for the audit log"`
}

func (in *openCustomerInput) about() (subject, reason string) { return in.CustomerID, in.Reason }

type openCustomerOutput struct {
	Body struct {
		CustomerID string     `json:"customer_id"`
		Name       string     `json:"name" doc:"Empty where nothing is held, of a guest too, and after an erasure"`
		Email      string     `json:"email" doc:"Likewise"`
		CreatedAt  *time.Time `json:"created_at,omitempty"`
	}
}

func (h customerHandlers) open(ctx context.Context, in *openCustomerInput) (*openCustomerOutput, error) {
	me, err := h.customers.Me(ctx, in.CustomerID)
	if err != nil {
		return nil, err
	}
	out := &openCustomerOutput{}
	out.Body.CustomerID, out.Body.Name, out.Body.Email = in.CustomerID, me.Profile.Name, me.Profile.Email
	if !me.CreatedAt.IsZero() {
		out.Body.CreatedAt = &me.CreatedAt
	}
	return out, nil
}

func sellerRoutes(s Services) []api.Route {
	h := sellerHandlers{s.Sellers, s.Ledger}
	const one = "/ops/v1/sellers/{seller_id}"
	return []api.Route{
		handle(s.Audit, api.Route{ID: "findSeller", Method: http.MethodGet, Path: one, Summary: "A seller, and what it is owed",
			Errors: []fault.Kind{fault.NotFound}}, h.get),
		handle(s.Audit, api.Route{ID: "blockSeller", Method: http.MethodPost, Path: one + "/block",
			Summary: "Block a seller: nothing of it can be bought, and its payouts wait; what was ordered goes its way"}, h.block(true)),
		handle(s.Audit, api.Route{ID: "unblockSeller", Method: http.MethodPost, Path: one + "/unblock",
			Summary: "Let a blocked seller go on"}, h.block(false)),
		handle(s.Audit, api.Route{ID: "setSellerTier", Method: http.MethodPut, Path: one + "/tier", Summary: "Give a seller another plan"}, h.tier),
	}
}

type sellerHandlers struct {
	sellers Sellers
	ledger  Ledger
}

type sellerInput struct {
	Why
	SellerID string `path:"seller_id" maxLength:"64"`
}

func (in *sellerInput) about() (subject, reason string) { return in.SellerID, in.Reason }

type sellerOutput struct{ Body seller }

type seller struct {
	SellerID  string         `json:"seller_id"`
	Name      string         `json:"display_name"`
	Country   string         `json:"country"`
	Tier      string         `json:"tier"`
	Blocked   bool           `json:"blocked"`
	Owed      []money.Amount `json:"owed" doc:"What no payout covers yet, by currency"`
	CreatedAt time.Time      `json:"created_at"`
	UpdatedAt time.Time      `json:"updated_at"`
}

func (h sellerHandlers) get(ctx context.Context, in *sellerInput) (*sellerOutput, error) {
	p, err := h.sellers.Profile(ctx, in.SellerID)
	if err != nil {
		return nil, err
	}
	owed, err := h.ledger.Owed(ctx, in.SellerID)
	if err != nil {
		return nil, err
	}
	return &sellerOutput{seller{p.SellerID, p.Name, p.Country, sellers.TierNamed(p.Tier).Name, p.Blocked, append([]money.Amount{}, owed...),
		p.CreatedAt, p.UpdatedAt}}, nil
}

type blockInput struct {
	SellerID string `path:"seller_id" maxLength:"64"`
	Body     struct {
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *blockInput) about() (subject, reason string) { return in.SellerID, in.Body.Reason }

type blockOutput struct {
	Body struct {
		SellerID string `json:"seller_id"`
		Blocked  bool   `json:"blocked"`
	}
}

// block is the handler that blocks sellers, or lets them go on.
func (h sellerHandlers) block(blocked bool) func(context.Context, *blockInput) (*blockOutput, error) {
	return func(ctx context.Context, in *blockInput) (*blockOutput, error) {
		p, err := h.sellers.Block(ctx, in.SellerID, blocked)
		if err != nil {
			return nil, err
		}
		out := &blockOutput{}
		out.Body.SellerID, out.Body.Blocked = in.SellerID, p.Blocked
		return out, nil
	}
}

type tierInput struct {
	SellerID string `path:"seller_id" maxLength:"64"`
	Body     struct {
		Tier   string `json:"tier" maxLength:"64"`
		Reason string `json:"reason" maxLength:"500" doc:"Why, for the audit log"`
	}
}

func (in *tierInput) about() (subject, reason string) { return in.SellerID, in.Body.Reason }

type tierOutput struct {
	Body struct {
		SellerID string `json:"seller_id"`
		Tier     string `json:"tier"`
	}
}

func (h sellerHandlers) tier(ctx context.Context, in *tierInput) (*tierOutput, error) {
	p, err := h.sellers.SetTier(ctx, sellers.Plan{SellerID: in.SellerID, Tier: in.Body.Tier})
	if err != nil {
		return nil, err
	}
	out := &tierOutput{}
	out.Body.SellerID, out.Body.Tier = p.SellerID, p.Tier
	return out, nil
}
