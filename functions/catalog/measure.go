package catalog

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"rialto/functions/internal/fault"
)

// The media types of pictures, each with the ending of its files.
var imageTypes = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}

// longestHeader is how far into a file its dimensions are looked for. A JPEG's may stand behind a colour profile and a
// preview; half a megabyte has room for both.
const longestHeader = 512 << 10

var (
	errNoImage     = fault.New(fault.Invalid, "not_an_image", "the file is no JPEG, PNG or WebP, whatever it was announced as")
	errBrokenImage = fault.New(fault.Invalid, "broken_image", "the file begins as an image, and its header is broken or ends too early")
)

// measure tells a picture's type and its size in pixels by the file's first bytes. Nothing is decompressed, so what a
// file claims to become costs nothing; and nothing behind the header is looked at. Errors: not_an_image, broken_image.
func measure(file io.Reader) (mediaType string, width, height int64, err error) {
	in := bufio.NewReader(io.LimitReader(file, longestHeader))
	head, err := in.Peek(12)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", 0, 0, err
	}
	var dimensions func(*bufio.Reader) (int64, int64, error)
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xd8\xff")):
		mediaType, dimensions = "image/jpeg", ofJPEG
	case bytes.HasPrefix(head, []byte("\x89PNG\r\n\x1a\n")):
		mediaType, dimensions = "image/png", ofPNG
	case len(head) == 12 && bytes.HasPrefix(head, []byte("RIFF")) && bytes.HasSuffix(head, []byte("WEBP")):
		mediaType, dimensions = "image/webp", ofWebP
	default:
		return "", 0, 0, errNoImage
	}
	width, height, err = dimensions(in)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = errBrokenImage
	}
	return mediaType, width, height, err
}

// ofPNG reads the header chunk, which is the first (PNG, third edition, 5.6 and 11.2.1).
func ofPNG(in *bufio.Reader) (width, height int64, err error) {
	var b [33]byte // signature 8, length 4, type 4, data 13, checksum 4
	if _, err := io.ReadFull(in, b[:]); err != nil {
		return 0, 0, err
	}
	if binary.BigEndian.Uint32(b[8:]) != 13 || string(b[12:16]) != "IHDR" || binary.BigEndian.Uint32(b[29:]) != crc32.ChecksumIEEE(b[12:29]) {
		return 0, 0, errBrokenImage
	}
	return int64(binary.BigEndian.Uint32(b[16:])), int64(binary.BigEndian.Uint32(b[20:])), nil
}

// ofJPEG goes from marker to marker until a frame begins (ITU-T T.81, B.1 and B.2.2).
func ofJPEG(in *bufio.Reader) (width, height int64, err error) {
	if _, err := in.Discard(2); err != nil {
		return 0, 0, err
	}
	for {
		marker, err := in.ReadByte()
		if err != nil || marker != 0xff {
			return 0, 0, errors.Join(err, errBrokenImage)
		}
		for marker == 0xff { // it may be filled up
			if marker, err = in.ReadByte(); err != nil {
				return 0, 0, err
			}
		}
		if marker == 0x01 || marker >= 0xd0 && marker <= 0xd7 { // they stand alone
			continue
		}
		var b [7]byte
		if _, err := io.ReadFull(in, b[:2]); err != nil {
			return 0, 0, err
		}
		length := int(binary.BigEndian.Uint16(b[:]))
		switch {
		case length < 2, marker == 0xd9, marker == 0xda: // the picture begins or ends before a frame does
			return 0, 0, errBrokenImage
		case marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc:
			if _, err := io.ReadFull(in, b[2:]); err != nil {
				return 0, 0, err
			}
			return int64(binary.BigEndian.Uint16(b[5:])), int64(binary.BigEndian.Uint16(b[3:])), nil
		}
		if _, err := in.Discard(length - 2); err != nil {
			return 0, 0, err
		}
	}
}

// ofWebP reads the first chunk: of a simple file the frame's or stream's header, of an extended one the canvas (RFC
// 9649, 2.5 to 2.7; RFC 6386, 9.1).
func ofWebP(in *bufio.Reader) (width, height int64, err error) {
	var b [30]byte // RIFF header 12, chunk header 8, and what the chunk begins with
	if _, err := io.ReadFull(in, b[:25]); err != nil {
		return 0, 0, err
	}
	chunk, body := string(b[12:16]), b[20:]
	if chunk == "VP8L" {
		if body[0] != 0x2f {
			return 0, 0, errBrokenImage
		}
		bits := binary.LittleEndian.Uint32(body[1:])
		return int64(bits&0x3fff) + 1, int64(bits>>14&0x3fff) + 1, nil
	}
	if _, err := io.ReadFull(in, b[25:]); err != nil {
		return 0, 0, err
	}
	switch {
	case chunk == "VP8 " && body[0]&1 == 0 && string(body[3:6]) == "\x9d\x01\x2a":
		return int64(binary.LittleEndian.Uint16(body[6:]) & 0x3fff), int64(binary.LittleEndian.Uint16(body[8:]) & 0x3fff), nil
	case chunk == "VP8X":
		three := func(b []byte) int64 { return int64(b[0]) | int64(b[1])<<8 | int64(b[2])<<16 }
		return three(body[4:]) + 1, three(body[7:]) + 1, nil
	}
	return 0, 0, errBrokenImage
}
