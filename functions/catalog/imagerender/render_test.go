package imagerender

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"rialto/functions/catalog"
)

// halves is a picture whose upper left quarter is red and whose rest is blue.
func halves(width, height int) *image.RGBA {
	i := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{B: 255, A: 255}
			if x < width/2 && y < height/2 {
				c = color.RGBA{R: 255, A: 255}
			}
			i.SetRGBA(x, y, c)
		}
	}
	return i
}

// photo is a JPEG with EXIF that says where it was taken and how it is to be turned.
func photo(t *testing.T, width, height, turned int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, halves(width, height), nil); err != nil {
		t.Fatal(err)
	}
	exif := "Exif\x00\x00II*\x00\x08\x00\x00\x00\x02\x00" + "\x25\x88\x04\x00\x01\x00\x00\x00\x26\x00\x00\x00" +
		"\x12\x01\x03\x00\x01\x00\x00\x00" + string(rune(turned)) + "\x00\x00\x00" + "\x00\x00\x00\x00GPS 59.3293 N 18.0686 E"
	file := b.String()
	return []byte(file[:2] + "\xff\xe1" + string([]byte{byte((len(exif) + 2) >> 8), byte(len(exif) + 2)}) + exif + file[2:])
}

func render(t *testing.T, mediaType string, file []byte) []catalog.Rendition {
	t.Helper()
	list, err := Render(context.Background(), mediaType, file)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func sizes(t *testing.T, list []catalog.Rendition) string {
	t.Helper()
	var out []string
	for _, r := range list {
		c, format, err := image.DecodeConfig(bytes.NewReader(r.File))
		if err != nil || c.Width != r.Width || c.Height != r.Height || r.Type != "image/"+format {
			t.Errorf("%s %dx%d is %+v %s %v", r.Type, r.Width, r.Height, c, format, err)
		}
		out = append(out, fmt.Sprintf("%dx%d", r.Width, r.Height))
	}
	return strings.Join(out, " ")
}

// Seen to catch: an image that is passed on as it came; one that is turned in one size and not in the next.
func TestWhatIsShownIsPixelsAlone(t *testing.T) {
	t.Parallel()
	file := append(photo(t, 1200, 600, 6), "<script>alert(1)</script>"...)
	list := render(t, "image/jpeg", file)
	if got := sizes(t, list); got != "600x1200 480x960 240x480 80x160" {
		t.Error(got)
	}
	for _, r := range list {
		if bytes.Contains(r.File, []byte("Exif")) || bytes.Contains(r.File, []byte("GPS")) || bytes.Contains(r.File, []byte("script")) {
			t.Errorf("%dx%d has more than pixels", r.Width, r.Height)
		}
		i, err := jpeg.Decode(bytes.NewReader(r.File))
		if err != nil {
			t.Fatal(err)
		}
		red := func(x, y int) bool { r, _, b, _ := i.At(x, y).RGBA(); return r > b }
		if w, h := r.Width, r.Height; !red(w*3/4, h/4) || red(w/4, h/4) || red(w*3/4, h*3/4) {
			t.Errorf("%dx%d is not turned", w, h)
		}
	}
}

// Each of the eight ways brings the red quarter back to the upper left. Seen to catch: 5 taken for 7, 6 for 8.
func TestEveryWayToTurn(t *testing.T) {
	t.Parallel()
	upright := halves(40, 20)
	back := map[turning]turning{1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
	for t1, t2 := range back {
		if got := t2.apply(t1.apply(upright)); !bytes.Equal(got.Pix, upright.Pix) {
			t.Errorf("%d is not undone by %d", t1, t2)
		}
	}
	for turned, quarter := range map[int]string{1: "upper left", 2: "upper right", 3: "lower right", 4: "lower left", 5: "upper left", 6: "upper right",
		7: "lower right", 8: "lower left"} {
		i := orientation(photo(t, 400, 200, turned)).apply(upright)
		w, h := i.Rect.Dx(), i.Rect.Dy()
		at := map[string]image.Point{"upper left": {1, 1}, "upper right": {w - 2, 1}, "lower right": {w - 2, h - 2}, "lower left": {1, h - 2}}
		if p := at[quarter]; i.RGBAAt(p.X, p.Y).R != 255 {
			t.Errorf("%d: not at the %s", turned, quarter)
		}
	}
}

func TestSizesAndTypes(t *testing.T) {
	t.Parallel()
	var opaque, clear bytes.Buffer
	if err := errors.Join(png.Encode(&opaque, halves(2500, 1000)), png.Encode(&clear, image.NewNRGBA(image.Rect(0, 0, 100, 100)))); err != nil {
		t.Fatal(err)
	}
	if got := sizes(t, render(t, "image/png", opaque.Bytes())); got != "2000x800 960x384 480x192 160x64" {
		t.Error(got)
	}
	list := render(t, "image/png", clear.Bytes())
	i, err := png.Decode(bytes.NewReader(list[0].File))
	if _, _, _, a := i.At(50, 50).RGBA(); err != nil || a != 0 || sizes(t, list) != "100x100" {
		t.Errorf("%d %v %s", a, err, sizes(t, list))
	}
}

// Seen to catch: a file of which only the beginning is right, shown; a decoder that works for as long as there is something to read.
func TestFilesThatCannotBeDecoded(t *testing.T) {
	t.Parallel()
	file := photo(t, 400, 400, 1)
	if _, err := Render(context.Background(), "image/jpeg", file[:len(file)/2]); !errors.Is(err, ErrBroken) {
		t.Error(err)
	}
	ended, cancel := context.WithTimeout(context.Background(), -time.Second)
	defer cancel()
	if _, err := (bounded{ended, bytes.NewReader(file)}).Read(make([]byte, 1)); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	if _, err := Render(ended, "image/jpeg", file); !errors.Is(err, context.DeadlineExceeded) {
		t.Error("who asks gives up, and that says nothing of the file:", err)
	}
}
