// Package lambdahttp serves an http.Handler behind an API Gateway REST API (v1, Lambda proxy).
//
// It is the only place where a caller's identity enters: from requestContext.authorizer, which API Gateway
// writes and no client can. Headers and bodies are passed on as what they are, a client's words.
package lambdahttp
