package display_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"rialto/functions/internal/display"
)

// Seen to catch: a rule that refuses a heart or a comparison; one that lets an override through behind a letter; joiners
// refused where Persian and emoji need them.
func TestFlaws(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"": "", "Lamp, 5 W": "", "i <3 you": "", "a < b > c": "", "5\" pipe & 3' hose": "", "two\nlines": "", "naïve ガラス": "",
		"می\u200cخواهم": "", "क्\u200dष": "", "👩\u200d🚀 ❤\ufe0f 1\ufe0f": "", "葛\U000E0100": "",
		"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F 1": "", "🙂\u200d↔\ufe0f": "", "👨🏽\u200d🚀": "",
		"അവന\u0d4d\u200d വന്നു": "", "र\u094d\u200d": "", "مُ\u200cخ": "",
		"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067": "hidden_characters", "🏴\U000E0068\U000E0069\U000E007F": "hidden_characters",
		"🏴\U000E0067\U000E0062\U000E0065\U000E006E\U000E0067\U000E007F\U000E0041": "hidden_characters", "\u200d\u0d4d": "hidden_characters",
		"<b>bold</b>": "markup", "x<img src=x onerror=alert(1)>": "markup", "</p": "markup", "<!-- x": "markup", "<?php": "markup",
		"\u202eworR ruobraH": "hidden_characters", "a\u200bb": "hidden_characters", "a\u2066b": "hidden_characters", "\ufefflamp": "hidden_characters",
		"soft\u00adware": "hidden_characters", "a\u200db": "hidden_characters", "\u3164": "hidden_characters", "\u2800": "hidden_characters",
		"\U000E0041tag": "hidden_characters", "a\ufe0f": "hidden_characters", "private \ue000": "hidden_characters", "line\u2028end": "hidden_characters",
		"bell\a": "bad_text", "\xff": "bad_text", "del\u007f": "bad_text", "c1\u0085": "bad_text",
	} {
		if code, message := display.Flaw(text); code != want || (message == "") != (want == "") {
			t.Errorf("%q: %s %s, not %s", text, code, message, want)
		}
	}
	if _, message := display.Flaw("a\u202eb"); !strings.HasSuffix(message, "U+202E") {
		t.Error(message)
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"Harbour Row": "", "李": "", "": "hidden_characters", " \u00a0\u3000": "hidden_characters", "\u0301": "hidden_characters",
		"two\nlines": "bad_text",
	} {
		if code, _ := display.Name(name); code != want {
			t.Errorf("%q: %s, not %s", name, code, want)
		}
	}
}

// Seen to catch: tags taken out of a text that becomes a tag by it; a tag that never ends and takes the rest along.
func TestClean(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"Torch <script>steal()</script>":           "Torch",
		"<p>Bright</p><p>and <b>l</b>ight</p>":     "Bright\nand light",
		"<<b>script>alert(1)<</b>/script>":         "script>alert(1)/script>",
		"Screws <M8 and longer":                    "Screws M8 and longer",
		"a < b, 3 > 2":                             "a < b, 3 > 2",
		"Salt &amp; Sons &lt;b&gt;bold&lt;/b&gt;":  "Salt & Sons bold",
		"<a title=\"x > y\" href='z'>link</a> x":   "link x",
		"<!-- hidden > -->shown<br/>below<STYLE>x": "shown\nbelow",
		"\u202eworR \u200bruobraH<\u200bscript>x":  "worR ruobraHscript>x",
		"e\u0301tui":                        "étui",
		"<ul><li>one</li><li>two</li></ul>": "one\ntwo",
		"<p title=\"open>rest":              "rest",
		strings.Repeat("<", 50_000) + "b>x": "x",
		"می\u200cخواهم":                     "می\u200cخواهم",
	} {
		if got := display.Clean(text); got != want {
			t.Errorf("%.80q: %.80q, not %q", text, got, want)
		}
	}
}

func TestWhatIsCleanHasNoFlaw(t *testing.T) {

	t.Parallel()
	piece := rapid.SampledFrom([]string{"a", "<", ">", "</", "b", "script", "<!--", "-->", "&lt;",
		"&amp;", "lt;", "\u200b", "\u202e", "\u200d", "\ufe0f", "👩", "é", "e\u0301",
		" ", "\n", "\x00", "\xff", "=\"", "\"", "ক", "?", "/", "<style", "1"})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 14).Draw(t, "text"), "")
		got := display.Clean(text)
		if code, message := display.Flaw(got); code != "" {
			t.Fatalf("%q became %q: %s", text, got, message)
		}
	})
}
