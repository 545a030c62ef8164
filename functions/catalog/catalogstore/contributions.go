package catalogstore

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/ids"
	"rialto/functions/internal/store"
)

// The table contributions holds what sellers say of products. Keys:
//
//	<product_id>, <seller_id>    a seller's contribution; in the index by_seller under the seller, by product
//	<product_id>, !change        how often any of them changed, so that two changes of one page follow each other
//	identity#<identity>, claim   which product a GTIN, a seller's sku, or a brand and model, names
const (
	contributions  = "contributions"
	bySeller       = "by_seller"
	changeKey      = "!change"
	identityPrefix = "identity#"
)

// said is a stored Contribution.
type said struct {
	ProductID   string            `dynamodbav:"product_id"`
	SellerID    string            `dynamodbav:"seller_id"`
	Title       string            `dynamodbav:"title"`
	Description string            `dynamodbav:"description"`
	Brand       string            `dynamodbav:"brand"`
	Model       string            `dynamodbav:"model"`
	GTIN        string            `dynamodbav:"gtin"`
	Bullets     []string          `dynamodbav:"bullets,omitempty"`
	CategoryID  string            `dynamodbav:"category_id"`
	Attributes  map[string]string `dynamodbav:"attributes,omitempty"`
	Images      []string          `dynamodbav:"images,omitempty"`
	Version     int64             `dynamodbav:"version"`
	ListedAt    time.Time         `dynamodbav:"listed_at"`
	UpdatedAt   time.Time         `dynamodbav:"updated_at"`
	SKU         string            `dynamodbav:"sku,omitempty"`
	Parent      bool              `dynamodbav:"parent,omitempty"`
	OptionNames []string          `dynamodbav:"option_names,omitempty"`
	ParentID    string            `dynamodbav:"parent_id,omitempty"`
	Options     map[string]string `dynamodbav:"options,omitempty"`
	Refuses     []string          `dynamodbav:"refuses,omitempty"`
}

type claim struct {
	Product string `dynamodbav:"product"`
}

type change struct {
	N int64 `dynamodbav:"n"`
}

func claimKey(identity string) store.Key {
	return store.Key{PK: identityPrefix + identity, SK: "claim"}
}

func contributionOf(i store.Item) (catalog.Contribution, error) {
	var x said
	if err := store.Unmarshal(i, &x); err != nil {
		return catalog.Contribution{}, fmt.Errorf("read contribution: %w", err)
	}
	return catalog.Contribution{ProductID: x.ProductID, SellerID: x.SellerID, Version: x.Version, ListedAt: x.ListedAt.UTC(),
		UpdatedAt: x.UpdatedAt.UTC(),
		Content: catalog.Content{Title: x.Title, Description: x.Description, Brand: x.Brand, Model: x.Model, GTIN: x.GTIN, Bullets: x.Bullets,
			CategoryID: x.CategoryID, Attributes: x.Attributes, Images: x.Images, SKU: x.SKU,
			Variation: catalog.Variation{Parent: x.Parent, OptionNames: x.OptionNames, ParentID: x.ParentID, Options: x.Options},
			Refuses:   x.Refuses}}, nil
}

func saidOf(c catalog.Contribution) said {
	return said{c.ProductID, c.SellerID, c.Title, c.Description, c.Brand, c.Model, c.GTIN, c.Bullets, c.CategoryID, c.Attributes, c.Images,
		c.Version, c.ListedAt, c.UpdatedAt, c.SKU, c.Parent, c.OptionNames, c.ParentID, c.Options, c.Refuses}
}

// Claimed returns which products identities name, by identity, each read consistently.
func (s *Store) Claimed(ctx context.Context, identities ...string) (map[string]string, error) {
	var gets []store.Get
	for _, name := range identities {
		gets = append(gets, store.Get{Table: contributions, Key: claimKey(name)})
	}
	items, err := s.DB.GetMany(ctx, gets...)
	if err != nil {
		return nil, fmt.Errorf("get identities: %w", err)
	}
	out := map[string]string{}
	for n, i := range items {
		if i == nil {
			continue
		}
		var c claim
		if err := store.Unmarshal(i, &c); err != nil {
			return nil, fmt.Errorf("read identity: %w", err)
		}
		out[identities[n]] = c.Product
	}
	return out, nil
}

