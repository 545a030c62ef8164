// Package typeset writes texts of any of the marketplaces' languages on pages of PDF: each letter in a font that has it, Arabic letters
// joined, what is read from right to left turned (UAX 9), and lines ended where a language may end them.
//
// The font is DejaVu Sans (Bitstream Vera's license), from the module github.com/go-fonts/dejavu: Latin, Greek, Cyrillic, Armenian, Georgian,
// Hebrew and Arabic letters. Chinese, Japanese and Korean are written in Noto Sans (SIL Open Font License 1.1), from the npm packages
// @expo-google-fonts/noto-sans-jp, -kr and -sc, which are files outside of the program: they are 5 to 10 MB. A document has of each font
// what it shows.
//
// Still thin: letters beyond Unicode's first plane (emoji, rare names such as 𠮷) and scripts of South and South-East Asia (Devanagari,
// Tamil, Thai) are shown as a mark; a vowel sign may stand beside its Arabic letter; all lines begin at the left.
package typeset
