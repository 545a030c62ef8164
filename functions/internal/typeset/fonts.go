package typeset

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"unicode"

	"github.com/go-fonts/dejavu/dejavusans"
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

// The fonts of scripts that DejaVu Sans has not, by the marketplaces and languages that write them: Noto Sans JP, KR and SC. The last has
// every Chinese character of Unicode's first block, traditional ones, too.
const (
	Japanese = "JP"
	Korean   = "KR"
	Chinese  = "SC"
)

// Files reads files whole.
type Files interface {
	Read(ctx context.Context, key string) ([]byte, error)
}

// Fonts reads a font when a document first needs it, since they are 5 to 10 MB, and keeps it.
type Fonts struct {
	Files Files
	Keys  map[string]string // the files of Japanese, Korean and Chinese

	mu   sync.Mutex
	kept map[string]*face
}

// face is a font of which letters are known.
type face struct {
	name string
	data []byte
	font *sfnt.Font
}

// common has the letters of most scripts.
var common = sync.OnceValues(func() (*face, error) { return parse("DejaVu Sans", dejavusans.TTF) })

func parse(name string, data []byte) (*face, error) {
	f, err := sfnt.Parse(data)
	if err != nil {
		return nil, fmt.Errorf("read font %s: %w", name, err)
	}
	return &face{name, data, f}, nil
}

func (f *Fonts) face(ctx context.Context, script string) (*face, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if there, ok := f.kept[script]; ok {
		return there, nil
	}
	data, err := f.Files.Read(ctx, f.Keys[script])
	if err != nil {
		return nil, fmt.Errorf("read font %s: %w", script, err)
	}
	read, err := parse(script, data)
	if err != nil {
		return nil, err
	}
	if f.kept == nil {
		f.kept = map[string]*face{}
	}
	f.kept[script] = read
	return read, nil
}

// has tells whether a face has all of some letters, of Unicode's first plane: the PDF library knows no other.
func (f *face) has(letters []rune) bool {
	var b sfnt.Buffer
	return !slices.ContainsFunc(letters, func(r rune) bool {
		i, err := f.font.GlyphIndex(&b, r)
		return err != nil || i == 0 || r > '\uFFFF'
	})
}

// width is how wide letters are, in ems.
func (f *face) width(letters []rune) (w float64) {
	var b sfnt.Buffer
	em := int(f.font.UnitsPerEm())
	for _, r := range letters {
		i, err := f.font.GlyphIndex(&b, r)
		if err != nil {
			continue
		}
		if a, err := f.font.GlyphAdvance(&b, i, fixed.I(em), font.HintingNone); err == nil {
			w += float64(a) / 64 / float64(em)
		}
	}
	return w
}

// ideographic are the blocks of what Chinese, Japanese and Korean are written in: letters, and the punctuation and wide forms beside them.
var ideographic = &unicode.RangeTable{R16: []unicode.Range16{
	{Lo: 0x1100, Hi: 0x11FF, Stride: 1}, {Lo: 0x2E80, Hi: 0x9FFF, Stride: 1}, {Lo: 0xAC00, Hi: 0xD7FF, Stride: 1},
	{Lo: 0xF900, Hi: 0xFAFF, Stride: 1}, {Lo: 0xFE30, Hi: 0xFE4F, Stride: 1}, {Lo: 0xFF00, Hi: 0xFFEF, Stride: 1},
}}

// scriptsOf are those whose fonts a text is written in, the best first: by its own syllables, else as its country writes.
func scriptsOf(text []rune, country string) []string {
	is := func(tables ...*unicode.RangeTable) bool {
		return slices.ContainsFunc(text, func(r rune) bool { return unicode.In(r, tables...) })
	}
	switch {
	case is(unicode.Hiragana, unicode.Katakana):
		country = Japanese
	case is(unicode.Hangul):
		country = Korean
	}
	switch country {
	case Japanese:
		return []string{Japanese, Chinese, Korean}
	case Korean:
		return []string{Korean, Chinese, Japanese}
	}
	return []string{Chinese, Japanese, Korean}
}
