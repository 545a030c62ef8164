package catalog_test

import (
	"context"
	"errors"
	"io"
	"testing"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
)

// awaiting are addresses that wait to be fetched.
type awaiting []catalog.ImageAddress

func (a *awaiting) Add(_ context.Context, list []catalog.ImageAddress) error {
	*a = append(*a, list...)
	return nil
}

// web are files by their addresses.
type web struct {
	of    map[string]string
	asked int
	away  error // of what is there, if set
}

func (w *web) get(_ context.Context, address string) ([]byte, error) {
	w.asked++
	body, there := w.of[address]
	if !there {
		return nil, fault.New(fault.Invalid, "image_not_found", "the address answers with status 404")
	}
	return []byte(body), w.away
}

// fetcher brings what it fetches to where it is looked at.
func (w *web) fetcher(images *catalog.ImageService, files *drawer) *catalog.ImageFetcher {
	return &catalog.ImageFetcher{Images: images, Get: w.get, Write: func(ctx context.Context, key string, from io.Reader) error {
		b, err := io.ReadAll(from)
		if err != nil {
			return err
		}
		files.of[key] = string(b)
		return images.Arrived(ctx, key, string(b), int64(len(b)))
	}}
}

// Images of a file become the product's, in the file's order. Seen to catch: an address that is fetched anew with every
// file; one that is refused without a word; a failure of ours that is held against the seller.
func TestImagesByAddress(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	images, files, _ := newImages(t)
	s := images.Listings
	var waiting awaiting
	s.Addresses = &waiting
	w := &web{of: map[string]string{"https://a.example/1.png": pngFile(200, 200), "https://a.example/2.png": pngFile(300, 300),
		"https://a.example/x": "<html>"}}
	f := w.fetcher(images, files)
	row := catalog.Row{Title: "Mug", SKU: "M-1", CategoryID: "anything",
		Images: []string{"https://a.example/2.png", "https://a.example/1.png", "https://a.example/x", "https://a.example/gone"}}
	send := func() string {
		t.Helper()
		if r, err := s.Contribute(ctx, north, raw(t, row)); err != nil || r.Failed > 0 {
			t.Fatal(r, err)
		}
		for len(waiting) > 0 {
			a := waiting[len(waiting)-1] // in any order
			waiting = waiting[:len(waiting)-1]
			if err := f.Fetch(ctx, a); err != nil {
				t.Fatal(err)
			}
		}
		found, err := catalog.ProductsBySKU(ctx, s.Contributions, north, "M-1")
		if err != nil {
			t.Fatal(err)
		}
		return found["M-1"]
	}
	product := send()
	p, err := s.Products.Get(ctx, product)
	list, lerr := images.OwnImages(ctx, product, north)
	if err != nil || lerr != nil || len(p.Images) != 2 || len(list) != 4 || list[0].Width != 300 || list[1].Width != 200 || p.Images[0] != list[0].URL ||
		list[2].Reason == nil || list[2].Reason.Code != "not_an_image" || list[3].Reason.Code != "image_not_found" || w.asked != 4 {
		t.Fatalf("%+v %+v %v %v, asked %d times", p.Images, list, err, lerr, w.asked)
	}
	w.of["https://a.example/gone"] = pngFile(400, 400)
	send()
	if p, err := s.Products.Get(ctx, product); err != nil || len(p.Images) != 3 || w.asked != 6 {
		t.Errorf("%+v %v, asked %d times", p.Images, err, w.asked)
	}
	w.away = errors.New("the network is away")
	err = f.Fetch(ctx, catalog.ImageAddress{ProductID: product, SellerID: north, URL: "https://a.example/x", At: time.Unix(0, 0)})
	if err == nil || !errors.Is(err, w.away) {
		t.Error(err)
	}
	if err := f.Fetch(ctx, catalog.ImageAddress{ProductID: product, SellerID: harbour, URL: "https://a.example/1.png"}); err != nil || w.asked != 7 {
		t.Errorf("of who does not list it: %v, asked %d times", err, w.asked)
	}
}
