// Command scripted is a function that does what the script at SCRIPT says: it hands on its input and gets told.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambda/messages"
)

// act is what the script answers.
type act struct {
	Result  json.RawMessage `json:"result"`
	Error   string          `json:"error"`
	Message string          `json:"message"`
	Sleep   int             `json:"sleep_ms"`
	Exit    bool            `json:"exit"`
	Pad     int             `json:"pad"` // the result is a string of so many bytes
}

func main() { lambda.Start(handle) }

func handle(ctx context.Context, input json.RawMessage) (any, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, os.Getenv("SCRIPT"), bytes.NewReader(input))
	if err != nil {
		return nil, err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, err
	}
	defer func() { _ = res.Body.Close() }()
	var a act
	if err := json.NewDecoder(res.Body).Decode(&a); err != nil {
		return nil, fmt.Errorf("read the script: %w", err)
	}
	time.Sleep(time.Duration(a.Sleep) * time.Millisecond)
	switch {
	case a.Exit:
		os.Exit(1)
	case a.Error != "":
		return nil, messages.InvokeResponse_Error{Type: a.Error, Message: a.Message}
	case a.Pad > 0:
		return strings.Repeat("a", a.Pad), nil
	}
	return a.Result, nil
}
