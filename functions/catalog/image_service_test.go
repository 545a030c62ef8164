package catalog_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/png"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"rialto/functions/catalog"
	"rialto/functions/catalog/catalogstore"
	"rialto/functions/catalog/imageheader"
	"rialto/functions/catalog/imagerender"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
)

// drawer keeps files in memory. The etag of a file is its content.
type drawer struct {
	mu   sync.Mutex
	of   map[string]string
	fail error // of every call, if set
}

func (d *drawer) Upload(_ context.Context, key string, _ files.Announced, until time.Duration) (files.Address, error) {
	return files.Address{Method: "PUT", URL: "https://files/" + key, Expires: noon.Add(until)}, nil
}

func (d *drawer) Open(_ context.Context, key, etag string, _ int64) (io.ReadCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fail != nil {
		return nil, d.fail
	}
	if d.of[key] != etag {
		return nil, files.ErrChanged
	}
	return io.NopCloser(strings.NewReader(etag)), nil
}

func (d *drawer) Stream(_ context.Context, key string, _ int64) (io.ReadCloser, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	file, there := d.of[key]
	if !there {
		return nil, files.ErrMissing
	}
	return io.NopCloser(strings.NewReader(file)), d.fail
}

func (d *drawer) Put(_ context.Context, key, _, _ string, file []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.of[key] = string(file)
	return d.fail
}

func (d *drawer) Delete(_ context.Context, key string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.of, key)
	return d.fail
}

// shown is how many images there are, each in all its sizes.
func (d *drawer) shown() int {
	names := map[string]bool{}
	for key := range d.of {
		if name, _, _ := strings.Cut(key, "-r1-"); strings.HasPrefix(key, "images/") {
			names[name] = true
		}
	}
	return len(names)
}

// withheld is how many files are kept and not shown.
func (d *drawer) withheld() (n int) {
	for key := range d.of {
		if strings.HasPrefix(key, "withheld/") {
			n++
		}
	}
	return n
}

func pngFile(width, height int) string {
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		panic(err)
	}
	return b.String()
}

