package feeds

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/unicode"
)

// Encodings are those that a file may be declared to have, by the names of the WHATWG.
var Encodings = []string{utf8Name, utf16LEName, utf16BEName, "windows-1250", "windows-1252", "windows-1254", "windows-1256", "iso-8859-1",
	"iso-8859-2",
	"iso-8859-9", "iso-8859-15", "macintosh", shiftJIS, eucJP, eucKR, gbk, gb18030, big5}

// EncodingOf is the name among Encodings of what a seller calls an encoding: sjis, cp949, latin1; the same of what is none.
func EncodingOf(label string) string {
	if slices.Contains(Encodings, label) {
		return label
	}
	if name, ok := microsoft[strings.ToLower(label)]; ok {
		return name
	}
	e, err := htmlindex.Get(label)
	if err != nil {
		return label
	}
	if name, err := htmlindex.Name(e); err == nil {
		return name
	}
	return label
}

// microsoft are names of code pages that the WHATWG does not list.
var microsoft = map[string]string{"cp932": shiftJIS, "cp936": gbk, "cp949": eucKR, "cp950": big5}

const (
	utf8Name    = "utf-8"
	utf16LEName = "utf-16le"
	utf16BEName = "utf-16be"
)

// pages are the code pages among them. In each, a byte is a character, so that a place in the text is known
// in the file.
var pages = map[string]*charmap.Charmap{
	"windows-1250": charmap.Windows1250, "windows-1252": charmap.Windows1252, "windows-1254": charmap.Windows1254, "windows-1256": charmap.Windows1256,
	"iso-8859-1": charmap.ISO8859_1,
	"iso-8859-2": charmap.ISO8859_2, "iso-8859-15": charmap.ISO8859_15, "iso-8859-9": charmap.ISO8859_9, "macintosh": charmap.Macintosh,
}

// pageOf is the code page that a spreadsheet in a marketplace's country writes where it writes no UTF-8, "" where that
// is none of pages.
func pageOf(marketplace string) string {
	switch marketplace {
	case "PL":
		return "windows-1250"
	case "TR":
		return "windows-1254"
	case "AE", "EG", "SA":
		return "windows-1256"
	case "JP":
		return shiftJIS
	}
	return "windows-1252"
}

// decode reads a file as UTF-8 text. width tells how long a piece of that text is in the file; it is nil for UTF-8.
func decode(in io.Reader, name string) (text io.Reader, width func([]byte) int64) {
	var from encoding.Encoding
	switch name {
	case "", utf8Name:
		return in, nil
	case utf16LEName:
		from = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case utf16BEName:
		from = unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	case shiftJIS, eucJP, eucKR, gbk, gb18030, big5:
		r := &eastReader{in: in, from: eastAsian[name].NewDecoder()}
		return r, r.width
	default:
		return pages[name].NewDecoder().Reader(in), func(b []byte) int64 { return int64(utf8.RuneCount(b)) }
	}
	return from.NewDecoder().Reader(in), utf16Width
}

// utf16Width counts two bytes for each character and two more beyond the basic plane, which have four bytes in UTF-8.
func utf16Width(b []byte) int64 {
	n := int64(0)
	for _, c := range b {
		if c < 0x80 || c >= 0xC0 {
			n += 2
		}
		if c >= 0xF0 {
			n += 2
		}
	}
	return n
}

// detect finds the encoding of a file from its first bytes, whole if it is no longer, and how many of them are a byte
// order mark, which overrules what is declared. What is not UTF-8 is in what it shows to be of East Asia's
// encodings, or else in the code page of the marketplace's country, if it can be: not one that has UTF-8 characters too, or bytes that
// the page leaves undefined.
func detect(head []byte, whole bool, declared, marketplace string) (name string, skip int, err error) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return utf16LEName, 2, nil
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return utf16BEName, 2, nil
	case bytes.HasPrefix(head, []byte(bom)):
		return utf8Name, len(bom), nil
	case declared == utf16LEName || declared == utf16BEName:
		return declared, 0, nil
	case bytes.IndexByte(head[:min(len(head), 4096)], 0) >= 0:
		return "", 0, badFile("wrong_encoding", "the file has zero bytes, as UTF-16 without a byte order mark has; save it as UTF-8")
	case declared != "" && declared != utf8Name:
		return declared, 0, nil
	}
	if !whole {
		head = head[:len(head)-partial(head)]
	}
	at := invalidAt(head)
	if at < 0 {
		return utf8Name, 0, nil
	}
	line, page := 1+bytes.Count(head[:at], []byte("\n")), pageOf(marketplace)
	if east, unsure := ofEastAsia(wholeLines(head, whole), marketplace); declared == "" && east != "" {
		return east, 0, nil
	} else if unsure {
		page = ""
	}
	if declared == utf8Name || page == "" || !canBe(wholeLines(head, whole), page) {
		return "", 0, badFile("wrong_encoding",
			"line %d is not UTF-8; save the file as UTF-8, or declare its encoding when the feed is created", line)
	}
	return page, 0, nil
}

// canBe tells whether a text can be in the encoding of a marketplace's country.
func canBe(text []byte, name string) bool {
	if page := pages[name]; page != nil {
		return fits(text, page)
	}
	return name != "" && new(evidence).read(text, name)
}

// fits tells whether a text can be in a code page.
func fits(text []byte, page *charmap.Charmap) bool {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if n > 1 {
			return false
		}
		if d := page.DecodeByte(text[0]); r == utf8.RuneError && (d == utf8.RuneError || d >= 0x80 && d < 0xA0) {
			return false
		}
		text = text[n:]
	}
	return true
}
