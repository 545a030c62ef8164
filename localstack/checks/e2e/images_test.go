package e2e

import (
	"bytes"
	"context"
	"image"
	"image/png"
	"net/http"
	"slices"
	"testing"
	"time"

	"rialto/localstack/demo/shop"
)

// An image that passes its check is on the page and at its address; one that is something else is refused with a reason.
// Seen to catch: an upload that no queue is told of.
func TestASellersImages(t *testing.T) {
	t.Parallel()
	ctx := deployed(t)
	page := newIllustrated(ctx, t)
	s := page.seller
	if evil := page.send(ctx, t, "image/png", []byte("<script>alert(1)</script>")); evil.State != "REFUSED" || evil.Reason.Code != "not_an_image" {
		t.Errorf("%+v", evil)
	}
	good := page.send(ctx, t, "image/png", grayPNG(t))
	if good.State != "ACCEPTED" {
		t.Fatalf("%+v", good)
	}
	until(ctx, t, "the page shows it", 3*time.Minute, func() bool { return slices.Equal(page.images(ctx, t), []string{good.URL}) })
	res, err := http.Get(good.URL)
	if err != nil {
		t.Fatal(err)
	}
	if c, err := png.DecodeConfig(res.Body); err != nil || c.Width != 300 || res.Header.Get("Content-Type") != "image/png" {
		t.Errorf("%+v %v %v", c, err, res.Header)
	}
	res.Body.Close()
	if _, err := s.Call(ctx, http.MethodDelete, page.path()+"/"+good.ID, nil, nil); err != nil {
		t.Fatal(err)
	}
	if got := page.images(ctx, t); len(got) != 0 {
		t.Error(got)
	}
}

// illustrated is a product page with images, and its seller.
type illustrated struct {
	seller  *shop.Seller
	product string
}

type picture struct {
	ID     string `json:"image_id"`
	State  string
	URL    string
	Reason struct{ Code string }
}

// newIllustrated lists a product that has no image yet.
func newIllustrated(ctx context.Context, t *testing.T) illustrated {
	t.Helper()
	newSKU(ctx, t, "Image teapot", 0) // for the category
	s := mustSeller(t, shop.NewID("sel_"))
	var listed struct {
		ProductID string `json:"product_id"`
	}
	call(ctx, t, s, post, "/seller/v1/products", map[string]any{"title": "Teapot", "gtin": gtin(), "category_id": "tests"}, &listed)
	return illustrated{s, listed.ProductID}
}

// grayPNG is an image of 300 by 200 pixels.
func grayPNG(t *testing.T) []byte {
	t.Helper()
	var file bytes.Buffer
	if err := png.Encode(&file, image.NewGray(image.Rect(0, 0, 300, 200))); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

func (p illustrated) path() string { return "/seller/v1/products/" + p.product + "/images" }

// send uploads an image and waits until it is checked.
func (p illustrated) send(ctx context.Context, t *testing.T, kind string, file []byte) picture {
	t.Helper()
	var made struct {
		Image  picture
		Upload shop.Upload
	}
	if _, err := p.seller.Call(ctx, http.MethodPost, p.path(), map[string]any{"content_type": kind, "bytes": len(file)}, &made,
		shop.Key(shop.NewKey())); err != nil {
		t.Fatal(err)
	}
	if status, err := made.Upload.Put(ctx, file); err != nil || status != http.StatusOK {
		t.Fatal(status, err)
	}
	var found picture
	until(ctx, t, "the image is checked", 3*time.Minute, func() bool {
		var list struct{ Images []picture }
		if _, err := p.seller.Call(ctx, http.MethodGet, p.path(), nil, &list); err != nil {
			t.Fatal(err)
		}
		n := slices.IndexFunc(list.Images, func(p picture) bool { return p.ID == made.Image.ID })
		if n < 0 {
			t.Fatal("the image is not listed")
		}
		found = list.Images[n]
		return found.State != "AWAITING_UPLOAD"
	})
	return found
}

// images are what the product page shows.
func (p illustrated) images(ctx context.Context, t *testing.T) []string {
	t.Helper()
	var page struct{ Images []string }
	shopper := &shop.Client{Base: shop.ShopperURL}
	if _, err := shopper.Call(ctx, http.MethodGet, "/api/v1/products/"+p.product, nil, &page); err != nil {
		t.Fatal(err)
	}
	return page.Images
}
