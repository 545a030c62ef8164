// Package imageheader tells an image's type and size by its first bytes. It stands apart from the catalog's rules, since the
// decoders that it needs would otherwise be in the binary of every context that reads products.
package imageheader

import (
	"bufio"
	"errors"
	"image"
	"image/jpeg"
	"image/png"
	"io"

	"golang.org/x/image/webp"

	"rialto/functions/internal/fault"
)

// imageFormats tells formats apart by how a file begins; '?' is any byte. They stand here rather than in package image's
// registry, so that no import adds one.
var imageFormats = []struct {
	magic, mediaType string
	decodeConfig     func(io.Reader) (image.Config, error)
}{
	{"\xff\xd8\xff", "image/jpeg", jpeg.DecodeConfig},
	{"\x89PNG\r\n\x1a\n", "image/png", png.DecodeConfig},
	{"RIFF????WEBP", "image/webp", webp.DecodeConfig},
}

const (
	longestMagic = 12
	// longestHeader is how far into a file its dimensions are looked for. A JPEG's may stand behind a colour profile and
	// a preview; half a megabyte has room for both.
	longestHeader = 512 << 10
)

// Refusals of files.
var (
	ErrNoImage = fault.New(fault.Invalid, "not_an_image", "the file is no JPEG, PNG or WebP, whatever it was announced as")
	ErrBroken  = fault.New(fault.Invalid, "broken_image", "the file begins as an image, and its header is broken or ends too early")
)

// Read tells an image's type and its size in pixels by the file's first bytes. No pixel is decoded, so what a
// file claims to become costs nothing; and nothing behind the header is looked at. Errors: not_an_image, broken_image,
// and what reading the file fails with.
func Read(file io.Reader) (mediaType string, width, height int64, err error) {
	source := &failing{Reader: io.LimitReader(file, longestHeader)}
	in := bufio.NewReader(source)
	head, err := in.Peek(longestMagic)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, 0, err
	}
	for _, f := range imageFormats {
		if !begins(head, f.magic) {
			continue
		}
		c, err := f.decodeConfig(in)
		switch {
		case source.err != nil: // the store's failure, which says nothing about the file
			err = source.err
		case err != nil, c.Width == 0, c.Height == 0: // a WebP's frame that is no key frame has no size, and no error
			err = ErrBroken
		}
		return f.mediaType, int64(c.Width), int64(c.Height), err
	}
	return "", 0, 0, ErrNoImage
}

func begins(head []byte, magic string) bool {
	if len(head) < len(magic) {
		return false
	}
	for i := range len(magic) {
		if magic[i] != '?' && head[i] != magic[i] {
			return false
		}
	}
	return true
}

// failing remembers what reading failed with, as decoders may tell of it as a broken file.
type failing struct {
	io.Reader
	err error
}

// Read implements io.Reader.
func (f *failing) Read(p []byte) (int, error) {
	n, err := f.Reader.Read(p)
	if err != nil && err != io.EOF {
		f.err = err
	}
	return n, err
}
