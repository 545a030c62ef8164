package e2e

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"rialto/localstack/demo/shop"
)

// A product that is offered stands in a snapshot of the catalog once, in one of its parts, and its offer beside it. (The deployed
// function begins no second one within a day; training asks for one anyway.)
func TestTheCatalogIsWrittenDownForTraining(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	k := newSKU(ctx, t, "Lamp that training hears of", 1)
	client := &shop.Client{Base: shop.ShopperURL}
	until(ctx, t, "the page to show the offer", 3*time.Minute, func() bool {
		var page struct {
			BuyBox *buyBox `json:"buy_box"`
		}
		_, err := client.Call(ctx, http.MethodGet, "/api/v1/products/"+k.product, nil, &page)
		return err == nil && page.BuyBox != nil
	})
	var begun struct {
		Snapshot string           `json:"snapshot"`
		Parts    []map[string]any `json:"parts"`
	}
	invoke(ctx, t, "recommendations-snapshot", map[string]any{"of": 2}, &begun)
	for _, part := range begun.Parts {
		for part["done"] != true {
			invoke(ctx, t, "recommendations-snapshot", part, &part)
		}
	}
	found := map[string]int{}
	for _, l := range snapshotLines(ctx, t, "catalog/"+begun.Snapshot+"/") {
		if l.ID == k.product {
			found[fmt.Sprint(l.Title, l.Marketplace, l.Price)]++
		}
	}
	for _, want := range []string{"Lamp that training hears of0", "US1999"} {
		if found[want] != 1 {
			t.Errorf("%q stands in the snapshot %d times: %v", want, found[want], found)
		}
	}
}

// snapshotLine is what a line of a snapshot may say.
type snapshotLine struct {
	ID          string `json:"product_id"`
	Title       string `json:"title"`
	Marketplace string `json:"marketplace"`
	Price       int64  `json:"price"`
}

// snapshotLines reads all lines of all files of a snapshot.
func snapshotLines(ctx context.Context, t *testing.T, prefix string) (all []snapshotLine) {
	t.Helper()
	bucket := newLake().Client
	pages := s3.NewListObjectsV2Paginator(bucket, &s3.ListObjectsV2Input{Bucket: aws.String(modelsBucket), Prefix: &prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			out, err := bucket.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(modelsBucket), Key: o.Key})
			if err != nil {
				t.Fatal(err)
			}
			zipped, err := gzip.NewReader(out.Body)
			if err != nil {
				t.Fatal(*o.Key, err)
			}
			for lines := json.NewDecoder(zipped); ; {
				var l snapshotLine
				err := lines.Decode(&l)
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatal(*o.Key, err)
				}
				all = append(all, l)
			}
			_ = out.Body.Close()
		}
	}
	return all
}
