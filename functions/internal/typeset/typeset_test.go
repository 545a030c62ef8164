package typeset

import (
	"bytes"
	"compress/zlib"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"
)

// fontFolder names the variable that holds the folder of the installed fonts. make test sets it.
const fontFolder = "RIALTO_TEST_FONTS"

// folder reads files of a folder.
type folder string

func (f folder) Read(_ context.Context, key string) ([]byte, error) {
	return os.ReadFile(filepath.Join(string(f), key))
}

// away is files that cannot be read.
type away struct{}

func (away) Read(context.Context, string) ([]byte, error) { return nil, errors.New("away") }

func installed(t *testing.T) *Fonts {
	t.Helper()
	at := os.Getenv(fontFolder)
	if at == "" {
		t.Skip("needs the fonts: make test installs them and sets " + fontFolder)
	}
	return &Fonts{Files: folder(at), Keys: map[string]string{Japanese: "JP.ttf", Korean: "KR.ttf", Chinese: "SC.ttf"}}
}

// draw makes a document of a text.
func draw(t *testing.T, f *Fonts, text, country string) ([]byte, error) {
	t.Helper()
	p, err := New(t.Context(), f, country)
	if err != nil {
		t.Fatal(err)
	}
	p.AddPage()
	p.Size(9)
	p.Write(10, 190, 5, text)
	var out bytes.Buffer
	err = p.Output(&out)
	return out.Bytes(), err
}

// drawn reads what a document of a text shows.
func drawn(t *testing.T, f *Fonts, text, country string) (pdf []byte, shows string) {
	t.Helper()
	pdf, err := draw(t, f, text, country)
	if err != nil {
		t.Fatal(err)
	}
	return pdf, shown(t, pdf)
}

// shown reads what a document shows, line by line as it is drawn, from left to right, and fails where a letter has no glyph.
func shown(t *testing.T, pdf []byte) (text string) {
	t.Helper()
	objects := map[string]string{}
	for _, m := range regexp.MustCompile(`(?s)(\d+) 0 obj\n(.*?)endobj`).FindAllSubmatch(pdf, -1) {
		objects[string(m[1])] = string(m[2])
	}
	glyphs := map[string]string{} // by a font's name, two bytes a letter
	for _, m := range regexp.MustCompile(`/(F[0-9a-f]+) (\d+) 0 R`).FindAllSubmatch(pdf, -1) {
		descendant := regexp.MustCompile(`/DescendantFonts \[(\d+)`).FindStringSubmatch(objects[string(m[2])])
		glyphs[string(m[1])] = inflated(t, objects[regexp.MustCompile(`/CIDToGIDMap (\d+)`).FindStringSubmatch(objects[descendant[1]])[1]])
	}
	font := ""
	for _, m := range regexp.MustCompile(`(?s)/(F[0-9a-f]+) [0-9.]+ Tf|\(((?:\\.|[^\\)])*)\) ?Tj`).FindAllStringSubmatch(page1(t, objects), -1) {
		if m[1] != "" {
			font = m[1]
			continue
		}
		for _, r := range letters(m[2]) {
			if at := 2 * int(r); r != ' ' && glyphs[font][at:at+2] == "\x00\x00" {
				t.Errorf("%q has no glyph in %s", r, font)
			}
			text += string(r)
		}
	}
	return norm.NFKC.String(text)
}

func page1(t *testing.T, objects map[string]string) string {
	t.Helper()
	for _, o := range objects {
		if m := regexp.MustCompile(`/Contents (\d+) 0 R`).FindStringSubmatch(o); m != nil {
			return inflated(t, objects[m[1]])
		}
	}
	t.Fatal("no page")
	return ""
}

