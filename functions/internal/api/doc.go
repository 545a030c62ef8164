// Package api turns a context's route table into an HTTP handler and into an OpenAPI document, so that the two
// cannot differ.
//
// A context declares inputs and outputs as structs with path, query and header tags and a Body, and lists its
// routes as values. A nil service must give the same table: the document is generated from it. So the
// handlers are methods of a struct that holds the service, never method values of the interface itself.
//
//	type handlers struct{ service Service }
//
//	func Routes(s Service) []api.Route {
//		h := handlers{s}
//		return []api.Route{
//			api.Handle(api.Route{ID: "getOrder", Method: "GET", Path: "/api/v1/orders/{order_id}",
//				Summary: "An order", Context: "orders", Access: api.Guest,
//				Errors: []fault.Kind{fault.NotFound}}, h.get),
//		}
//	}
//
// What the package promises for every route:
//   - access is decided from the identity in the context before anything of the request is read;
//   - every flaw of a request is listed, each with a pointer, and no value of the caller is repeated;
//   - nothing that is given is null or empty: no empty text reaches a service, and so none a key;
//   - every failure is one application/problem+json answer (RFC 9457) with a stable code and a trace_id;
//   - what is our fault is logged once, here, and not shown.
package api
