// Package imagerender decodes an image and encodes it anew in the sizes that pages show. What is not pixels is gone: where it was
// taken (EXIF), previews, comments, and whatever stands behind its end.
package imagerender

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"time"

	"golang.org/x/image/draw"
	"golang.org/x/image/webp"

	"rialto/functions/catalog"
	"rialto/functions/internal/fault"
)

const (
	// decodeFor is how long decoding may take: a small file can be of any number of passes over all its pixels.
	decodeFor = 20 * time.Second
	// quality of a JPEG, of 100.
	quality = 85
)

// Refusals of files.
var (
	ErrBroken = fault.New(fault.Invalid, "broken_image", "the file begins as an image, and cannot be decoded to its end")
	ErrSlow   = fault.New(fault.Invalid, "image_too_costly", "the image takes too long to decode; save it anew, not progressively")
)

// Render returns an image's renditions, the largest first, each a file of the same media type: JPEG of a JPEG, PNG of a PNG, and of
// a WebP JPEG or, where it is transparent, PNG. Whoever calls has looked at its header: a file's pixels are all in memory. A JPEG is
// turned the way its EXIF says. What a colour profile says is lost: a page shows it as sRGB. Errors: broken_image,
// image_too_costly.
func Render(ctx context.Context, mediaType string, file []byte) ([]catalog.Rendition, error) {
	limited, cancel := context.WithTimeout(ctx, decodeFor)
	defer cancel()
	in := bounded{limited, bytes.NewReader(file)}
	decode := map[string]func(io.Reader) (image.Image, error){"image/jpeg": jpeg.Decode, "image/png": png.Decode, "image/webp": webp.Decode}[mediaType]
	if decode == nil {
		return nil, fmt.Errorf("render image: %q is no type of images", mediaType)
	}
	from, err := decode(in)
	switch {
	case ctx.Err() != nil:
		return nil, ctx.Err()
	case limited.Err() != nil:
		return nil, ErrSlow
	case err != nil:
		return nil, ErrBroken.Because(err)
	}
	if mediaType == "image/webp" {
		if mediaType = "image/jpeg"; !opaque(from) {
			mediaType = "image/png"
		}
	}
	turn := upright
	if mediaType == "image/jpeg" {
		turn = orientation(file)
	}
	return scale(from, turn, mediaType)
}

// scale makes the sizes one of the other, the largest first, turned as told.
func scale(from image.Image, turn turning, mediaType string) ([]catalog.Rendition, error) {
	var out []catalog.Rendition
	width, height := turn.size(from.Bounds().Dx(), from.Bounds().Dy())
	for _, size := range catalog.ImageSizes(width, height) {
		w, h := turn.size(size.Width, size.Height) // before it is turned
		to := image.NewRGBA(image.Rect(0, 0, w, h))
		draw.CatmullRom.Scale(to, to.Bounds(), from, from.Bounds(), draw.Src, nil)
		from = turn.apply(to)
		turn = upright
		var b bytes.Buffer
		var err error
		if mediaType == "image/jpeg" {
			err = jpeg.Encode(&b, from, &jpeg.Options{Quality: quality})
		} else {
			err = png.Encode(&b, from)
		}
		if err != nil {
			return nil, fmt.Errorf("encode image: %w", err)
		}
		out = append(out, catalog.Rendition{ImageSize: size, Type: mediaType, File: b.Bytes()})
	}
	return out, nil
}

// opaque tells whether no pixel of an image is transparent.
func opaque(i image.Image) bool {
	o, ok := i.(interface{ Opaque() bool })
	return ok && o.Opaque()
}

// bounded fails when time is up: decoders read to the end.
type bounded struct {
	ctx context.Context
	in  io.Reader
}

// Read implements io.Reader.
func (b bounded) Read(p []byte) (int, error) {
	if err := b.ctx.Err(); err != nil {
		return 0, err
	}
	return b.in.Read(p)
}
