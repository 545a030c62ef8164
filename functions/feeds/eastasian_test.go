package feeds

import (
	"io"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
)

// Seen to catch: a Chinese file read as a Western one; a German or Arabic one read as a Chinese one; half-width kana taken for EUC.
func TestFilesOfEastAsiaShowTheirEncoding(t *testing.T) {
	t.Parallel()
	const (
		japanese = "商品名,価格\nランニングシューズ 軽量,4980\n革の財布（黒）,3200\n"
		kanji    = "商品名,在庫数\n電動工具,5\n充電式掃除機,12\n"
		half     = "商品名,価格\nﾗﾝﾆﾝｸﾞｼｭｰｽﾞ,4980\nスニーカー,3000\n"
		chinese  = "商品名称,价格,数量\n不锈钢保温杯 500ml,59.00,100\n儿童运动鞋,129.00,20\n"
		taiwan   = "商品名稱,價格\n不鏽鋼保溫瓶,590\n兒童運動鞋,1290\n"
		korean   = "상품명,가격\n여성용 운동화,59000\n가죽 지갑,32000\n"
	)
	for name, c := range map[string]struct{ text, encoding, market, want string }{
		"Japanese":               {japanese, shiftJIS, "JP", shiftJIS},
		"Japanese, in EUC":       {japanese, eucJP, "JP", eucJP},
		"Japanese, elsewhere":    {japanese, shiftJIS, "US", shiftJIS},
		"without kana":           {kanji, shiftJIS, "JP", shiftJIS},
		"half width":             {half, shiftJIS, "JP", shiftJIS},
		"Chinese":                {chinese, gb18030, "SG", gb18030},
		"Chinese, elsewhere":     {chinese, gbk, "US", gb18030},
		"Taiwanese":              {taiwan, big5, "US", big5},
		"Korean":                 {korean, eucKR, "US", eucKR},
		"a word that may be any": {"name\n电脑包\n", gbk, "US", "wrong_encoding"},
		"a word in Singapore":    {"name\n电脑包\n", gbk, "SG", gb18030},
	} {
		file := written(t, c.text, c.encoding)
		got, _, err := detect([]byte(file), true, "", c.market)
		if c.want == "wrong_encoding" {
			if err == nil {
				t.Errorf("%s: read as %s", name, got)
			}
			continue
		}
		in, _ := decode(strings.NewReader(file), got)
		if text, _ := io.ReadAll(in); got != c.want || string(text) != c.text {
			t.Errorf("%s: %s, %v: %q", name, got, err, text)
		}
		in, _ = decode(strings.NewReader(file), c.encoding)
		if text, _ := io.ReadAll(in); string(text) != c.text {
			t.Errorf("%s, declared: %q", name, text)
		}
	}
	for name, c := range map[string]struct {
		text         string
		page         *charmap.Charmap
		market, want string
	}{
		"German":  {"Titel;Preis\nÄrmelkanal für Öfen;12,50\nGrößenübersicht Süßwaren;3,00\n", charmap.Windows1252, "DE", "windows-1252"},
		"capital": {"TITEL\nÄRMEL\nÖL\nÜBER\nGRÖSSE\n", charmap.Windows1252, "DE", "windows-1252"},
		"French":  {"titre\nthéière émaillée créée à Noël\n", charmap.Windows1252, "FR", "windows-1252"},
		"Polish":  {"nazwa\nżółty płaszcz męski\nłyżka do zupy\n", charmap.Windows1250, "PL", "windows-1250"},
		"Turkish": {"ad\nçocuk ayakkabısı\nşişe öğütücü\n", charmap.Windows1254, "TR", "windows-1254"},
		"Arabic":  {"name\nحذاء رياضي للرجال\nحقيبة جلد سوداء\n", charmap.Windows1256, "SA", "windows-1256"},
	} {
		file, err := c.page.NewEncoder().String(c.text)
		if err != nil {
			t.Fatal(err)
		}
		if got, _, err := detect([]byte(file), true, "", c.market); got != c.want {
			t.Errorf("%s: %s, %v", name, got, err)
		}
	}
}

// A place in the text is known in the file, also where characters are none. Seen to catch: lengths counted by what is read ahead.
func TestPlacesInFilesOfEastAsia(t *testing.T) {
	t.Parallel()
	const text = "a,日本の靴 €5\nb,\"二\r\n行 abc\"\nc,x中\n"
	for name := range eastAsian {
		file := strings.Replace(written(t, strings.ReplaceAll(strings.ReplaceAll(text, "€", ""), "の", ""), name), "abc", "a\xffb",
			1) + strings.Repeat("d,y\n", 3_000)
		in, width := decode(strings.NewReader(file), name)
		s := newScanner(in, ',', 0, 1)
		s.width = width
		var all []string
		var at []int64
		for {
			r, err := s.next()
			if err != nil {
				break
			}
			all, at = append(all, string(r.text)), append(at, s.position)
		}
		if len(all) != 3_003 || s.position != int64(len(file)) {
			t.Errorf("%s: %d records, at %d of %d", name, len(all), s.position, len(file))
		}
		for i := range all[:5] {
			in, width := decode(strings.NewReader(file[at[i]:]), name)
			rest := newScanner(in, ',', at[i], 1)
			rest.width = width
			if r, err := rest.next(); err != nil || string(r.text) != all[i+1] || rest.position != at[i+1] {
				t.Errorf("%s from %d: %q at %d, want %q at %d (%v)", name, at[i], r.text, rest.position, all[i+1], at[i+1], err)
			}
		}
	}
}

func TestNamesOfEncodings(t *testing.T) {
	t.Parallel()
	for label, want := range map[string]string{"Shift-JIS": shiftJIS, "cp932": shiftJIS, "windows-31j": shiftJIS, "GB2312": gbk, "cp949": eucKR,
		"ks_c_5601-1987": eucKR,
		"latin1":         "windows-1252", "iso-8859-1": "iso-8859-1", "UTF-8": utf8Name, "big5-hkscs": big5, "ebcdic": "ebcdic"} {
		if got := EncodingOf(label); got != want {
			t.Errorf("%s: %s, want %s", label, got, want)
		}
	}
	for name := range eastAsian {
		if !slices.Contains(Encodings, name) {
			t.Errorf("%s cannot be declared", name)
		}
	}
}

func written(t *testing.T, text, name string) string {
	t.Helper()
	file, err := eastAsian[name].NewEncoder().String(text)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return file
}
