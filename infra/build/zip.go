package build

import (
	"archive/zip"
	"compress/flate"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"time"
)

// bootstrap is what Lambda starts in a provided runtime.
const bootstrap = "bootstrap"

// epoch is the earliest time that a zip can hold.
var epoch = time.Date(1980, 1, 1, 0, 0, 0, 0, time.UTC)

// pack writes a zip that holds a binary as bootstrap. The zip's comment is the hash of the binary, so a binary that
// did not change is not compressed again. It returns both sizes in bytes, and whether the zip changed.
func pack(binary, path string) (size, zipped int64, changed bool, err error) {
	data, err := os.ReadFile(binary)
	if err != nil {
		return 0, 0, false, fmt.Errorf("read the binary: %w", err)
	}
	sum := sha256.Sum256(data)
	stamp := hex.EncodeToString(sum[:])
	if info, err := os.Stat(path); err == nil && stampOf(path) == stamp {
		return int64(len(data)), info.Size(), false, nil
	}
	partial := path + ".partial"
	if err := write(partial, data, stamp); err != nil {
		return 0, 0, false, fmt.Errorf("write the zip: %w", err)
	}
	if err := os.Rename(partial, path); err != nil {
		return 0, 0, false, fmt.Errorf("put the zip in place: %w", err)
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, 0, false, err
	}
	return int64(len(data)), info.Size(), true, nil
}

func write(path string, data []byte, stamp string) (err error) {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() {
		if e := file.Close(); err == nil {
			err = e
		}
	}()
	z := zip.NewWriter(file)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) {
		return flate.NewWriter(w, flate.BestCompression)
	})
	header := &zip.FileHeader{Name: bootstrap, Method: zip.Deflate, Modified: epoch}
	header.SetMode(0o755)
	entry, err := z.CreateHeader(header)
	if err != nil {
		return err
	}
	if _, err := entry.Write(data); err != nil {
		return err
	}
	if err := z.SetComment(stamp); err != nil {
		return err
	}
	return z.Close()
}

// stampOf is the comment of a zip, "" when it cannot be read.
func stampOf(path string) string {
	z, err := zip.OpenReader(path)
	if err != nil {
		return ""
	}
	defer z.Close()
	return z.Comment
}
