// Package recommendationsapi is the recommendations' part of the shopper API.
package recommendationsapi

import (
	"context"
	"net/http"
	"time"

	"rialto/functions/internal/api"
	"rialto/functions/internal/auth"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/money"
	"rialto/functions/recommendations"
)

// Recommender is the use case.
type Recommender interface {
	Recommend(ctx context.Context, r recommendations.Request) (recommendations.Answer, error)
}

// Routes lists the routes; r may be nil where only their description is wanted.
func Routes(r Recommender) []api.Route {
	h := handler{r}
	return []api.Route{
		api.Handle(api.Route{ID: "recommend", Method: http.MethodGet, Path: "/api/v1/recommendations",
			Summary: "A shelf of products that a visitor may like, by what their session looked at, each with why it is there",
			Context: "recommendations", Access: api.Public, Errors: []fault.Kind{fault.NotFound}}, h.visitor),
		api.Handle(api.Route{ID: "recommendToMe", Method: http.MethodGet, Path: "/api/v1/me/recommendations",
			Summary: "The same for a customer, by what they bought too, as far as they agreed to a profile",
			Context: "recommendations", Access: api.Customer, Errors: []fault.Kind{fault.NotFound}}, h.customer),
	}
}

type handler struct{ recommender Recommender }

type input struct {
	api.Marketplace
	Session   string `header:"X-Session-Id" pattern:"^[A-Za-z0-9_-]{16,64}$" patternDescription:"16 to 64 letters, digits, hyphens and underscores" doc:"The session_id of the visit's events: what it looked at counts, if its events may serve that"`
	Placement string `query:"placement" required:"true" enum:"home,product,cart,order,search_empty" doc:"Where the shelf stands"`
	ProductID string `query:"product_id" pattern:"^prd_[a-z2-7]{26}$" patternDescription:"a product's id" doc:"What the page is about; required on a product's page"`
	Shelf     string `query:"shelf" enum:"new_for_you,buy_again,also_bought,also_viewed,together,trending,recently_viewed" default:"new_for_you" doc:"What it holds: also_bought, also_viewed and together go with a product; buy_again is a customer's own"`
	Category  string `query:"category" pattern:"^[a-z0-9-]{1,64}$" patternDescription:"a category id" doc:"Of trending; else the product's, or of what the session looked at last"`
}

func (in *input) request(customer string) recommendations.Request {
	return recommendations.Request{CustomerID: customer, Session: in.Session, Marketplace: in.Market,
		Placement: recommendations.Placement(in.Placement), Shelf: recommendations.Shelf(in.Shelf), ProductID: in.ProductID, Category: in.Category}
}

type output struct {
	CacheControl string `header:"Cache-Control" doc:"No cache may hold it: the next click changes it"`
	Body         Shelf
}

// Shelf is what is recommended.
type Shelf struct {
	RecommendationID string       `json:"recommendation_id" doc:"Names this answer: events that follow from it say so (POST /api/v1/events), clicks with their position"`
	ModelVersion     string       `json:"model_version,omitempty" doc:"Of the model that recommends; absent where there is none yet"`
	Shelf            string       `json:"shelf"`
	Items            []Item       `json:"items" doc:"The best first; at most 20"`
	Degraded         []string     `json:"degraded,omitempty" enum:"cache,catalog,index,model,profile,ranker" doc:"What was away, so that this is less good than it could be"`
	Experiments      []Experiment `json:"experiments,omitempty" doc:"That this answer takes part in; tell of each that is shown (POST /api/v1/events, experience_impression)"`
}

// Experiment is one that an answer takes part in.
type Experiment struct {
	ExperimentID string `json:"experiment_id"`
	Variant      string `json:"variant" doc:"The event's object_id is the experiment's id, a colon and this; its object_id_field is experiment_id"`
	ExposureID   string `json:"exposure_id" doc:"The event's event_id: told twice in a session, it counts once"`
}

// Item is a product on a shelf.
type Item struct {
	ProductID  string `json:"product_id"`
	Title      string `json:"title"`
	Brand      string `json:"brand"`
	CategoryID string `json:"category_id"`
	Image      string `json:"image,omitempty"`
	BuyBox     BuyBox `json:"buy_box"`
	ParentID   string `json:"parent_id,omitempty" doc:"Of a variant: the product that it is one of the variants of"`
	Reason     Reason `json:"reason"`
}

// BuyBox is the offer that is shown first.
type BuyBox struct {
	OfferID string       `json:"offer_id"`
	Price   money.Amount `json:"price"`
	Landed  money.Amount `json:"landed" doc:"With shipping"`
	Seller  Seller       `json:"seller"`
	InStock bool         `json:"in_stock"`
}

// Seller is who offers it.
type Seller struct {
	SellerID string `json:"seller_id"`
	Name     string `json:"name"`
}

// Reason is why it is there.
type Reason struct {
	Code       string `json:"code" enum:"bought_together,also_bought,also_viewed,looked_at,for_you,buy_again,trending,popular,best_rated,recently_viewed"`
	Text       string `json:"text" doc:"In English"`
	ProductID  string `json:"product_id,omitempty" doc:"What it goes with"`
	CategoryID string `json:"category,omitempty" doc:"In which it is trending"`
	Day        string `json:"day,omitempty" format:"date" doc:"When it was bought"`
}

func (h handler) visitor(ctx context.Context, in *input) (*output, error) {
	return h.recommend(ctx, in.request(""))
}

func (h handler) customer(ctx context.Context, in *input) (*output, error) {
	who, _ := auth.From(ctx)
	return h.recommend(ctx, in.request(who.Subject))
}

func (h handler) recommend(ctx context.Context, r recommendations.Request) (*output, error) {
	a, err := h.recommender.Recommend(ctx, r)
	if err != nil {
		return nil, err
	}
	out := &output{CacheControl: "no-store", Body: Shelf{RecommendationID: a.ID, ModelVersion: a.Version, Shelf: string(a.Shelf),
		Items: make([]Item, 0, len(a.Items)), Degraded: a.Degraded}}
	for _, e := range a.Experiments {
		out.Body.Experiments = append(out.Body.Experiments, Experiment(e))
	}
	for _, i := range a.Items {
		out.Body.Items = append(out.Body.Items, item(i))
	}
	return out, nil
}

func item(i recommendations.Item) Item {
	b := i.BuyBox
	out := Item{ProductID: i.ID, Title: i.Title, Brand: i.Brand, CategoryID: i.CategoryID, ParentID: i.ParentID,
		BuyBox: BuyBox{OfferID: b.OfferID, Price: b.Price, Landed: b.Landed, Seller: Seller{b.SellerID, b.SellerName}, InStock: b.InStock},
		Reason: Reason{Code: string(i.Reason.Code), Text: i.Why, ProductID: i.Reason.ProductID, CategoryID: i.Reason.Category}}
	if len(i.Images) > 0 {
		out.Image = i.Images[0]
	}
	if !i.Reason.Day.IsZero() {
		out.Reason.Day = i.Reason.Day.Format(time.DateOnly)
	}
	return out
}
