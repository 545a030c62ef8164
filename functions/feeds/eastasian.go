package feeds

import (
	"bytes"
	"io"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// The encodings of East Asia, by the names of the WHATWG. In each a byte below 0x80 that is no part of another character is ASCII, and
// a line feed is a part of none.
const (
	shiftJIS = "shift_jis"
	eucJP    = "euc-jp"
	eucKR    = "euc-kr"
	gbk      = "gbk"
	gb18030  = "gb18030"
	big5     = "big5"
)

var eastAsian = map[string]encoding.Encoding{shiftJIS: japanese.ShiftJIS, eucJP: japanese.EUCJP, eucKR: korean.EUCKR,
	gbk: simplifiedchinese.GBK, gb18030: simplifiedchinese.GB18030, big5: traditionalchinese.Big5}

// character decodes the first character of a text that begins with no ASCII. size is how many bytes it has there; 0 if the text ends in
// it and is not whole.
func character(d *encoding.Decoder, text []byte, whole bool, out []byte) (letters []byte, size int) {
	for n := 1; n <= min(len(text), utf8.UTFMax); n++ {
		last := whole && n == len(text)
		wrote, read, _ := d.Transform(out, text[:n], last)
		if read > 0 {
			return out[:wrote], read
		}
	}
	return nil, 0
}

// eastReader decodes a file and remembers how long each of its characters is there, until width is asked for it.
type eastReader struct {
	in     io.Reader
	from   *encoding.Decoder
	raw    []byte // read and not yet decoded
	text   []byte // decoded and not yet taken
	widths []byte // of the characters that were not yet asked for
	err    error
}

// eastRead is how much of a file is decoded at once.
const eastRead = 4096

// Read implements io.Reader.
func (r *eastReader) Read(p []byte) (int, error) {
	for len(r.text) == 0 && (r.err == nil || len(r.raw) > 0) {
		r.fill()
	}
	if len(r.text) == 0 {
		return 0, r.err
	}
	n := copy(p, r.text)
	r.text = r.text[n:]
	return n, nil
}

func (r *eastReader) fill() {
	if r.err == nil {
		more := make([]byte, eastRead)
		var n int
		n, r.err = r.in.Read(more)
		r.raw = append(r.raw, more[:n]...)
	}
	r.text = r.text[:0]
	var room [2 * utf8.UTFMax]byte
	for len(r.raw) > 0 {
		letters, size := r.raw[:1], 1
		if r.raw[0] >= utf8.RuneSelf {
			if letters, size = character(r.from, r.raw, r.err != nil, room[:]); size == 0 {
				return
			}
		}
		r.widths = append(r.widths, byte(size))
		for range utf8.RuneCount(letters) - 1 {
			r.widths = append(r.widths, 0) // of several letters that one character stands for, the first has its bytes
		}
		r.text, r.raw = append(r.text, letters...), r.raw[size:]
	}
}

// width is how long the next piece of the text is in the file.
func (r *eastReader) width(piece []byte) (n int64) {
	for _, b := range piece {
		if utf8.RuneStart(b) {
			n += int64(r.widths[0])
			r.widths = r.widths[1:]
		}
	}
	return n
}

// usual tells of each encoding whether a letter is one that texts in it mostly have, by its bytes: syllables of its language, and the
// characters that its standard lists first as the most used (JIS X 0208 and GB 2312, level 1; Big5, level 1).
var usual = map[string]func(r rune, lead, trail byte) bool{
	shiftJIS: func(r rune, lead, _ byte) bool {
		return kana(r) || unicode.Is(unicode.Han, r) && lead >= 0x88 && lead <= 0x97
	},
	eucJP: func(r rune, lead, _ byte) bool {
		return kana(r) || unicode.Is(unicode.Han, r) && lead >= 0xB0 && lead <= 0xCF
	},
	eucKR:   func(r rune, _, _ byte) bool { return unicode.Is(unicode.Hangul, r) },
	gb18030: func(_ rune, lead, trail byte) bool { return lead >= 0xB0 && lead <= 0xD7 && trail >= 0xA1 },
	big5:    func(r rune, lead, _ byte) bool { return unicode.Is(unicode.Han, r) && lead >= 0xA4 && lead <= 0xC6 },
}

func kana(r rune) bool {
	return r < 0xFF00 && unicode.In(r, unicode.Hiragana, unicode.Katakana) || r == 'ー'
}

// evidence is what a text shows when it is read in an encoding.
type evidence struct {
	letters, usual, kana, doubled int
}

// read reads whole lines in an encoding; false where they cannot be in it.
func (e *evidence) read(text []byte, name string) bool {
	d := eastAsian[name].NewDecoder()
	var room [2 * utf8.UTFMax]byte
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			text = text[1:]
			continue
		}
		letters, size := character(d, text, true, room[:])
		r, _ := utf8.DecodeRune(letters)
		if size == 0 || r == utf8.RuneError {
			return false
		}
		if unicode.IsLetter(r) && (r < 0xFF00 || r > 0xFF5E) { // wide letters are in all of them
			trail := text[size-1]
			e.letters++
			if usual[name](r, text[0], trail) {
				e.usual++
			}
			if kana(r) {
				e.kana++
			}
			if size == 2 && trail >= 0xA1 {
				e.doubled++
			}
		}
		text = text[size:]
	}
	return true
}

// mostly is the least share of usual letters in a text of a language, in percent, and fewLetters are so few that a text of one may be one
// of another, too.
const (
	mostly     = 90
	fewLetters = 12
)

// ofEastAsia is the encoding that lines show to be in, by what they are in it; "" for none. unsure tells that they may be in several.
func ofEastAsia(text []byte, marketplace string) (name string, unsure bool) {
	found := map[string]bool{}
	few := false
	for name := range usual {
		var e evidence
		if !e.read(text, name) || e.letters < 2 || 100*e.usual < mostly*e.letters {
			continue
		}
		few = few || e.letters < fewLetters
		switch {
		case name == eucJP && 10*e.kana < e.letters: // else they are Chinese
		case name == big5 && 3*e.doubled < e.letters: // else they are Western, as in Ärmel
		default:
			found[name] = true
		}
	}
	switch {
	case len(found) == 0:
		return "", false
	case marketplace == "JP" && found[shiftJIS]:
		return shiftJIS, false
	case found[eucJP]:
		return eucJP, false
	case marketplace == "SG" && found[gb18030]:
		return gb18030, false
	case found[eucKR] && found[gb18030] && few:
		return "", true
	}
	for _, name := range []string{eucKR, shiftJIS, gb18030, big5} {
		if found[name] {
			return name, false
		}
	}
	return "", false
}

// wholeLines are the lines of a text that are whole, or all of it.
func wholeLines(text []byte, whole bool) []byte {
	if i := bytes.LastIndexByte(text, '\n'); i >= 0 && !whole {
		return text[:i+1]
	}
	return text
}
