package imagerender

import (
	"bytes"
	"encoding/binary"
	"image"
)

// turning is how a picture is to be turned to be seen as it was taken: EXIF's orientation, 1 to 8 (CIPA DC-008, tag 0x0112).
type turning int

const upright turning = 1

// size is that of a picture that was turned.
func (t turning) size(width, height int) (int, int) {
	if t >= 5 {
		return height, width
	}
	return width, height
}

// apply turns a picture.
func (t turning) apply(from *image.RGBA) *image.RGBA {
	if t <= upright || t > 8 {
		return from
	}
	w, h := from.Rect.Dx(), from.Rect.Dy()
	tw, th := t.size(w, h)
	to := image.NewRGBA(image.Rect(0, 0, tw, th))
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch t {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(to.Pix[to.PixOffset(tx, ty):][:4], from.Pix[from.PixOffset(x, y):][:4])
		}
	}
	return to
}

// orientation reads how a JPEG is to be turned; upright where it says nothing that can be read.
func orientation(file []byte) turning {
	for at := 2; at+4 <= len(file) && file[at] == 0xff; {
		marker, length := file[at+1], int(binary.BigEndian.Uint16(file[at+2:]))
		if marker == 0xda || length < 2 || at+2+length > len(file) { // the picture begins
			return upright
		}
		if body := file[at+4 : at+2+length]; marker == 0xe1 && bytes.HasPrefix(body, []byte("Exif\x00\x00")) {
			return tiffOrientation(body[6:])
		}
		at += 2 + length
	}
	return upright
}

// tiffOrientation looks for the tag in the first directory of EXIF.
func tiffOrientation(tiff []byte) turning {
	if len(tiff) < 8 {
		return upright
	}
	var order binary.ByteOrder = binary.BigEndian
	if string(tiff[:2]) == "II" {
		order = binary.LittleEndian
	}
	at := int64(order.Uint32(tiff[4:]))
	if at+2 > int64(len(tiff)) {
		return upright
	}
	const entry, tag = 12, 0x0112
	for n := range int64(order.Uint16(tiff[at:])) {
		field := at + 2 + n*entry
		if field+entry > int64(len(tiff)) {
			break
		}
		if order.Uint16(tiff[field:]) == tag {
			if t := turning(order.Uint16(tiff[field+8:])); t > upright && t <= 8 {
				return t
			}
			break
		}
	}
	return upright
}
