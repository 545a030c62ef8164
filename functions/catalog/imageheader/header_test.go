package imageheader

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

func encoded(t *testing.T, to func(io.Writer, image.Image) error, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := to(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(w io.Writer, i image.Image) error { return jpeg.Encode(w, i, nil) }

// segment is one of a JPEG's application segments.
func segment(marker byte, n int) []byte {
	return slices.Concat([]byte{0xff, marker, byte((n + 2) >> 8), byte(n + 2)}, bytes.Repeat([]byte{0xff, 0xc0}, n/2), make([]byte, n%2))
}

// pngOf is the beginning of a PNG that claims to be of a size.
func pngOf(width, height uint32) []byte {
	b := []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR")
	b = binary.BigEndian.AppendUint32(b, width)
	b = binary.BigEndian.AppendUint32(b, height)
	b = append(b, 8, 0, 0, 0, 0)
	return binary.BigEndian.AppendUint32(b, crc32.ChecksumIEEE(b[12:]))
}

// webpOf is the beginning of a WebP with a chunk of n bytes.
func webpOf(chunk string, n byte, body ...byte) []byte {
	b := append([]byte("RIFF\xff\x00\x00\x00WEBP"+chunk), n, 0, 0, 0)
	return append(append(b, body...), make([]byte, 20)...)
}

// An image of one pixel as cwebp writes it.
const onePixel = "UklGRiQAAABXRUJQVlA4IBgAAAAwAQCdASoBAAEAAwA0JaQAA3AA/vuUAAA="

// Seen to catch: width and height exchanged; a preview's size taken for the image's; a frame of Huffman tables (0xc4)
// taken for the image's; a header that ends early taken as it is.
func TestReadImageHeader(t *testing.T) {
	t.Parallel()
	small, _ := base64.StdEncoding.DecodeString(onePixel)
	jpg, pic := encoded(t, asJPEG, 300, 200), encoded(t, png.Encode, 300, 200)
	type want struct {
		mediaType     string
		width, height int64
		err           error
	}
	for name, c := range map[string]struct {
		file []byte
		want want
	}{
		"jpeg": {jpg, want{"image/jpeg", 300, 200, nil}},
		"jpeg behind a preview": {slices.Concat(jpg[:2], segment(0xe1, 65000), []byte{0xff, 0xff}, segment(0xe2, 99), jpg[2:]),
			want{"image/jpeg", 300, 200, nil}},
		"jpeg, progressive": {slices.Concat([]byte("\xff\xd8"), segment(0xc4, 30),
			[]byte("\xff\xc2\x00\x0b\x08\x01\x00\x02\x00\x01\x01\x11\x00"), segment(0xda, 6)), want{"image/jpeg", 512, 256, nil}},
		"jpeg behind half a MB":     {slices.Concat(jpg[:2], bytes.Repeat(segment(0xe1, 65000), 9), jpg[2:]), want{"image/jpeg", 0, 0, ErrBroken}},
		"jpeg without frame":        {slices.Concat(jpg[:2], segment(0xda, 10)), want{"image/jpeg", 0, 0, ErrBroken}},
		"jpeg, cut":                 {jpg[:20], want{"image/jpeg", 0, 0, ErrBroken}},
		"jpeg, segment of no size":  {[]byte("\xff\xd8\xff\xe0\x00\x01"), want{"image/jpeg", 0, 0, ErrBroken}},
		"jpeg, then something else": {[]byte("\xff\xd8\xff\xe0\x00\x04ab<script>"), want{"image/jpeg", 0, 0, ErrBroken}},
		"png":                       {pic, want{"image/png", 300, 200, nil}},
		"png, a bomb":               {pngOf(1<<28, 1<<28), want{"image/png", 1 << 28, 1 << 28, nil}},
		"png, beyond counting":      {pngOf(1<<31-1, 1<<31-1), want{"image/png", 0, 0, ErrBroken}},
		"png, cut":                  {pic[:30], want{"image/png", 0, 0, ErrBroken}},
		"png, other checksum":       {slices.Concat(pic[:20], []byte{9}, pic[21:]), want{"image/png", 0, 0, ErrBroken}},
		"webp, lossy":               {small, want{"image/webp", 1, 1, nil}},
		"webp, lossless":            {webpOf("VP8L", 0xf0, 0x2f, 0x2b, 0xc1, 0x31, 0), want{"image/webp", 300, 200, nil}},
		"webp, extended":            {webpOf("VP8X", 10, 0, 0, 0, 0, 0x2b, 1, 0, 0xc7, 0, 0), want{"image/webp", 300, 200, nil}},
		"webp, no image":            {webpOf("XMP ", 0xf0), want{"image/webp", 0, 0, ErrBroken}},
		"webp, lossless of no kind": {webpOf("VP8L", 0xf0, 1), want{"image/webp", 0, 0, ErrBroken}},
		"webp, no key frame":        {webpOf("VP8 ", 0xf0, 1, 0, 0, 0x9d, 1, 0x2a, 1, 1, 1, 1), want{"image/webp", 0, 0, ErrBroken}},
		"gif":                       {[]byte("GIF89a\x01\x00\x01\x00\x00\x00\x00"), want{"", 0, 0, ErrNoImage}},
		"svg":                       {[]byte(`<svg xmlns="http://www.w3.org/2000/svg"/>`), want{"", 0, 0, ErrNoImage}},
		"html":                      {[]byte("<!doctype html><script>alert(1)</script>"), want{"", 0, 0, ErrNoImage}},
		"wave":                      {[]byte("RIFF\x00\x00\x00\x00WAVEfmt "), want{"", 0, 0, ErrNoImage}},
		"nothing":                   {nil, want{"", 0, 0, ErrNoImage}},
		"a byte":                    {[]byte{0xff}, want{"", 0, 0, ErrNoImage}},
	} {
		for _, in := range []io.Reader{bytes.NewReader(c.file), iotest.OneByteReader(bytes.NewReader(c.file))} {
			var got want
			got.mediaType, got.width, got.height, got.err = Read(in)
			if !errors.Is(got.err, c.want.err) || got.mediaType != c.want.mediaType || got.width != c.want.width || got.height != c.want.height {
				t.Errorf("%s: %+v, want %+v", name, got, c.want)
			}
		}
	}
	away := errors.New("away")
	if _, _, _, err := Read(io.MultiReader(strings.NewReader("\x89PNG\r\n\x1a\n\x00\x00\x00\x0d"),
		iotest.ErrReader(away))); !errors.Is(err, away) {
		t.Error("a store that is away makes a file broken:", err)
	}
}

// No bytes bring it down, or make it read on for ever.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08\x00\x01\x00\x01", string(pngOf(1, 1)), string(webpOf("VP8X", 10, 1)),
		""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if kind, w, h, err := Read(bytes.NewReader(b)); err == nil && (!strings.HasPrefix(kind, "image/") || w < 0 || h < 0) {
			t.Fatal(kind, w, h)
		}
	})
}
