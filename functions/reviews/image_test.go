package reviews_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
	"rialto/functions/internal/ids"
	"rialto/functions/reviews"
)

// album is a bucket. A file's etag is what it holds.
type album struct {
	mu    sync.Mutex
	of    map[string]string
	onPut func() // what happens as a file is put
}

func (a *album) Upload(_ context.Context, key string, _ files.Announced, until time.Duration) (files.Address, error) {
	return files.Address{URL: key, Expires: noon.Add(until)}, nil
}

func (a *album) Open(_ context.Context, key, etag string, _ int64) (io.ReadCloser, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of[key] != etag {
		return nil, files.ErrChanged
	}
	return io.NopCloser(strings.NewReader(a.of[key])), nil
}

func (a *album) Put(_ context.Context, key, _, _ string, file []byte) error {
	a.set(key, string(file))
	if a.onPut != nil {
		a.onPut()
	}
	return nil
}

func (a *album) Names(_ context.Context, prefix string) ([]string, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Sorted(maps.Keys(a.of)), func(n string) bool { return !strings.HasPrefix(n, prefix) }), nil
}

func (a *album) Delete(_ context.Context, key string) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.of, key)
	return nil
}

func (a *album) set(key, file string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.of[key] = file
}

// newImages is images of the lamp's reviews, whose files begin with p where they are pictures; each is shown in two sizes.
func newImages(t *testing.T) (*reviews.Images, *album) {
	t.Helper()
	s, _ := newProducts()
	if _, _, err := s.Put(ctx, by("cus_1", 4), "", nil); err != nil {
		t.Fatal(err)
	}
	a := &album{of: map[string]string{}}
	return &reviews.Images{Reviews: s, Files: a, URL: "https://images", ImageCheck: catalog.ImageCheck{
		Header: func(r io.Reader) (string, int64, int64, error) {
			if b, err := io.ReadAll(r); err != nil || b[0] != 'p' {
				return "", 0, 0, fault.New(fault.Invalid, "not_an_image", "it is none")
			}
			return "image/png", 300, 200, nil
		},
		Render: func(context.Context, string, []byte) ([]catalog.Rendition, error) {
			return []catalog.Rendition{{ImageSize: catalog.ImageSize{Width: 300, Height: 200}, Type: "image/png", File: []byte("large")},
				{ImageSize: catalog.ImageSize{Width: 160, Height: 107}, Type: "image/png", File: []byte("small")}}, nil
		}}}, a
}

// announce makes room for a file of cus_1 and returns where it goes.
func announce(t *testing.T, s *reviews.Images, key, file string) reviews.AnnouncedImage {
	t.Helper()
	i, err := s.Announce(ctx, lamp, "cus_1", key, files.Announced{Bytes: int64(len(file)), Type: "image/png"})
	if err != nil {
		t.Fatal(key, err)
	}
	return i
}

// send announces a file, uploads it and has it checked.
func send(t *testing.T, s *reviews.Images, a *album, key, file string) reviews.AnnouncedImage {
	t.Helper()
	i := announce(t, s, key, file)
	a.set(i.Upload.URL, file)
	if err := s.Arrived(ctx, i.Upload.URL, file, int64(len(file))); err != nil {
		t.Fatal(key, err)
	}
	return i
}

