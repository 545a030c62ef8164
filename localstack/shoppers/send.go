package shoppers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/kinesis"
	"golang.org/x/sync/errgroup"

	"rialto/functions/contract"
	"rialto/localstack/demo/shop"
)

// Stream is the local stage's stream of clicks.
const Stream = "rialto-local-clickstream"

// atOnce is how many requests are on their way together; the local cloud is one process.
const atOnce = 8

// Send sends requests to the local cloud, each until it is taken.
func Send(ctx context.Context, list []Request) error {
	stream := kinesis.New(kinesis.Options{Region: contract.LocalRegion, BaseEndpoint: aws.String(contract.LocalAWSURL),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")})
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(atOnce)
	for _, r := range list {
		g.Go(func() error {
			if r.Server {
				// As clickstream.Record frames what a function of ours tells.
				_, err := stream.PutRecord(ctx, &kinesis.PutRecordInput{StreamName: aws.String(Stream), PartitionKey: &r.Key,
					Data: append([]byte("server "+r.Key+"  "), r.Body...)})
				return err
			}
			return post(ctx, r)
		})
	}
	return g.Wait()
}

// post sends a batch as a page does: again while it is told to come again.
func post(ctx context.Context, r Request) error {
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, shop.ShopperURL+"/api/v1/events", bytes.NewReader(r.Body))
		if err != nil {
			return err
		}
		req.Header.Set("Content-Type", "text/plain;charset=UTF-8") // as navigator.sendBeacon does
		req.Header.Set("User-Agent", r.Agent)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return fmt.Errorf("send events: %w", err)
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		switch {
		case err != nil:
			return fmt.Errorf("read answer: %w", err)
		case res.StatusCode == http.StatusAccepted:
			return nil
		case res.StatusCode == http.StatusTooManyRequests || res.StatusCode >= 500:
			if err := shop.Pause(ctx, time.Second); err != nil {
				return err
			}
		default:
			return fmt.Errorf("events are answered with %d %s", res.StatusCode, text)
		}
	}
}
