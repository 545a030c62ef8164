package cloud

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"rialto/functions/contract"
)

// httpProbe holds when the path answers with a 2xx status.
func httpProbe(addr, path string) func(context.Context) error {
	return func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+addr+path, nil)
		if err != nil {
			return err
		}
		return expect2xx(req)
	}
}

func dynamoDBProbe(ctx context.Context) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, contract.LocalDynamoDBURL, bytes.NewBufferString("{}"))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/x-amz-json-1.0")
	req.Header.Set("X-Amz-Target", "DynamoDB_20120810.ListTables")
	// DynamoDB Local reads the key and the region, and checks no signature.
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+contract.LocalAccount+"/20000101/"+contract.LocalRegion+
		"/dynamodb/aws4_request, SignedHeaders=host, Signature=0")
	return expect2xx(req)
}

func expect2xx(req *http.Request) error {
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<20))
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("%s answers %s", req.URL, resp.Status)
	}
	return nil
}

// valkeyProbe speaks just enough of the protocol to see a PONG.
func valkeyProbe(ctx context.Context) error {
	return dialog(ctx, contract.LocalCache, []byte("PING\r\n"), "+PONG")
}

// postgresProbe asks for encryption: the one-byte answer comes only from a
// server that takes connections. It must also have its database, which
// preparePostgres has made before the server starts.
func postgresProbe(ctx context.Context) error {
	return dialog(ctx, contract.LocalSQL, []byte{0, 0, 0, 8, 4, 210, 22, 47}, "N")
}

// dialog sends one message and expects the answer to begin with want.
func dialog(ctx context.Context, addr string, message []byte, want string) error {
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	defer conn.Close()
	deadline, ok := ctx.Deadline()
	if !ok {
		deadline = time.Now().Add(2 * time.Second)
	}
	if err := conn.SetDeadline(deadline); err != nil {
		return err
	}
	if _, err := conn.Write(message); err != nil {
		return err
	}
	answer := make([]byte, len(want))
	if _, err := io.ReadFull(conn, answer); err != nil {
		return err
	}
	if string(answer) != want {
		return fmt.Errorf("%s answers %q", addr, answer)
	}
	return nil
}
