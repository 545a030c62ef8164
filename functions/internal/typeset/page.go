package typeset

import (
	"context"

	"codeberg.org/go-pdf/fpdf"
)

// Page is an A4 page of a PDF, in mm, that texts are written on.
type Page struct {
	*fpdf.Fpdf
	base    *face
	face    func(script string) *face // nil where it cannot be read, which fails the document
	added   map[*face]bool            // the fonts that the document has
	country string
}

// New returns a document without pages, whose Chinese characters are those of a country where they do not tell by what is beside them.
func New(ctx context.Context, fonts *Fonts, country string) (*Page, error) {
	base, err := common()
	if err != nil {
		return nil, err
	}
	p := &Page{Fpdf: fpdf.New("P", "mm", "A4", ""), base: base, added: map[*face]bool{}, country: country}
	p.SetCellMargin(0)
	p.face = func(script string) *face {
		f, err := fonts.face(ctx, script)
		p.SetError(err)
		return f
	}
	return p, nil
}

// Size sets how large letters are from then on, in points.
func (p *Page) Size(points float64) { p.use(p.base, points) }

// use sets the font, which the document has from then on.
func (p *Page) use(f *face, points float64) {
	if !p.added[f] {
		p.AddUTF8FontFromBytes(f.name, "", f.data)
		p.added[f] = true
	}
	p.SetFont(f.name, "", points)
}