func inflated(t *testing.T, object string) string {
	t.Helper()
	_, stream, _ := strings.Cut(object, "stream\n")
	r, err := zlib.NewReader(strings.NewReader(stream))
	if err != nil {
		t.Fatal(err)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// letters reads a string of a PDF's page: UTF-16, with escapes.
func letters(escaped string) []rune {
	raw := strings.NewReplacer(`\\`, `\`, `\(`, "(", `\)`, ")", `\r`, "\r").Replace(escaped)
	units := make([]uint16, len(raw)/2)
	for i := range units {
		units[i] = binary.BigEndian.Uint16([]byte(raw[2*i:]))
	}
	return utf16.Decode(units)
}

// What people and things are called is on the document, in every script of the marketplaces' languages: as it is written where that is
// from left to right, else turned, with letters joined and numbers as they are. Seen to catch: a font left out; brackets, numbers or marks
// turned with the words; letters that do not join.
func TestADocumentShowsEveryScript(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Nguyễn Thị Hằng":                "Nguyễn Thị Hằng",
		"Nguye\u0302\u0303n":             "Nguyễn",
		"Łódź, İstanbul ğış, Ελληνικά":   "",
		"Иван Їжак, Gößl, Ørsted, Šťáva": "",
		"שלום עולם (חנות) 45":            "45 (תונח) םלוע םולש",
		"by שלום 45, ok":                 "by 45 םולש, ok",
		"محمد بن علي":                    "يلع نب دمحم",
		"شارع 123 (ب)":                   "(ب) 123 عراش",
		"دکتر گچ\u200cپژ":                "ژپچگ رتکد",
		"لا إله":                         "هلإ لا", // a ligature is one letter
		"tab\there\u202E":                "tab here",
	} {
		if want == "" {
			want = text
		}
		if _, got := drawn(t, &Fonts{Files: away{}}, text, ""); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

// Arabic letters have the form that their neighbours ask for. Seen to catch: a letter that joins one that does not join back.
func TestArabicLettersJoin(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"محمد":            "\uFEE3\uFEA4\uFEE4\uFEAA",
		"دار":             "\uFEA9\uFE8D\uFEAD",
		"سلام":            "\uFEB3\uFEFC\uFEE1",
		"لآ":              "\uFEF5",
		"مَد":             "\uFEE3\u064E\uFEAA",
		"ک":               "\uFB8E",
		"ء":               "\uFE80",
		"a م":             "a \uFEE1",
		"\u0640م":         "\u0640\uFEE2",
		"ب\u200cب":        "\uFE8F\u200C\uFE8F",
		"latin, ζ and 山田": "latin, ζ and 山田",
	} {
		if got := string(shape([]rune(text))); got != want {
			t.Errorf("%s: %+q, want %+q", text, got, want)
		}
	}
}

// Chinese, Japanese and Korean are written in fonts of theirs, of which the document has what it shows and no more. Seen to catch: a
// Japanese name in Chinese letters, a whole font in a document.
func TestADocumentShowsChineseJapaneseAndKorean(t *testing.T) {
	t.Parallel()
	fonts := installed(t)
	for _, c := range []struct{ text, country, face string }{
		{"山田 太郎 〒100-0005 東京都千代田区", "JP", "jp"},
		{"ヤマダ タロウ、（ひらがな）ｱｲｳ", "DE", "jp"},
		{"王小明 广东省深圳市 手机壳", "US", "sc"},
		{"陳大文 臺北市信義區 鑰匙圈", "US", "sc"},
		{"김철수 서울특별시 종로구", "US", "kr"},
		{"か\u3099く", "JP", "jp"},
	} {
		pdf, got := drawn(t, fonts, c.text, c.country)
		if got != norm.NFKC.String(c.text) {
			t.Errorf("%s: %s", c.text, got)
		}
		if !bytes.Contains(pdf, []byte("/BaseFont /utf8"+c.face)) || len(pdf) > 60_000 {
			t.Errorf("%s is not in the font %s, or in %d bytes", c.text, c.face, len(pdf))
		}
	}
	if _, got := drawn(t, fonts, "吉\U000E0100 😀 𠮷 丂가", "JP"); got != "吉 \uFFFD \uFFFD 丂가" {
		t.Error("what no font has is no mark: ", got)
	}
}

// A document whose font cannot be read is not made with blanks; one that needs none does not read any.
func TestADocumentWithoutItsFontFails(t *testing.T) {
	t.Parallel()
	f := &Fonts{Files: away{}}
	if _, err := draw(t, f, "山田", "JP"); err == nil {
		t.Error("it is made")
	}
	if _, err := draw(t, f, "plain", "JP"); err != nil {
		t.Error(err)
	}
}

// A line ends at a space, beside an ideograph, not before a closing mark, and anywhere where a word is too long.
func TestLinesEndWhereTheyMay(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"one two three": "one two|three", "wonderful": "wonderf|ul", "東京都千代田。区": "東京都千代|田。区", "a東京都（千代田区": "a東京都（千|代田区",
		"": "", "one  two": "one  two", "東京都千代（田": "東京都千代|（田",
	} {
		var line []piece
		for _, r := range text {
			line = append(line, piece{letters: []rune{r}, ems: 1})
		}
		var got []string
		width := 7.0
		if strings.Contains(text, "one  ") {
			width = 8
		}
		if strings.Contains(text, "東") {
			width = 6
		}
		for _, l := range wrap(line, width) {
			s := ""
			for _, c := range l {
				s += string(c.letters)
			}
			got = append(got, s)
		}
		if strings.Join(got, "|") != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}
