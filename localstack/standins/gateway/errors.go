package gateway

import (
	"fmt"
	"net/http"
	"strings"
)

// apiError is an error as the API tells it.
type apiError struct {
	status int
	// unsaved marks an answer given before the endpoint began: it is not kept under the idempotency key.
	unsaved bool
	// retry is the Stripe-Should-Retry header, or empty.
	retry string

	Type          string `json:"type"`
	Code          string `json:"code,omitempty"`
	DeclineCode   string `json:"decline_code,omitempty"`
	Message       string `json:"message"`
	Param         string `json:"param,omitempty"`
	Charge        string `json:"charge,omitempty"`
	DocURL        string `json:"doc_url,omitempty"`
	PaymentIntent any    `json:"payment_intent,omitempty"`
	PaymentMethod any    `json:"payment_method,omitempty"`
}

const (
	typeAPI         = "api_error"
	typeCard        = "card_error"
	typeIdempotency = "idempotency_error"
	typeInvalid     = "invalid_request_error"

	codeState   = "payment_intent_unexpected_state"
	codeMissing = "resource_missing"
)

// invalid is a parameter that fails validation: the endpoint did not begin.
func invalid(param, code, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, unsaved: true, Type: typeInvalid, Code: code, Param: param,
		DocURL: docURL(code), Message: fmt.Sprintf(format, args...)}
}

// refused is a rule that the endpoint found broken once it had begun.
func refused(code, param, format string, args ...any) *apiError {
	return &apiError{status: http.StatusBadRequest, Type: typeInvalid, Code: code, Param: param,
		DocURL: docURL(code), Message: fmt.Sprintf(format, args...)}
}

// missing is an object that does not exist: 404 when the path names it, 400 when a parameter does.
func missing(status int, object, param, id string) *apiError {
	e := refused(codeMissing, param, "No such %s: '%s'", object, id)
	e.status = status
	return e
}

// unexpectedState refuses an operation for the state the intent is in.
func unexpectedState(rendered any, format string, args ...any) *apiError {
	e := refused(codeState, "", format, args...)
	e.PaymentIntent = rendered
	return e
}

func unrecognizedURL(method, path string) *apiError {
	e := invalid("", "", "Unrecognized request URL (%s: %s).", method, path)
	e.status = http.StatusNotFound
	return e
}

func unauthorized(format string, args ...any) *apiError {
	e := invalid("", "", format, args...)
	e.status = http.StatusUnauthorized
	return e
}

func serverError(status int, message string) *apiError {
	return &apiError{status: status, Type: typeAPI, Message: message}
}

func docURL(code string) string {
	if code == "" {
		return ""
	}
	return "https://stripe.com/docs/error-codes/" + strings.ReplaceAll(code, "_", "-")
}
