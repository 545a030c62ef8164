package e2e

import (
	"bytes"
	"context"
	"image/png"
	"net/http"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// imagesOf is a customer's own review with its images.
type imagesOf struct {
	Images []struct {
		Sizes []struct{ URL string }
	}
	OwnImages []picture `json:"own_images"`
}

// gone waits until an image is at no address.
func gone(ctx context.Context, t *testing.T, url string) {
	t.Helper()
	until(ctx, t, "the image's file is gone", 2*time.Minute, func() bool {
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		return res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusForbidden // which of both depends on who may list the bucket
	})
}

// An image is shown with its review once it is checked. One that an operator takes down goes alone, the others go with the review, and
// each with its files. Seen to catch: a bucket that tells no queue; a stream that nothing reads.
func TestImagesOfAReview(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	o, k := newOperator(t), newSKU(ctx, t, "Photographed lamp", 0)
	by, id := reviewed(ctx, t, k)
	own := "/api/v1/products/" + k.product + "/review"
	var mine imagesOf
	send := func(file []byte) (sent picture) {
		t.Helper()
		var made struct {
			Image  picture
			Upload shop.Upload
		}
		if _, err := by.Call(ctx, post, own+"/images", map[string]any{"content_type": "image/png", "bytes": len(file)}, &made,
			shop.Key(shop.NewKey())); err != nil {
			t.Fatal(err)
		}
		if status, err := made.Upload.Put(ctx, file); err != nil || status != http.StatusOK {
			t.Fatal(status, err)
		}
		until(ctx, t, "the image is checked", 3*time.Minute, func() bool {
			mine = imagesOf{}
			served(ctx, t, by.Client, get, own, nil, &mine)
			sent = mine.OwnImages[len(mine.OwnImages)-1]
			return sent.ID == made.Image.ID && sent.State != "AWAITING_UPLOAD"
		})
		return sent
	}
	if evil := send([]byte("<script>alert(1)</script>")); evil.State != "REFUSED" || evil.Reason.Code != "not_an_image" {
		t.Errorf("%+v", evil)
	}
	first, second := send(grayPNG(t)), send(grayPNG(t))
	if first.State != "ACCEPTED" || second.State != "ACCEPTED" || len(mine.Images) != 2 || len(mine.Images[0].Sizes) != 2 {
		t.Fatalf("%+v", mine)
	}
	res, err := http.Get(mine.Images[0].Sizes[1].URL)
	if err != nil {
		t.Fatal(err)
	}
	var small bytes.Buffer
	if _, err := small.ReadFrom(res.Body); err != nil {
		t.Fatal(err)
	}
	res.Body.Close()
	if c, err := png.DecodeConfig(&small); err != nil || c.Width != 160 {
		t.Errorf("%+v %v %v", c, err, res.Header)
	}
	takedown := "/ops/v1/products/" + k.product + "/reviews/" + id + "/images/" + first.ID + "/takedown"
	served(ctx, t, o, post, takedown, map[string]any{"reason": "it shows a person"}, nil)
	mine = imagesOf{}
	served(ctx, t, by.Client, get, own, nil, &mine)
	if len(mine.Images) != 1 || len(mine.OwnImages) != 3 || mine.OwnImages[1].State != "TAKEN_DOWN" {
		t.Errorf("%+v", mine)
	}
	gone(ctx, t, first.URL)
	served(ctx, t, by.Client, http.MethodDelete, own, nil, nil)
	gone(ctx, t, second.URL)
}