// Said reads what all sellers say of a product, by seller, and the number of the last change before the reading.
func (s *Store) Said(ctx context.Context, product string) (list []catalog.Contribution, last int64, err error) {
	for i, err := range store.Items(ctx, s.DB, store.Query{Table: contributions, Hash: product}) { // !change sorts before sellers, so it is read first
		if err != nil {
			return nil, 0, fmt.Errorf("list contributions: %w", err)
		}
		if sk(i) == changeKey {
			var c change
			if err := store.Unmarshal(i, &c); err != nil {
				return nil, 0, fmt.Errorf("read change: %w", err)
			}
			last = c.N
			continue
		}
		c, err := contributionOf(i)
		if err != nil {
			return nil, 0, err
		}
		list = append(list, c)
	}
	return list, last, nil
}

func sk(i store.Item) string {
	s, _ := i["sk"].(*types.AttributeValueMemberS)
	if s == nil {
		return ""
	}
	return s.Value
}

// Contribution returns what a seller says of a product, or product_not_listed.
func (s *Store) Contribution(ctx context.Context, product, seller string) (catalog.Contribution, error) {
	i, err := s.DB.Get(ctx, contributions, store.Key{PK: product, SK: seller})
	if err != nil {
		return catalog.Contribution{}, fmt.Errorf("get contribution: %w", err)
	}
	if i == nil {
		return catalog.Contribution{}, catalog.ErrNotListed
	}
	return contributionOf(i)
}

// Contribute makes an edit in one transaction. It fails with product_changed if the page, what is said of it, or an
// identity is not as the edit was made from.
func (s *Store) Contribute(ctx context.Context, e catalog.Edit) error {
	c := e.Contribution
	writes := []store.Write{
		over(store.Put(contributions, store.Key{PK: c.ProductID, SK: changeKey}, change{e.Change + 1}).Named("change"), "n", e.Change),
	}
	if at := (store.Key{PK: c.ProductID, SK: c.SellerID}); e.Withdrawn {
		writes = append(writes, store.Delete(contributions, at).Named("contribution"))
	} else {
		writes = append(writes, store.Put(contributions, at, saidOf(c)).Named("contribution"))
	}
	for _, name := range e.Claims {
		writes = append(writes, store.Put(contributions, claimKey(name), claim{c.ProductID}).If(store.Absent()).Named("identity"))
	}
	if e.Page != nil {
		writes = append(writes, put(*e.Page, e.Before))
	}
	writes = append(writes, place(e.Leaves, e.Joins)...)
	err := s.DB.Transact(ctx, writes...)
	if r, refused := store.AsRefused(err); refused && !r.Transient() {
		return catalog.ErrChanged
	}
	return refusal("save contribution", err)
}

// OfSeller returns up to limit contributions of a seller after a product ("" for the first), and the product that
// the next page goes on after, "" on the last. The order is stable and means nothing. Which there are is what the
// index says, and may be a moment behind. It fails with invalid_cursor on an after that is no product.
func (s *Store) OfSeller(ctx context.Context, seller, after string, limit int) ([]catalog.Contribution, string, error) {
	q := store.Query{Table: contributions, Index: bySeller, HashAttr: "seller_id", Hash: seller, SortAttr: "product_id", Limit: limit}
	if after != "" {
		if !ids.Valid(ids.Product, after) {
			return nil, "", fault.ErrCursor
		}
		q.After = store.Item{"pk": text(after), "sk": text(seller), "seller_id": text(seller), "product_id": text(after)}
	}
	page, err := s.DB.Query(ctx, q)
	if err != nil {
		return nil, "", fmt.Errorf("list seller's products: %w", err)
	}
	var gets []store.Get
	for _, i := range page.Items {
		if pk, ok := i["pk"].(*types.AttributeValueMemberS); ok && strings.HasPrefix(pk.Value, ids.Product) {
			gets = append(gets, store.Get{Table: contributions, Key: store.Key{PK: pk.Value, SK: seller}})
		}
	}
	if len(gets) == 0 {
		return nil, "", nil
	}
	items, err := s.DB.GetMany(ctx, gets...)
	if err != nil {
		return nil, "", fmt.Errorf("get contributions: %w", err)
	}
	var out []catalog.Contribution
	for _, i := range items {
		if i != nil {
			c, err := contributionOf(i)
			if err != nil {
				return nil, "", err
			}
			out = append(out, c)
		}
	}
	if page.Next == nil {
		return out, "", nil
	}
	return out, gets[len(gets)-1].Key.PK, nil
}
