package searchencoder

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/trace"
	"rialto/functions/search"
)

// maxAnswer is more than MaxEncoded vectors take.
const maxAnswer = 1 << 20

// again is when it is worth asking an encoder again that is away.
const again = 2 * time.Second

// Client implements search.Encoder.
type Client struct {
	// URL is where texts are sent: of SageMaker, https://runtime.sagemaker.<region>.amazonaws.com/endpoints/<name>/invocations.
	URL string
	// Sign is what requests are signed with; nil where they are not, on the local cloud.
	Sign *aws.Config
	Now  func() time.Time
	http *http.Client
}

// New returns the encoder at an address. It connects to nothing.
func New(url string, sign *aws.Config, now func() time.Time) *Client {
	return &Client{url, sign, now, trace.Client(&http.Client{Transport: http.DefaultTransport})}
}

// Encode makes vectors of texts. Errors: encoder_unavailable (Unavailable).
func (c *Client) Encode(ctx context.Context, texts ...string) ([]search.Vector, error) {
	body, err := json.Marshal(map[string]any{"texts": texts})
	if err != nil {
		return nil, fmt.Errorf("write texts: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, c.URL, bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("write request: %w", err)
	}
	request.Header.Set("Content-Type", "application/json")
	if err := c.sign(ctx, request, body); err != nil {
		return nil, err
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, away(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return nil, away(err)
	}
	if response.StatusCode != http.StatusOK {
		return nil, away(fmt.Errorf("the encoder answered %d: %.200s", response.StatusCode, answer))
	}
	return vectors(answer, len(texts))
}

// vectors reads an answer, and takes none that is not what was asked for.
func vectors(answer []byte, n int) ([]search.Vector, error) {
	var out struct {
		Vectors [][]float32 `json:"vectors"`
	}
	if err := json.Unmarshal(answer, &out); err != nil {
		return nil, away(fmt.Errorf("read the encoder's answer: %w", err))
	}
	if len(out.Vectors) != n {
		return nil, away(fmt.Errorf("the encoder answered %d of %d texts", len(out.Vectors), n))
	}
	list := make([]search.Vector, n)
	for i, v := range out.Vectors {
		if len(v) != search.Dimensions {
			return nil, away(fmt.Errorf("the encoder made %d dimensions", len(v)))
		}
		list[i] = search.NewVector(v)
	}
	return list, nil
}

func (c *Client) sign(ctx context.Context, r *http.Request, body []byte) error {
	if c.Sign == nil {
		return nil
	}
	keys, err := c.Sign.Credentials.Retrieve(ctx)
	if err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	sum := sha256.Sum256(body)
	if err := v4.NewSigner().SignHTTP(ctx, keys, r, hex.EncodeToString(sum[:]), "sagemaker", c.Sign.Region, c.Now()); err != nil {
		return fmt.Errorf("sign request: %w", err)
	}
	return nil
}

func away(cause error) error {
	return fault.New(fault.Unavailable, "encoder_unavailable", "the encoder cannot be reached just now").After(again).Because(cause)
}
