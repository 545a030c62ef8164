package feeds

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"rialto/functions/internal/fault"
)

const (
	// maxRecord is the longest row, in bytes, quoted line breaks and all. A product with the longest description there
	// may be, in the widest characters, fits.
	maxRecord = 100 << 10
	// window is what is held of a file at once.
	window = 2 * maxRecord
)

// record is one row as it stands in the file, without its line end. line is its first line, from 1. flaw says why it
// cannot be read, and then text is not whole.
type record struct {
	line int
	text []byte // valid until the next record
	flaw *fault.Error
}

// scanner cuts a file into records and knows where each ends, so that another scanner can go on from there. It holds
// a window of the file and no more, whatever the file does.
type scanner struct {
	in       io.Reader
	comma    byte               // what separates fields, so that a quote may open behind it; 0 in JSON lines, where a line is a record
	columns  int                // how many there are; 0 before that is known
	position int64              // in the file, of the first byte behind the last record
	line     int                // the line that begins there
	width    func([]byte) int64 // of text in the file, nil where it is as it stands there

	buf        []byte
	start, end int // of what is read and not yet cut
	eof        bool
}

func newScanner(in io.Reader, comma byte, position int64, line int) *scanner {
	return &scanner{in: in, comma: comma, position: position, line: line, buf: make([]byte, window)}
}

// skip goes over n bytes, which end no line.
func (s *scanner) skip(n int) {
	width := int64(n)
	if s.width != nil {
		width = s.width(s.buf[s.start : s.start+n])
	}
	s.start, s.position = s.start+n, s.position+width
}

// goTo goes over the first n bytes, to the begin of a line.
func (s *scanner) goTo(n, line int) error {
	for s.end-s.start < n && !s.eof {
		if err := s.fill(); err != nil {
			return err
		}
	}
	s.skip(min(n, s.end-s.start))
	s.line = line
	return nil
}

// next returns the next record that is not blank. It fails with io.EOF behind the last, and with what reading says.
func (s *scanner) next() (record, error) {
	for {
		r, err := s.cut()
		if err != nil || r.flaw != nil || !s.blank(r.text) {
			return r, err
		}
	}
}

// blank tells whether nothing stands in a record, as in what a spreadsheet writes of rows that were emptied: ,,,
func (s *scanner) blank(text []byte) bool {
	for _, c := range text {
		if c > ' ' && (s.comma == 0 || c != s.comma && c != '"') {
			return false
		}
	}
	return true
}

func (s *scanner) cut() (record, error) {
	for searched := 0; ; {
		left := s.buf[s.start:s.end]
		within := left[:min(len(left), maxRecord+1)] // whatever more was read, the same is found
		end, found := -1, unended
		if len(left) > searched || s.eof {
			end, found = s.recordEnd(within)
		}
		all := s.eof && len(left) <= maxRecord
		switch {
		case found == ended:
			return s.take(end, end+1), nil
		case s.eof && len(left) == 0:
			return record{}, io.EOF
		case found == misquoted:
			return s.refuse(errMisquoted)
		case all && found == quoted:
			return s.refuse(fault.New(fault.Malformed, "open_quote", "a double quote is not closed before the end of the file"))
		case all:
			return s.take(len(left), len(left)), nil
		case len(left) > maxRecord && found == quoted:
			return s.refuse(fault.New(fault.Malformed, "open_quote", "a double quote is not closed within %d bytes", maxRecord))
		case len(left) > maxRecord:
			return s.refuse(tooLong)
		}
		searched = len(left)
		if err := s.fill(); err != nil {
			return record{}, err
		}
	}
}

// take cuts n bytes off as a record, and goes over the line end behind them.
func (s *scanner) take(n, over int) record {
	text := s.buf[s.start : s.start+n]
	r := record{line: s.line, text: bytes.TrimSuffix(text, []byte("\r"))}
	s.line += bytes.Count(text, []byte("\n"))
	if over > n {
		s.line++
	}
	s.skip(over)
	return r
}

// refuse goes over one line: of a record that is too long, or whose quote is never closed, or in the wrong place. Only that
// line is lost: the next is read as if it began a record.
func (s *scanner) refuse(flaw *fault.Error) (record, error) {
	left := s.buf[s.start:s.end]
	n := bytes.IndexByte(left, '\n')
	switch {
	case n > maxRecord:
		flaw = tooLong
		fallthrough
	case n >= 0:
		r := s.take(n, n+1)
		r.flaw = flaw
		return r, nil
	case s.eof && len(left) <= maxRecord:
		r := s.take(len(left), len(left))
		r.flaw = flaw
		return r, nil
	}
	r := record{line: s.line, flaw: tooLong}
	for { // to the line's end, without keeping it
		if n := bytes.IndexByte(s.buf[s.start:s.end], '\n'); n >= 0 {
			s.skip(n + 1)
			s.line++
			return r, nil
		}
		s.skip(s.end - s.start)
		if s.eof {
			return r, nil
		}
		if err := s.fill(); err != nil {
			return record{}, err
		}
	}
}

var errMisquoted = fault.New(fault.Malformed, errQuote.Code,
	"a double quote opens a field and is not closed where a field ends; a quote inside quotes is written twice")

var tooLong = fault.New(fault.TooLarge, "row_too_long", "the row is longer than %d bytes", maxRecord)

// fill reads more, behind what is left moved to the front.
func (s *scanner) fill() error {
	if s.start > 0 {
		copy(s.buf, s.buf[s.start:s.end])
		s.start, s.end = 0, s.end-s.start
	}
	n, err := s.in.Read(s.buf[s.end:])
	s.end += n
	if errors.Is(err, io.EOF) {
		s.eof = true
		return nil
	}
	if err != nil {
		return fmt.Errorf("read file: %w", err)
	}
	return nil
}

// found is what a look for the end of a record came to.
type found int

const (
	unended   found = iota // the text ends first
	ended                  // with a line feed
	quoted                 // the text ends inside quotes
	misquoted              // a quote over several lines does not close a field
)

// recordEnd is where the line feed stands that ends the first record of a text. A double quote opens a quoted field only
// where a field begins; elsewhere it is a character like others, as in 5" pipe. A quoted field of several lines must be
// closed where a field ends, and leave no more fields than there are columns: otherwise it is a quote that was opened by
// mistake, and what seems to close it opens a field of a later row.
func (s *scanner) recordEnd(b []byte) (int, found) {
	n := bytes.IndexByte(b, '\n')
	if n >= 0 && (s.comma == 0 || bytes.IndexByte(b[:n], '"') < 0) {
		return n, ended
	}
	if s.comma == 0 {
		return -1, unended
	}
	open, begins, fields, more := false, true, 1, false // more fields than columns that are not empty
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case open && c == '"' && i+1 < len(b) && b[i+1] == '"':
			i++
		case open && c == '"':
			if open = false; n >= 0 && i > n && !closes(b[i+1:], s.comma) {
				return n, misquoted
			}
		case open:
		case c == '"' && begins:
			open, begins = true, false
		case c == '\n' && i > n && more:
			return n, misquoted
		case c == '\n':
			return i, ended
		case c == s.comma:
			begins, fields = true, fields+1
		default:
			begins = false
			more = more || s.columns > 0 && fields > s.columns && c > ' '
		}
	}
	switch {
	case open:
		return -1, quoted
	case n >= 0 && more:
		return n, misquoted
	}
	return -1, unended
}

// closes tells whether a field ends here, but for blanks.
func closes(b []byte, comma byte) bool {
	b = bytes.TrimLeft(b, " \r")
	return len(b) == 0 || b[0] == comma || b[0] == '\n'
}