func own(t *testing.T, s *reviews.Images) reviews.Review {
	t.Helper()
	r, err := s.Reviews.Store.Review(ctx, lamp, reviews.ReviewID(lamp, "cus_1"))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// An image that passes its check is shown with its review, and what was sent is kept no longer; one that is something else is refused.
// Seen to catch: an upload with its metadata that stays; a second word of a file that judges again.
func TestAnImageIsShownWithItsReview(t *testing.T) {
	t.Parallel()
	s, a := newImages(t)
	for who, code := range map[string]string{"cus_2": "review_not_found"} {
		if _, err := s.Announce(ctx, lamp, who, "k", files.Announced{Bytes: 1, Type: "image/png"}); fault.Code(err) != code {
			t.Error(who, err)
		}
	}
	for _, bad := range []files.Announced{{Bytes: 0, Type: "image/png"}, {Bytes: 11 << 20, Type: "image/png"}, {Bytes: 1, Type: "image/svg+xml"}} {
		if _, err := s.Announce(ctx, lamp, "cus_1", "k", bad); fault.Code(err) != "invalid_image" {
			t.Error(bad, err)
		}
	}
	good := send(t, s, a, "good", "png one")
	send(t, s, a, "bad", "<script>")
	r := own(t, s)
	if len(r.Images) != 2 || r.Images[0].State != catalog.Accepted || r.Images[0].Width != 300 || r.Images[1].State != catalog.Refused ||
		r.Images[1].Reason.Code != "not_an_image" || len(r.Shown()) != 1 {
		t.Fatalf("%+v", r.Images)
	}
	if names, _ := a.Names(ctx, ""); len(names) != 2 || !strings.HasPrefix(names[0], "images/"+lamp+"/"+r.ID+"/"+good.ID+"/") ||
		len(catalog.ImageFiles(r.Images[0].URL)) != 2 || a.of["images/"+strings.TrimPrefix(r.Images[0].URL, "https://images/")] != "large" {
		t.Error(names, r.Images[0].URL)
	}
	if again, err := s.Announce(ctx, lamp, "cus_1", "good", files.Announced{Bytes: 7, Type: "image/png"}); err != nil || !again.Replayed ||
		again.State != catalog.Accepted || again.Upload.URL != "" {
		t.Errorf("%+v %v", again, err)
	}
	if _, err := s.Announce(ctx, lamp, "cus_1", "good", files.Announced{Bytes: 8, Type: "image/png"}); !errors.Is(err, fault.KeyReused) {
		t.Error(err)
	}
	a.set(good.Upload.URL, "<script>") // its address works on for a while
	if err := s.Arrived(ctx, good.Upload.URL, "<script>", 8); err != nil || own(t, s).Images[0].State != catalog.Accepted {
		t.Error("what comes later is judged", err)
	}
	if changed, _, err := s.Reviews.Put(ctx, by("cus_1", 1), "", nil); err != nil || len(changed.Images) != 2 {
		t.Error("a change of the text takes the images away", changed, err)
	}
	if list, _, err := s.Reviews.Listed(ctx, lamp, reviews.Newest, "", 9); err != nil || len(list) != 1 || len(list[0].Shown()) != 1 {
		t.Error(list, err)
	}
}

// A review has five images at most, however they are announced; one that was refused makes room, and so does one that never came.
func TestAReviewHasFiveImagesAtMost(t *testing.T) {
	t.Parallel()
	s, a := newImages(t)
	send(t, s, a, "refused", "<script>")
	var all sync.WaitGroup
	codes := make([]string, 9)
	for n := range codes {
		all.Go(func() {
			for codes[n] = "review_changed"; codes[n] == "review_changed"; { // as a client does
				_, err := s.Announce(ctx, lamp, "cus_1", fmt.Sprint("k", n), files.Announced{Bytes: 1, Type: "image/png"})
				codes[n] = fault.Code(err)
			}
		})
	}
	all.Wait()
	slices.Sort(codes)
	if want := "    too_many_images too_many_images too_many_images too_many_images"; strings.TrimLeft(strings.Join(codes, " "), " ") !=
		strings.TrimLeft(want, " ") || len(own(t, s).Images) != 6 {
		t.Error(codes, len(own(t, s).Images))
	}
	later := s.Reviews.Now().Add(2 * time.Hour)
	s.Reviews.Now = func() time.Time { return later }
	announce(t, s, "later", "p")
	if err := s.Remove(ctx, lamp, "cus_1", own(t, s).Images[0].ID); err != nil {
		t.Error(err)
	}
}

// However an image leaves its review, its files go, and so do those of a file that was checked meanwhile. Seen to catch: an operator's
// word that leaves the files; a check that ends after the customer has withdrawn.
func TestTheFilesOfAnImageGoWithIt(t *testing.T) {
	t.Parallel()
	for how, leave := range map[string]func(s *reviews.Images, id string) error{
		"removed":   func(s *reviews.Images, id string) error { return s.Remove(ctx, lamp, "cus_1", id) },
		"withdrawn": func(s *reviews.Images, _ string) error { return s.Reviews.Withdraw(ctx, lamp, "cus_1") },
		"erased":    func(s *reviews.Images, _ string) error { return s.Reviews.Forget(ctx, "cus_1") },
		"rejected": func(s *reviews.Images, _ string) error {
			_, err := s.Reviews.Moderate(ctx, reviews.Moderation{ProductID: lamp, ReviewID: reviews.ReviewID(lamp, "cus_1"), State: reviews.Rejected,
				Reason: "why"})
			return err
		},
		"taken down": func(s *reviews.Images, id string) error {
			_, err := s.Reviews.Moderate(ctx, reviews.Moderation{ProductID: lamp, ReviewID: reviews.ReviewID(lamp, "cus_1"), ImageID: id,
				State: reviews.Rejected, Reason: "it shows a person"})
			return err
		},
	} {
		s, a := newImages(t)
		first, before := send(t, s, a, "one", "png"), own(t, s)
		if err := errors.Join(leave(s, first.ID), s.Changed(ctx, before, own(t, s))); err != nil {
			t.Fatal(how, err)
		}
		if after := own(t, s); len(a.of) != 0 || len(after.Shown()) != 0 || how != "taken down" && len(after.Images) != 0 {
			t.Errorf("%s: %v %+v", how, a.of, after.Images)
		}
		if how == "rejected" || how == "withdrawn" {
			continue
		}
		second := announce(t, s, "two", "png") // and one that leaves while it is checked
		a.set(second.Upload.URL, "png")
		a.onPut = sync.OnceFunc(func() {
			before := own(t, s)
			if err := errors.Join(leave(s, second.ID), s.Changed(ctx, before, own(t, s))); err != nil {
				t.Error(how, err)
			}
		})
		if err := s.Arrived(ctx, second.Upload.URL, "png", 3); err != nil || len(a.of) != 0 {
			t.Errorf("%s meanwhile: %v %v", how, a.of, err)
		}
		a.set(second.Upload.URL, "png") // and one that comes after it has left
		if err := s.Arrived(ctx, second.Upload.URL, "png", 3); err != nil || len(a.of) != 0 {
			t.Errorf("%s before: %v %v", how, a.of, err)
		}
	}
}

// An image is taken down alone, with why, and is not put back; what is no image of the review is not found.
func TestOneImageIsTakenDown(t *testing.T) {
	t.Parallel()
	s, a := newImages(t)
	one, two := send(t, s, a, "one", "png"), send(t, s, a, "two", "png")
	down := reviews.Moderation{ProductID: lamp, ReviewID: reviews.ReviewID(lamp, "cus_1"), ImageID: one.ID, State: reviews.Rejected,
		Reason: "it shows a person"}
	for range 2 {
		if _, err := s.Reviews.Moderate(ctx, down); err != nil {
			t.Fatal(err)
		}
	}
	r := own(t, s)
	if r.State != reviews.Published || r.Images[0].Reason.Message != "it shows a person" || r.Images[0].URL != "" || len(r.Shown()) != 1 ||
		r.Shown()[0].ID != two.ID {
		t.Errorf("%+v", r)
	}
	for code, m := range map[string]reviews.Moderation{
		"image_not_found":    {ProductID: lamp, ReviewID: r.ID, ImageID: ids.Derive(ids.Image, "x"), State: reviews.Rejected, Reason: "why"},
		"invalid_moderation": {ProductID: lamp, ReviewID: r.ID, ImageID: two.ID, State: reviews.Published},
		"review_not_found":   {ProductID: lamp, ReviewID: reviews.ReviewID(lamp, "cus_9"), ImageID: two.ID, State: reviews.Rejected, Reason: "why"},
	} {
		if _, err := s.Reviews.Moderate(ctx, m); fault.Code(err) != code {
			t.Errorf("%s: %v", code, err)
		}
	}
}
