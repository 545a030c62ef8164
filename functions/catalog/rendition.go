package catalog

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
)

// imageSides are the longest sides that images are shown with, the largest first, and renditions is the number of this rule in
// the names of files. Another rule has another number: what was made by this one keeps its files.
var imageSides = []int{2000, 960, 480, 160}

const renditions = "r1"

// ImageSize is a size in pixels.
type ImageSize struct {
	Width, Height int
}

// Rendition is an image in one size.
type Rendition struct {
	ImageSize
	Type string // its media type
	File []byte
}

// PutRenditions puts what is shown of an image where that is, by a name that their files begin with, and returns the file of the largest,
// by which the others are known, and its size.
func PutRenditions(ctx context.Context, to Putter, name string, list []Rendition) (largest string, size ImageSize, err error) {
	for _, r := range slices.Backward(list) { // the largest is there last
		largest, size = renditionOf(name, r.ImageSize, imageTypes[r.Type]), r.ImageSize
		if err := to.Put(ctx, largest, r.Type, shownFor, r.File); err != nil {
			return "", ImageSize{}, err
		}
	}
	return largest, size, nil
}

// Putter keeps files.
type Putter interface {
	Put(ctx context.Context, key, mediaType, cached string, file []byte) error
}

// shownFor is how long images may be kept: a minute at the edge, so that one that is gone is gone there, and an hour in a browser.
const shownFor = "public, max-age=3600, s-maxage=60"

// ImageSizes are the sizes that an image of a size is made in, the largest first: its own, or what the largest allows, and the
// smaller ones.
func ImageSizes(width, height int) []ImageSize {
	longest := max(width, height)
	out := []ImageSize{sized(width, height, min(longest, imageSides[0]))}
	for _, side := range imageSides[1:] {
		if side < min(longest, imageSides[0]) {
			out = append(out, sized(out[0].Width, out[0].Height, side))
		}
	}
	return out
}

// sized is a size with another longest side, rounded to whole pixels.
func sized(width, height, side int) ImageSize {
	longest := max(width, height)
	scaled := func(n int) int { return max(1, (n*side*2+longest)/(longest*2)) }
	return ImageSize{scaled(width), scaled(height)}
}

// SizedImage is an image's address in one size; of an image that is not Rialto's, no size is known.
type SizedImage struct {
	URL string
	ImageSize
}

var renditionName = regexp.MustCompile(`^(.+)-` + renditions + `-(\d{1,4})x(\d{1,4})\.(jpg|png)$`)

// ImageFiles are the names of an image's files in all its sizes, the largest first, by that one's name, which says how large it is.
func ImageFiles(largest string) []SizedImage {
	m := renditionName.FindStringSubmatch(largest)
	if m == nil {
		return []SizedImage{{URL: largest}}
	}
	width, _ := strconv.Atoi(m[2]) // digits
	height, _ := strconv.Atoi(m[3])
	var out []SizedImage
	for _, s := range ImageSizes(width, height) {
		out = append(out, SizedImage{renditionOf(m[1], s, "."+m[4]), s})
	}
	return out
}

// renditionOf is the name of a file in a size.
func renditionOf(name string, s ImageSize, ending string) string {
	return fmt.Sprintf("%s-%s-%dx%d%s", name, renditions, s.Width, s.Height, ending)
}
