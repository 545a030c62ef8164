package deploy

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"rialto/functions/contract"
)

// Cloud is a running local cloud.
type Cloud struct {
	URL      string // of its AWS API, by a name that *.<name> also resolves for: http://localhost:4566
	S3       string // of its S3 API: http://s3.localhost:4566, since the CLI puts bucket names before the host
	Region   string
	Assets   string // bucket that assets are uploaded to
	Loopback string // a Node.js module that resolves *.localhost, for systems that do not
}

// LocalAssets is the bucket that the local stage's assets are uploaded to.
const LocalAssets = "rialto-local-assets"

// Local is Rialto's own local cloud.
func Local(loopback string) *Cloud {
	return &Cloud{
		URL: contract.LocalAWSURL, S3: strings.Replace(contract.LocalAWSURL, "://", "://s3.", 1),
		Region: contract.LocalRegion, Assets: LocalAssets, Loopback: loopback,
	}
}

func (c *Cloud) environment() []string {
	return []string{
		"AWS_ENDPOINT_URL=" + c.URL, "AWS_ENDPOINT_URL_S3=" + c.S3,
		"AWS_REGION=" + c.Region, "AWS_DEFAULT_REGION=" + c.Region,
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_CONFIG_FILE=" + os.DevNull, "AWS_SHARED_CREDENTIALS_FILE=" + os.DevNull,
		"NODE_OPTIONS=--require " + c.Loopback,
	}
}

var client = &http.Client{Timeout: 20 * time.Second}

// session names this run of the cloud: it is another one after a restart.
func (c *Cloud) session(ctx context.Context) (string, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.URL+"/_localstack/info", nil)
	if err != nil {
		return "", err
	}
	response, err := client.Do(request)
	if err != nil {
		return "", fmt.Errorf("%w (%v)", errNoCloud, err)
	}
	defer response.Body.Close()
	var info struct {
		Session string `json:"session_id"`
	}
	if err := json.NewDecoder(response.Body).Decode(&info); err != nil || info.Session == "" {
		return "", fmt.Errorf("the local cloud does not say which run of it this is (%s)", response.Status)
	}
	return info.Session, nil
}

// makeAssetsBucket is all the bootstrapping there is: CDK's bootstrap stack would cost a quarter of the time of a
// deployment, for roles that the local cloud does not look at.
func (c *Cloud) makeAssetsBucket(ctx context.Context) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPut, c.URL+"/"+c.Assets, nil)
	if err != nil {
		return err
	}
	// nobody checks the signature; the scope tells which service the request is for
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/"+c.Region+"/s3/aws4_request, SignedHeaders=host, Signature=none")
	response, err := client.Do(request)
	if err != nil {
		return fmt.Errorf("%w (%v)", errNoCloud, err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK && response.StatusCode != http.StatusConflict {
		said, _ := io.ReadAll(io.LimitReader(response.Body, 500))
		return fmt.Errorf("make the bucket of assets: %s: %s", response.Status, said)
	}
	return nil
}
