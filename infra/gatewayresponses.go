package infra

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// gatewayProblem is what the gateway answers by itself instead of calling a function.
type gatewayProblem struct {
	status int
	code   string
	detail string
	retry  int // seconds after which it is worth trying again, 0 for never
}

// gatewayProblems holds every type of response that API Gateway knows, with the codes that the handlers use for the
// same failures. The two defaults catch what it may add.
var gatewayProblems = map[string]gatewayProblem{
	"BAD_REQUEST_BODY":       {http.StatusBadRequest, "malformed_body", "the body must be a JSON object", 0},
	"BAD_REQUEST_PARAMETERS": {http.StatusBadRequest, "missing_parameter", "a required parameter or header is missing", 0},
	"UNAUTHORIZED":           {http.StatusUnauthorized, "unauthorized", "this operation needs a valid token", 0},
	"EXPIRED_TOKEN":          {http.StatusUnauthorized, "unauthorized", "this operation needs a valid token", 0},
	"ACCESS_DENIED":          {http.StatusForbidden, "forbidden", "this token does not open this operation", 0},
	"INVALID_API_KEY":        {http.StatusForbidden, "forbidden", "this key does not open this operation", 0},
	"INVALID_SIGNATURE":      {http.StatusForbidden, "forbidden", "this signature does not open this operation", 0},
	"WAF_FILTERED":           {http.StatusForbidden, "forbidden", "the request was refused", 0},
	// a path or method that is not in the document
	"MISSING_AUTHENTICATION_TOKEN":   {http.StatusNotFound, "unknown_path", "there is nothing at this path", 0},
	"RESOURCE_NOT_FOUND":             {http.StatusNotFound, "unknown_path", "there is nothing at this path", 0},
	"REQUEST_TOO_LARGE":              {http.StatusRequestEntityTooLarge, "body_too_large", "the request is larger than is accepted", 0},
	"UNSUPPORTED_MEDIA_TYPE":         {http.StatusUnsupportedMediaType, "unsupported_media_type", "the body must be application/json", 0},
	"THROTTLED":                      {http.StatusTooManyRequests, "throttled", "too many requests at once", 1},
	"QUOTA_EXCEEDED":                 {http.StatusTooManyRequests, "quota_exceeded", "the quota of this key is used up", 3600},
	"AUTHORIZER_FAILURE":             {http.StatusInternalServerError, "internal", "something failed on our side", 0},
	"AUTHORIZER_CONFIGURATION_ERROR": {http.StatusInternalServerError, "internal", "something failed on our side", 0},
	"API_CONFIGURATION_ERROR":        {http.StatusInternalServerError, "internal", "something failed on our side", 0},
	"INTEGRATION_FAILURE":            {http.StatusBadGateway, "unavailable", "something failed on our side", 1},
	"INTEGRATION_TIMEOUT":            {http.StatusGatewayTimeout, "timeout", "the answer took too long; it may still take effect", 1},
	"DEFAULT_4XX":                    {http.StatusBadRequest, "bad_request", "the request was refused", 0},
	"DEFAULT_5XX":                    {http.StatusInternalServerError, "internal", "something failed on our side", 0},
}

// gatewayResponses turns the problems into API Gateway's extension. Templates repeat nothing of the request; the
// only variable is the request's own id, by which it is found in the logs.
func gatewayResponses(stage Stage) map[string]any {
	trace := traceOf(stage)
	out := map[string]any{}
	for kind, p := range gatewayProblems {
		headers := map[string]any{
			"gatewayresponse.header.Content-Type":  "'application/problem+json'",
			"gatewayresponse.header.Cache-Control": "'no-store'",
			// These hold nothing of anybody's, and the gateway cannot choose among origins here: any page may read them.
			"gatewayresponse.header.Access-Control-Allow-Origin":   "'*'",
			"gatewayresponse.header.Access-Control-Expose-Headers": "'Retry-After'",
			"gatewayresponse.header.Strict-Transport-Security":     "'max-age=63072000; includeSubDomains'",
			"gatewayresponse.header.X-Content-Type-Options":        "'nosniff'",
			"gatewayresponse.header.Referrer-Policy":               "'no-referrer'",
		}
		if p.retry > 0 {
			headers["gatewayresponse.header.Retry-After"] = "'" + strconv.Itoa(p.retry) + "'"
		}
		if p.status == http.StatusUnauthorized {
			headers["gatewayresponse.header.WWW-Authenticate"] = "'Bearer'"
		}
		out[kind] = map[string]any{
			"statusCode":         strconv.Itoa(p.status), // text, as the extension is defined
			"responseParameters": headers,
			"responseTemplates":  map[string]any{"application/json": p.template(trace)},
		}
	}
	return out
}

// traceOf is what an answer of the gateway's own is found by in the logs.
func traceOf(stage Stage) string {
	if stage.Local {
		return "$context.requestId" // nothing is traced there
	}
	return "$context.xrayTraceId"
}

func (p gatewayProblem) template(trace string) string {
	body, _ := json.Marshal(struct { // strings and a number always marshal
		Type    string `json:"type"`
		Title   string `json:"title"`
		Status  int    `json:"status"`
		Detail  string `json:"detail"`
		Code    string `json:"code"`
		TraceID string `json:"trace_id"`
	}{"about:blank", http.StatusText(p.status), p.status, p.detail, p.code, trace})
	return string(body)
}
