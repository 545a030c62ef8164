package feeds

import (
	"bytes"
	"unicode/utf8"
)

// magic is how files begin that are no text.
var magic = []struct{ bytes, what string }{
	{"\x1f\x8b", "gzip-compressed"}, {"PK\x03\x04", "a zip archive or an Excel workbook"}, {"PK\x05\x06", "a zip archive"},
	{"BZh", "bzip2-compressed"}, {"\xfd7zXZ", "xz-compressed"}, {"7z\xbc\xaf", "a 7z archive"}, {"\x28\xb5\x2f\xfd", "zstd-compressed"},
	{"\xd0\xcf\x11\xe0", "an old Excel workbook"}, {"%PDF", "a PDF"}, {"Rar!", "a rar archive"},
}

const bom = "\xef\xbb\xbf"

// sniff looks at a file's first bytes, whole if it is no longer, and says why no row of it can be read: compressed_file.
// Compressed files are refused by their first bytes, so that none is ever unpacked.
func sniff(head []byte) error {
	for _, m := range magic {
		if bytes.HasPrefix(head, []byte(m.bytes)) {
			return badFile("compressed_file", "the file is %s; upload the text itself, as UTF-8", m.what)
		}
	}
	return nil
}

// linesEnd looks at the first text of a file, whole if it is no longer, and fails with wrong_line_ends.
func linesEnd(text []byte, whole bool) error {
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0 && !(whole && bytes.IndexByte(text, '\r') == len(text)-1) {
		return badFile("wrong_line_ends", "lines end in a carriage return alone; save the file with line feeds")
	}
	return nil
}

// partial is how many bytes at the end begin a character that goes on behind them.
func partial(text []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(text); n++ {
		if b := text[len(text)-n]; utf8.RuneStart(b) {
			if !utf8.FullRune(text[len(text)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

func invalidAt(text []byte) int {
	if utf8.Valid(text) {
		return -1
	}
	for i := 0; i < len(text); {
		r, n := utf8.DecodeRune(text[i:])
		if r == utf8.RuneError && n == 1 {
			return i
		}
		i += n
	}
	return -1
}
