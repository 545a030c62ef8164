package mailbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sns"

	"rialto/functions/contract"
)

// Serve answers at contract.LocalMailbox until the context ends.
func Serve(ctx context.Context) error {
	topic := sns.New(sns.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	box := &Mailbox{Now: time.Now, Publish: func(ctx context.Context, event []byte) error {
		_, err := topic.Publish(ctx, &sns.PublishInput{TopicArn: aws.String(contract.LocalMailTopic), Message: aws.String(string(event))})
		return err
	}}
	server := &http.Server{Addr: contract.LocalMailbox, Handler: box, ReadHeaderTimeout: 5 * time.Second}
	stopped := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stopped()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the mailbox: %w", err)
	}
	return nil
}

// Read returns the mails that the running mailbox has to an address, or all for "", the oldest first.
func Read(ctx context.Context, to string) ([]Message, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, contract.LocalMailboxURL+"/messages?to="+url.QueryEscape(to), nil)
	if err != nil {
		return nil, err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, fmt.Errorf("read the mailbox: %w", err)
	}
	defer response.Body.Close()
	var all []Message
	if err := json.NewDecoder(response.Body).Decode(&all); err != nil {
		return nil, fmt.Errorf("read the mailbox: %w", err)
	}
	return all, nil
}
