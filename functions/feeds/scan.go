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
	comma    byte  // what separates fields, so that a quote may open behind it; 0 in JSON lines, where a line is a record
	position int64 // in the file, of the first byte behind the last record
	line     int   // the line that begins there

	buf        []byte
	start, end int // of what is read and not yet cut
	eof        bool
}

func newScanner(in io.Reader, comma byte, position int64, line int) *scanner {
	return &scanner{in: in, comma: comma, position: position, line: line, buf: make([]byte, window)}
}

// peek returns up to a window of what comes next, and whether that is all.
func (s *scanner) peek() ([]byte, bool, error) {
	for s.end-s.start < len(s.buf) && !s.eof {
		if err := s.fill(); err != nil {
			return nil, false, err
		}
	}
	return s.buf[s.start:s.end], s.eof, nil
}

// skip goes over n bytes of what was peeked, which end no line.
func (s *scanner) skip(n int) { s.start, s.position = s.start+n, s.position+int64(n) }

// next returns the next record that is not blank. It fails with io.EOF behind the last, and with what reading says.
func (s *scanner) next() (record, error) {
	for {
		r, err := s.cut()
		if err != nil || r.flaw != nil || len(bytes.TrimSpace(r.text)) > 0 {
			return r, err
		}
	}
}

func (s *scanner) cut() (record, error) {
	for searched := 0; ; {
		left := s.buf[s.start:s.end]
		n := -1
		if len(left) > searched || s.eof {
			n = recordEnd(left, s.comma)
		}
		switch {
		case n >= 0 && n <= maxRecord:
			return s.take(n, n+1), nil
		case s.eof && len(left) == 0:
			return record{}, io.EOF
		case s.eof && !openQuote(left, s.comma) && len(left) <= maxRecord:
			return s.take(len(left), len(left)), nil
		case s.eof || len(left) > maxRecord:
			return s.refuse(left)
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

// refuse goes over one line: of a record that is too long, or whose quote is never closed. Only that line is lost: the
// next is read as if it began a record.
func (s *scanner) refuse(left []byte) (record, error) {
	if n := bytes.IndexByte(left, '\n'); n >= 0 {
		flaw := fault.New(fault.Malformed, "open_quote", "a double quote is not closed within %d bytes", maxRecord)
		if n > maxRecord {
			flaw = tooLong
		}
		r := s.take(n, n+1)
		r.flaw = flaw
		return r, nil
	}
	if s.eof && len(left) <= maxRecord {
		r := s.take(len(left), len(left))
		r.flaw = fault.New(fault.Malformed, "open_quote", "a double quote is not closed before the end of the file")
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

// recordEnd is where the line feed stands that ends the first record, -1 if there is none. A double quote opens a
// quoted field only where a field begins; elsewhere it is a character like others, as in 5" pipe.
func recordEnd(b []byte, comma byte) int {
	n := bytes.IndexByte(b, '\n')
	if n < 0 || comma == 0 || bytes.IndexByte(b[:n], '"') < 0 {
		return n
	}
	end, open := walk(b, comma)
	if open {
		return -1
	}
	return end
}

func openQuote(b []byte, comma byte) bool {
	_, open := walk(b, comma)
	return open && comma != 0
}

// walk goes to the end of the first record: the index of its line feed, -1 if it ends with b. open tells whether b ends
// inside quotes.
func walk(b []byte, comma byte) (end int, open bool) {
	quoted, begins := false, true
	for i := 0; i < len(b); i++ {
		c := b[i]
		switch {
		case quoted && c == '"' && i+1 < len(b) && b[i+1] == '"':
			i++
		case quoted && c == '"':
			quoted = false
		case quoted:
		case c == '"' && begins:
			quoted, begins = true, false
		case c == '\n':
			return i, false
		default:
			begins = c == comma
		}
	}
	return -1, quoted
}
