// Package docs serves the two OpenAPI documents as pages that a person can read and try, with Swagger UI as it is
// installed from localstack/cloud/packages/node. Pages load nothing from elsewhere, and listen on loopback only.
//
// "Try it out" calls the local cloud through this server, under the page's own origin, since the APIs allow no other
// page's scripts (no CORS). The documents are those of functions/contract, with this server as their only one.
package docs
