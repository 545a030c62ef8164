package e2e

import (
	"bufio"
	"compress/gzip"
	"encoding/json"
	"fmt"
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
	found, bucket := map[string]int{}, newLake().Client
	for _, part := range begun.Parts {
		for part["done"] != true {
			invoke(ctx, t, "recommendations-snapshot", part, &part)
		}
	}
	pages := s3.NewListObjectsV2Paginator(bucket, &s3.ListObjectsV2Input{Bucket: aws.String(modelsBucket), Prefix: aws.String("catalog/" + begun.Snapshot + "/")})
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
			for lines := bufio.NewScanner(zipped); lines.Scan(); {
				var l struct {
					ID          string `json:"product_id"`
					Title       string `json:"title"`
					Marketplace string `json:"marketplace"`
					Price       int64  `json:"price"`
				}
				if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
					t.Fatal(*o.Key, err)
				}
				if l.ID == k.product {
					found[fmt.Sprint(l.Title, l.Marketplace, l.Price)]++
				}
			}
			_ = out.Body.Close()
		}
	}
	for _, want := range []string{"Lamp that training hears of0", "US1999"} {
		if found[want] != 1 {
			t.Errorf("%q stands in the snapshot %d times: %v", want, found[want], found)
		}
	}
}
