package catalog

import (
	"bytes"
	"context"
	"errors"
	"io"

	"rialto/functions/internal/fault"
	"rialto/functions/internal/files"
)

// ImageCheck looks at files that are said to be images.
type ImageCheck struct {
	// Header tells an image's type and its size in pixels by its first bytes (imageheader.Read).
	Header func(io.Reader) (mediaType string, width, height int64, err error)
	// Render makes of a file what is shown (imagerender.Render); nil where nothing is checked.
	Render func(ctx context.Context, mediaType string, file []byte) ([]Rendition, error)
}

// Renditions makes of a file what is shown, the largest first, if it is what was announced and within the limits.
func (c ImageCheck) Renditions(ctx context.Context, a files.Announced, size int64, open func() (io.ReadCloser, error)) ([]Rendition, error) {
	if size != a.Bytes {
		return nil, fault.New(fault.Invalid, "wrong_size", "the file has %d bytes, and %d were announced", size, a.Bytes)
	}
	in, err := open()
	if err != nil {
		return nil, err
	}
	defer in.Close()
	file, err := io.ReadAll(io.LimitReader(in, MaxImageBytes))
	if err != nil {
		return nil, err
	}
	mediaType, width, height, err := c.Header(bytes.NewReader(file))
	if err != nil {
		return nil, err
	}
	if err := judge(a.Type, mediaType, width, height); err != nil { // before any pixel is decoded
		return nil, err
	}
	return c.Render(ctx, a.Type, file)
}

// RefusalOf is why an image is refused, by what its check came to; nil if it is not, or if that is no word on the image.
func RefusalOf(err error) *Reason {
	var why *fault.Error
	if errors.As(err, &why) && !why.Kind.Transient() && !errors.Is(err, files.ErrChanged) {
		return &Reason{why.Code, why.Message}
	}
	return nil
}
