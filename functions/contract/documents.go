package contract

import "rialto/functions/internal/api"

// version is the version of the documents: the API's, which its paths repeat.
const version = "1"

// Where each deployed API serves its whole OpenAPI document, to anybody. The gateway answers by itself.
const (
	ShopperDocumentPath = "/api/v1/openapi.json"
	SellerDocumentPath  = "/seller/v1/openapi.json"
	OpsDocumentPath     = "/ops/v1/openapi.json"
)

// RouteInfo is a route without its handler.
type RouteInfo struct {
	ID      string
	Method  string
	Path    string
	Context string // whose api function serves it
	Access  string // public, guest, customer, seller or operator
}

// ShopperRoutes lists the routes of the shopper API (/api/v1).
func ShopperRoutes() []RouteInfo { return infos(shopper()) }

// SellerRoutes lists the routes of the seller API (/seller/v1).
func SellerRoutes() []RouteInfo { return infos(seller()) }

// OpsRoutes lists the routes of the operators' API (/ops/v1).
func OpsRoutes() []RouteInfo { return infos(operator()) }

func infos(routes []api.Route) []RouteInfo {
	list := make([]RouteInfo, 0, len(routes))
	for _, r := range routes {
		list = append(list, RouteInfo{ID: r.ID, Method: r.Method, Path: r.Path, Context: r.Context, Access: string(r.Access)})
	}
	return list
}

// ShopperDocument is the OpenAPI document that the shopper API is deployed from.
func ShopperDocument() (map[string]any, error) { return deployed(ShopperReference()) }

// SellerDocument is the OpenAPI document that the seller API is deployed from.
func SellerDocument() (map[string]any, error) { return deployed(SellerReference()) }

// OpsDocument is the OpenAPI document that the operators' API is deployed from.
func OpsDocument() (map[string]any, error) { return deployed(OpsReference()) }

// ShopperReference is the whole OpenAPI document of the shopper API, for people and clients. What is deployed is
// a copy of it that leaves to the handlers what the gateway could only refuse without a reason.
func ShopperReference() (map[string]any, error) {
	return api.Document("Rialto shopper API", version, shopper())
}

// SellerReference is the whole OpenAPI document of the seller API.
func SellerReference() (map[string]any, error) {
	return api.Document("Rialto seller API", version, seller())
}

// OpsReference is the whole OpenAPI document of the operators' API.
func OpsReference() (map[string]any, error) {
	return api.Document("Rialto operators' API", version, operator())
}

func deployed(reference map[string]any, err error) (map[string]any, error) {
	if err != nil {
		return nil, err
	}
	return api.Gateway(reference), nil
}
