package typeset

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// unknown stands for a letter that no font has.
const unknown = '\uFFFD'

// piece is a letter with its marks, in the font that has them.
type piece struct {
	letters []rune
	face    *face
	ems     float64 // how wide it is
}

// Write writes a text below what is written, in lines of a width and a height.
func (p *Page) Write(x, width, height float64, text string) {
	_, em := p.GetFontSize()
	for _, line := range wrap(p.pieces(text), width/em) {
		p.SetX(x)
		p.draw(line, height)
		p.Ln(height)
	}
}

// Lines writes the texts that there are, one below the other.
func (p *Page) Lines(x, width, height float64, texts ...string) {
	for _, t := range texts {
		if t != "" {
			p.Write(x, width, height, t)
		}
	}
}

// Labelled writes a label and what it is of beside it, of which neither turns the other around.
func (p *Page) Labelled(x, label, width, height float64, of, text string) {
	at := p.GetY()
	p.Write(x, label, height, of)
	p.SetY(at)
	p.Write(x+label, width-label, height, text)
}

// Right writes a text of one line so that it ends at a place.
func (p *Page) Right(end, y, height float64, text string) {
	_, em := p.GetFontSize()
	line := p.pieces(text)
	for _, c := range line {
		end -= c.ems * em
	}
	p.SetXY(end, y)
	p.draw(line, height)
}

// draw draws a line from left to right, whichever way it is read, with one cell for what has one font.
func (p *Page) draw(line []piece, height float64) {
	size, _ := p.GetFontSize()
	line, err := visual(line)
	for p.SetError(err); len(line) > 0; {
		n := 1
		for n < len(line) && line[n].face == line[0].face {
			n++
		}
		var run []rune
		for _, c := range line[:n] {
			run = append(run, c.letters...)
		}
		p.use(line[0].face, size)
		p.CellFormat(p.GetStringWidth(string(run)), height, string(run), "", 0, "L", false, 0, "")
		line = line[n:]
	}
	p.use(p.base, size)
}

// pieces are the letters of a text as they look beside each other.
func (p *Page) pieces(text string) []piece {
	spaced := strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return ' '
		}
		return r
	}, norm.NFC.String(text))
	letters := shape([]rune(spaced))
	scripts := scriptsOf(letters, p.country)
	var out []piece
	for i := 0; i < len(letters); {
		n := next(letters, i)
		if shown := slices.DeleteFunc(slices.Clone(letters[i:n]), ignored); len(shown) > 0 {
			out = append(out, p.piece(shown, scripts))
		}
		i = n
	}
	return out
}

// ignored tells of letters that say how others look, and look like nothing.
func ignored(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Variation_Selector) }

// piece finds the font of a letter. One without its marks is better than none.
func (p *Page) piece(letters []rune, scripts []string) piece {
	if p.base.has(letters) {
		return piece{letters, p.base, p.base.width(letters)}
	}
	if unicode.Is(ideographic, letters[0]) {
		for _, script := range scripts {
			if f := p.face(script); f != nil && f.has(letters) {
				return piece{letters, f, f.width(letters)}
			}
		}
	}
	if len(letters) > 1 {
		return p.piece(letters[:1], scripts)
	}
	return piece{[]rune{unknown}, p.base, p.base.width([]rune{unknown})}
}

// wrap parts a text into lines of no more than a width, in ems: at spaces, beside ideographs, and where neither is in time, anywhere.
func wrap(text []piece, width float64) (lines [][]piece) {
	start, cut, used := 0, 0, 0.0
	for i, c := range text {
		if i > start && parts(text[i-1], c) {
			cut = i
		}
		if used += c.ems; used <= width || i == start || c.letters[0] == ' ' {
			continue
		}
		if cut == start {
			cut = i
		}
		lines = append(lines, trim(text[start:cut]))
		start, used = cut, 0
		for _, c := range text[start : i+1] {
			used += c.ems
		}
	}
	return append(lines, trim(text[start:]))
}

// closing are letters, beside the closing brackets, that no line begins with (JIS X 4051).
const closing = "、。，．：；！？ー々ゝゞ・ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ"

// parts tells whether a line may end between two letters.
func parts(a, b piece) bool {
	before, after := a.letters[0], b.letters[0]
	switch {
	case before == ' ':
		return after != ' '
	case unicode.In(after, unicode.Pe, unicode.Pf) || strings.ContainsRune(closing, after) || unicode.In(before, unicode.Ps, unicode.Pi):
		return false
	}
	return unicode.Is(ideographic, before) || unicode.Is(ideographic, after)
}

// trim leaves out the spaces at the end of a line.
func trim(line []piece) []piece {
	for len(line) > 0 && line[len(line)-1].letters[0] == ' ' {
		line = line[:len(line)-1]
	}
	return line
}
