// Package files is what contexts say of files that others put and fetch at signed addresses (package bucket signs).
package files

import (
	"time"

	"rialto/functions/internal/fault"
)

// Address is a signed request that anybody may send, without a token, until it expires.
type Address struct {
	Method  string            `json:"method"`
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers" doc:"To be sent with it, exactly"`
	Expires time.Time         `json:"expires_at"`
}

// Announced is what an upload is to be. Its address takes nothing else.
type Announced struct {
	Bytes  int64
	SHA256 string // in hexadecimal, "" for any bytes
	Type   string // the media type, "" for any
}

// ErrChanged says that a file is not the one of the etag that was asked for: it was replaced.
var ErrChanged = fault.New(fault.Invalid, "file_changed", "the file was replaced while it was read; begin anew for the new one")

// ErrMissing says that there is no file of that name.
var ErrMissing = fault.New(fault.NotFound, "file_missing", "there is no such file")