// newImages is an image service with a product that north owns and harbour lists too.
func newImages(t fatal) (*catalog.ImageService, *drawer, string) {
	t.Helper()
	s, db := newListings(t)
	d := &drawer{of: map[string]string{}}
	l, _, err := s.List(context.Background(), north, content("Boots"))
	if err == nil {
		_, _, err = s.List(context.Background(), harbour, content("Boots"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return &catalog.ImageService{Listings: s, Images: &catalogstore.Store{DB: db}, Files: d,
		ImageCheck: catalog.ImageCheck{Header: imageheader.Read, Render: imagerender.Render},
		URL:        "https://images"}, d, l.Product.ID
}

// send announces a file and uploads another one of its size (which its address sees to), and has it checked.
func send(t fatal, g *catalog.ImageService, d *drawer, product, seller, key, mediaType, file string) catalog.Image {
	t.Helper()
	ctx := context.Background()
	i, err := g.Announce(ctx, product, seller, key, files.Announced{Bytes: int64(len(file)), Type: mediaType})
	if err != nil {
		t.Fatal(err)
	}
	at := strings.TrimPrefix(i.Upload.URL, "https://files/")
	d.mu.Lock()
	d.of[at] = file
	d.mu.Unlock()
	if err := g.Arrived(ctx, at, file, int64(len(file))); err != nil {
		t.Fatal(err)
	}
	return i.Image
}

func shows(t fatal, g *catalog.ImageService, product string) []string {
	t.Helper()
	p, err := g.Listings.Products.Get(context.Background(), product)
	if err != nil {
		t.Fatal(err)
	}
	return p.Images
}

// Seen to catch: an image that another seller's page takes from who has none; an upload that is exchanged after it was
// judged; an image that makes a version; one that is refused and counted.
func TestImages(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	g, d, product := newImages(t)
	theirs := send(t, g, d, product, harbour, "key-0001", "image/png", pngFile(120, 110))
	if got := shows(t, g, product); len(got) != 1 || !strings.HasPrefix(got[0], "https://images/"+product+"/") || !strings.HasSuffix(got[0], ".png") {
		t.Fatal("the owner has none, so the other's is shown", got)
	}
	first := send(t, g, d, product, north, "key-0001", "image/png", pngFile(200, 100))
	second := send(t, g, d, product, north, "key-0002", "image/png", pngFile(100, 200))
	list, err := g.OwnImages(ctx, product, north)
	if err != nil || len(list) != 2 || list[0].ID != first.ID || list[0].State != catalog.Accepted || list[0].Width != 200 || list[0].Height != 100 ||
		list[1].ID != second.ID {
		t.Fatalf("%+v %v", list, err)
	}
	want := []string{list[0].URL, list[1].URL}
	if got := shows(t, g, product); !slices.Equal(got, want) {
		t.Fatal(got)
	}
	before, err := g.Listings.Own(ctx, product, north)
	if err != nil || before.Contribution.Version != 1 { // its images were judged meanwhile, which is no word of the seller's
		t.Fatal(before.Contribution.Version, err)
	}
	// Word again, and another file under an address that still works.
	kept, evil, up := d.of[list[0].File], "<script>alert(1)</script>", "uploads/"+product+"/"+north+"/"+first.ID
	d.of[up] = evil
	for etag, n := range map[string]int64{evil: int64(len(evil)), pngFile(200, 100): list[0].Bytes} {
		if err := g.Arrived(ctx, up, etag, n); err != nil {
			t.Error(err)
		}
	}
	if after, err := g.Listings.Own(ctx, product, north); err != nil || after.Contribution.Version != before.Contribution.Version ||
		d.of[list[0].File] != kept || kept == "" || d.shown() != 3 {
		t.Error(after, err, d.shown())
	}
	for _, key := range []string{"reports/x", up + "x", "uploads/" + product + "/" + north + "/" + ids.Derive(ids.Image, "none")} {
		if err := g.Arrived(ctx, key, "", 1); err != nil {
			t.Error(key, err)
		}
	}
	// Editing the rest leaves the images.
	if l, err := g.Listings.Edit(ctx, product, north, content("Better boots"),
		catalog.Precondition{Version: before.Contribution.Version, Given: true}); err != nil || !slices.Equal(l.Product.Images, want) {
		t.Error(l, err)
	}
	// Only the seller's own can be taken away, and what is deleted is gone.
	if err := g.Remove(ctx, product, north, theirs.ID); !errors.Is(err, catalog.ErrImageNotFound) {
		t.Error(err)
	}
	if err := g.Remove(ctx, product, north, first.ID); err != nil {
		t.Fatal(err)
	}
	if got := shows(t, g, product); !slices.Equal(got, want[1:]) || d.shown() != 2 {
		t.Error(got, d.shown())
	}
	if err := g.Remove(ctx, product, north, first.ID); !errors.Is(err, catalog.ErrImageNotFound) {
		t.Error(err)
	}
}

// bomb is the header of a PNG of 81 million pixels, behind which nothing is.
func bomb() string {
	file := []byte(pngFile(200, 200)[:33]) // the signature, and the chunk of the header with its checksum
	binary.BigEndian.PutUint32(file[16:], 9000)
	binary.BigEndian.PutUint32(file[20:], 9000)
	binary.BigEndian.PutUint32(file[29:], crc32.ChecksumIEEE(file[12:29]))
	return string(file)
}

func TestWhatIsNoImage(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	g, d, product := newImages(t)
	for n, c := range []struct{ mediaType, file, code string }{
		{"image/png", "<!doctype html><script>alert(1)</script>", "not_an_image"},
		{"image/webp", `<svg xmlns="http://www.w3.org/2000/svg"/>`, "not_an_image"},
		{"image/jpeg", pngFile(200, 200), "other_type"},
		{"image/png", pngFile(99, 200), "image_too_small"},
		{"image/png", pngFile(200, 1), "image_too_small"},
		{"image/png", pngFile(10_001, 100), "image_too_large"},
		{"image/png", bomb(), "image_too_large"}, // of its header, before anything is unfolded
		{"image/png", pngFile(200, 200)[:20], "broken_image"},
	} {
		i := send(t, g, d, product, north, fmt.Sprintf("key-%04d", n), c.mediaType, c.file)
		list, err := g.OwnImages(ctx, product, north)
		if err != nil || len(list) != n+1 {
			t.Fatal(list, err)
		}
		if last := list[n]; last.ID != i.ID || last.State != catalog.Refused || last.Reason == nil || last.Reason.Code != c.code || last.URL != "" {
			t.Errorf("%d: %+v %+v, want %s", n, last, last.Reason, c.code)
		}
	}
	i, err := g.Announce(ctx, product, north, "key-size", files.Announced{Bytes: 5, Type: "image/png"})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Arrived(ctx, strings.TrimPrefix(i.Upload.URL, "https://files/"), "x", 6); err != nil {
		t.Fatal(err)
	}
	list, err := g.OwnImages(ctx, product, north)
	if err != nil || list[len(list)-1].Reason.Code != "wrong_size" {
		t.Error(list, err)
	}
	if got := shows(t, g, product); len(got) != 0 || d.shown() != 0 {
		t.Error(got)
	}
	// A store that is away refuses nothing.
	d.fail = errors.New("away")
	late, err := g.Announce(ctx, product, north, "key-late", files.Announced{Bytes: 1, Type: "image/png"})
	if err != nil {
		t.Fatal(err)
	}
	if err := g.Arrived(ctx, strings.TrimPrefix(late.Upload.URL, "https://files/"), "x", 1); !errors.Is(err, d.fail) {
		t.Error(err)
	}
	if list, err := g.OwnImages(ctx, product, north); err != nil || list[len(list)-1].State != catalog.Awaiting {
		t.Error(list, err)
	}

	for name, a := range map[string]files.Announced{"gif": {Bytes: 1, Type: "image/gif"}, "svg": {Bytes: 1, Type: "image/svg+xml"},
		"none":  {Type: "image/png"},
		"large": {Bytes: catalog.MaxImageBytes + 1, Type: "image/png"}, "digest": {Bytes: 1, Type: "image/png", SHA256: "AB"}} {
		if _, err := g.Announce(ctx, product, north, "key-none", a); fault.Code(err) != "invalid_image" {
			t.Error(name, err)
		}
	}
	if _, err := g.Announce(ctx, product, summit, "key-none", files.Announced{Bytes: 1, Type: "image/png"}); !errors.Is(err, catalog.ErrNotListed) {
		t.Error("a seller who does not list it:", err)
	}
	if _, err := g.Announce(ctx, product, north, "key-late", files.Announced{Bytes: 2, Type: "image/png"}); !errors.Is(err, catalog.ErrImageKeyReused) {
		t.Error(err)
	}
	if again, err := g.Announce(ctx, product, north, "key-late", files.Announced{Bytes: 1, Type: "image/png"}); err != nil || !again.Replayed ||
		again.ID != late.ID || again.Upload.URL != late.Upload.URL {
		t.Error(again, err)
	}
}

// All that a seller may have at once, announced and checked at once, come to be shown, and none more. Seen to catch: a
// limit that is read and then passed; images that are lost as each writes what it read before the others.
func TestManyImagesAtOnce(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	g, d, product := newImages(t)
	g.Listings.Now = func() time.Time { return noon }
	var waiting errgroup.Group
	for n := range catalog.MaxOwnImages {
		waiting.Go(func() error {
			for {
				i, err := g.Announce(ctx, product, north, fmt.Sprintf("key-%04d", n), files.Announced{Bytes: int64(len(pngFile(100+n, 100))), Type: "image/png"})
				if errors.Is(err, catalog.ErrChanged) {
					continue
				}
				if err != nil {
					return err
				}
				at, file := strings.TrimPrefix(i.Upload.URL, "https://files/"), pngFile(100+n, 100)
				d.mu.Lock()
				d.of[at] = file
				d.mu.Unlock()
				for {
					if err := g.Arrived(ctx, at, file, i.Bytes); !errors.Is(err, catalog.ErrChanged) { // the queue would bring it again
						return err
					}
				}
			}
		})
	}
	if err := waiting.Wait(); err != nil {
		t.Fatal(err)
	}
	if got := shows(t, g, product); len(got) != catalog.MaxOwnImages || d.shown() != catalog.MaxOwnImages {
		t.Errorf("%d are shown", len(got))
	}
	if _, err := g.Announce(ctx, product, north, "key-more", files.Announced{Bytes: 1, Type: "image/png"}); !errors.Is(err, catalog.ErrTooManyImages) {
		t.Error(err)
	}
	list, err := g.OwnImages(ctx, product, north)
	if err == nil {
		err = g.Remove(ctx, product, north, list[3].ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	// What nobody uploads makes room when its address has expired, and is forgotten in the end.
	for n := range 40 {
		if _, err := g.Announce(ctx, product, north, fmt.Sprintf("late-%04d", n), files.Announced{Bytes: 1, Type: "image/png"}); err != nil {
			t.Fatal(n, err)
		}
		at := g.Listings.Now().Add(2 * catalog.ImageUploadFor)
		g.Listings.Now = func() time.Time { return at }
	}
	list, err = g.OwnImages(ctx, product, north)
	if n := slices.IndexFunc(list, func(i catalog.Image) bool { return i.State == catalog.Expired }); err != nil ||
		len(list) != 2*catalog.MaxOwnImages-1 || n < 0 {
		t.Errorf("%d, %v", len(list), err)
	}
}

// Seen to catch: a size that stays; an image of another page; a seller who is not told why.
func TestAnImageThatIsTakenDown(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	g, d, product := newImages(t)
	send(t, g, d, product, north, "key-1", "image/png", pngFile(1200, 300))
	send(t, g, d, product, north, "key-2", "image/png", pngFile(130, 120))
	var sizes []string
	for _, f := range catalog.ImageFiles(shows(t, g, product)[0]) {
		sizes = append(sizes, fmt.Sprint(f.Width, "x", f.Height))
		if _, there := d.of["images/"+strings.TrimPrefix(f.URL, "https://images/")]; !there {
			t.Errorf("%s is not there", f.URL)
		}
	}
	if got := strings.Join(sizes, " "); got != "1200x300 960x240 480x120 160x40" {
		t.Error(got)
	}
	bad := shows(t, g, product)[0]
	down := &catalog.TakedownService{Products: g.Listings.Products, Images: g, Now: g.Listings.Now}
	for _, x := range []struct {
		says catalog.Takedown
		code string
	}{
		{catalog.Takedown{ProductID: product, Image: bad}, "invalid_reason"},
		{catalog.Takedown{ProductID: product, Image: bad + "x", Reason: "nude"}, "image_not_found"},
		{catalog.Takedown{ProductID: product, Image: bad, Restore: true, Reason: "x"}, "invalid_takedown"},
		{catalog.Takedown{ProductID: product, Image: bad, Restore: true}, ""}, // it is shown
		{catalog.Takedown{ProductID: product, Image: bad, Reason: "nude"}, ""},
		{catalog.Takedown{ProductID: product, Image: bad, Reason: "nude"}, ""},
	} {
		if _, err := down.Handle(ctx, x.says); x.code == "" && err != nil || x.code != "" && fault.Code(err) != x.code {
			t.Errorf("%+v: %v", x.says, err)
		}
	}
	own, err := g.OwnImages(ctx, product, north)
	if err != nil || own[0].State != catalog.TakenDown || own[0].Reason.Message != "nude" || d.shown() != 1 || len(shows(t, g, product)) != 1 {
		t.Errorf("%+v, %d, %v %v", own, d.shown(), shows(t, g, product), err)
	}
	if err := g.Remove(ctx, product, north, own[0].ID); err != nil || d.withheld() != 0 {
		t.Error(err, d.withheld())
	}
}

// Seen to catch: an image that is shown while it is withheld, or withheld while it is shown; one that comes back in some sizes; files
// of another that are shown in its place.
func TestAnImageThatIsRestored(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	g, d, product := newImages(t)
	at := noon
	g.Listings.Now = func() time.Time { return at }
	for n, key := range []string{"key-1", "key-2"} {
		send(t, g, d, product, north, key, "image/png", pngFile(1200, 300+n))
	}
	before, shown := maps.Clone(d.of), shows(t, g, product)
	down := &catalog.TakedownService{Products: g.Listings.Products, Images: g, Now: g.Listings.Now}
	says := func(x catalog.Takedown, code string) {
		t.Helper()
		x.ProductID, x.Image = product, shown[0]
		if _, err := down.Handle(ctx, x); fault.Code(err) != code {
			t.Fatalf("%+v: %v, want %q", x, err, code)
		}
	}
	for range 2 {
		says(catalog.Takedown{Reason: "counterfeit"}, "")
		if got := shows(t, g, product); !slices.Equal(got, shown[1:]) || d.shown() != 1 || d.withheld() != 4 {
			t.Fatalf("%v, %d shown, %d files withheld", got, d.shown(), d.withheld())
		}
	}
	for range 2 {
		says(catalog.Takedown{Restore: true}, "")
		if got := shows(t, g, product); !slices.Equal(got, shown) || !maps.Equal(d.of, before) {
			t.Fatalf("%v, %d shown, %d files withheld", got, d.shown(), d.withheld())
		}
	}
	if own, err := g.OwnImages(ctx, product, north); err != nil || own[0].State != catalog.Accepted || own[0].Reason != nil {
		t.Errorf("%+v %v", own, err)
	}
	// It can be restored however many its seller sent and lost meanwhile, but not beside as many as one may have, and not for ever.
	says(catalog.Takedown{Reason: "counterfeit"}, "")
	for n := range 2 * catalog.MaxOwnImages {
		if _, err := g.Announce(ctx, product, north, fmt.Sprintf("lost-%04d", n), files.Announced{Bytes: 1, Type: "image/png"}); err != nil {
			t.Fatal(err)
		}
		at = at.Add(2 * catalog.ImageUploadFor)
	}
	for n := range catalog.MaxOwnImages - 1 {
		if _, err := g.Announce(ctx, product, north, fmt.Sprintf("more-%04d", n), files.Announced{Bytes: 1, Type: "image/png"}); err != nil {
			t.Fatal(err)
		}
	}
	says(catalog.Takedown{Restore: true}, "too_many_images")
	at = at.Add(2 * catalog.ImageUploadFor)
	for key := range d.of {
		if strings.HasPrefix(key, "withheld/") {
			delete(d.of, key)
		}
	}
	says(catalog.Takedown{Restore: true}, "image_gone")
}
