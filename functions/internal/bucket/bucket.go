// Package bucket keeps a context's files in S3, and signs the addresses that others put and get them at.
package bucket

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/s3/transfermanager"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"rialto/functions/internal/files"
)

// Bucket is where the files are.
type Bucket struct {
	client  *s3.Client
	sign    *s3.PresignClient
	uploads *transfermanager.Client
	name    string
}

const (
	// part is how much is held while an object is written; S3 takes no smaller part but the last (5 MiB).
	part = 6 << 20
	// abortFor is how long giving up a broken upload may take, which costs until then; the bucket's lifecycle does it where
	// this does not.
	abortFor = 10 * time.Second
)

// New returns the bucket of that name.
func New(cfg aws.Config, name string) *Bucket {
	c := s3.NewFromConfig(cfg, func(o *s3.Options) {
		o.UsePathStyle = o.BaseEndpoint != nil // a fixed endpoint has no host for each bucket
		// What signs a seller's request cannot know the sums of its bytes.
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
		o.ResponseChecksumValidation = aws.ResponseChecksumValidationWhenRequired
	})
	uploads := transfermanager.New(c, func(o *transfermanager.Options) {
		o.PartSizeBytes, o.MultipartUploadThreshold, o.Concurrency, o.FailTimeout = part, part, 1, abortFor
		o.RequestChecksumCalculation = aws.RequestChecksumCalculationWhenRequired
	})
	return &Bucket{c, s3.NewPresignClient(c), uploads, name}
}

// Upload signs a PUT of exactly what is announced.
func (b *Bucket) Upload(ctx context.Context, key string, what files.Announced, until time.Duration) (files.Address, error) {
	in := &s3.PutObjectInput{Bucket: &b.name, Key: &key, ContentLength: &what.Bytes}
	if what.Type != "" {
		in.ContentType = &what.Type
	}
	if what.SHA256 != "" {
		sum, err := hex.DecodeString(what.SHA256)
		if err != nil {
			return files.Address{}, fmt.Errorf("read digest: %w", err)
		}
		in.ChecksumSHA256 = aws.String(base64.StdEncoding.EncodeToString(sum))
	}
	signed, err := b.sign.PresignPutObject(ctx, in, s3.WithPresignExpires(until))
	if err != nil {
		return files.Address{}, fmt.Errorf("sign upload: %w", err)
	}
	a := files.Address{Method: signed.Method, URL: signed.URL, Headers: map[string]string{}}
	for name := range signed.SignedHeader {
		if !strings.EqualFold(name, "Host") {
			a.Headers[name] = signed.SignedHeader.Get(name)
		}
	}
	a.Expires, err = expiry(signed.URL)
	return a, err
}

// Download signs a GET of a file that a browser saves under a name.
func (b *Bucket) Download(ctx context.Context, key, filename, mediaType string, until time.Duration) (files.Address, error) {
	signed, err := b.sign.PresignGetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key,
		ResponseContentDisposition: aws.String(`attachment; filename="` + filename + `"`), ResponseContentType: &mediaType},
		s3.WithPresignExpires(until))
	if err != nil {
		return files.Address{}, fmt.Errorf("sign download: %w", err)
	}
	a := files.Address{Method: signed.Method, URL: signed.URL}
	a.Expires, err = expiry(signed.URL)
	return a, err
}

// expiry is when a signed address ends, by what was signed.
func expiry(address string) (time.Time, error) {
	u, err := url.Parse(address)
	if err != nil {
		return time.Time{}, fmt.Errorf("read address: %w", err)
	}
	q := u.Query()
	signed, err := time.Parse("20060102T150405Z", q.Get("X-Amz-Date"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read address: %w", err)
	}
	seconds, err := strconv.Atoi(q.Get("X-Amz-Expires"))
	if err != nil {
		return time.Time{}, fmt.Errorf("read address: %w", err)
	}
	return signed.Add(time.Duration(seconds) * time.Second), nil
}

// Open reads an upload from a position to its end, if it is still the one of that etag. Errors: file_changed.
func (b *Bucket) Open(ctx context.Context, key, etag string, from int64) (io.ReadCloser, error) {
	body, err := b.from(ctx, &s3.GetObjectInput{Key: &key, IfMatch: aws.String(`"` + strings.Trim(etag, `"`) + `"`)}, from)
	switch {
	case err == nil:
		return body, nil
	case statusOf(err) == http.StatusPreconditionFailed:
		return nil, files.ErrChanged.Because(err)
	}
	return nil, fmt.Errorf("open file: %w", err)
}

// Stream reads an object from a position to its end. Errors: file_missing.
func (b *Bucket) Stream(ctx context.Context, key string, from int64) (io.ReadCloser, error) {
	body, err := b.from(ctx, &s3.GetObjectInput{Key: &key}, from)
	switch {
	case err == nil:
		return body, nil
	case statusOf(err) == http.StatusNotFound:
		return nil, files.ErrMissing.Because(err)
	}
	return nil, fmt.Errorf("read %s: %w", key, err)
}

// from gets an object from a position to its end, which may be that position.
func (b *Bucket) from(ctx context.Context, in *s3.GetObjectInput, from int64) (io.ReadCloser, error) {
	in.Bucket = &b.name
	if from > 0 {
		in.Range = aws.String(fmt.Sprintf("bytes=%d-", from))
	}
	out, err := b.client.GetObject(ctx, in)
	switch {
	case err == nil:
		return out.Body, nil
	case statusOf(err) == http.StatusRequestedRangeNotSatisfiable: // it ends exactly there
		return io.NopCloser(bytes.NewReader(nil)), nil
	}
	return nil, err
}

func statusOf(err error) int {
	var r *smithyhttp.ResponseError
	if errors.As(err, &r) {
		return r.HTTPStatusCode()
	}
	return 0
}

// Read returns a whole object; it is for small ones.
func (b *Bucket) Read(ctx context.Context, key string) ([]byte, error) {
	out, err := b.client.GetObject(ctx, &s3.GetObjectInput{Bucket: &b.name, Key: &key})
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", key, err)
	}
	defer out.Body.Close()
	return io.ReadAll(out.Body)
}

// Put stores a small object whole, as of a media type, with what caches are told of it.
func (b *Bucket) Put(ctx context.Context, key, mediaType, cached string, body []byte) error {
	_, err := b.client.PutObject(ctx, &s3.PutObjectInput{Bucket: &b.name, Key: &key, ContentType: &mediaType, CacheControl: &cached,
		Body: bytes.NewReader(body)})
	if err != nil {
		return fmt.Errorf("put %s: %w", key, err)
	}
	return nil
}

// Listed is an object that a listing found.
type Listed struct {
	Key      string
	Bytes    int64
	Modified time.Time
}

// List returns the objects whose keys begin so, in the order of their keys.
func (b *Bucket) List(ctx context.Context, prefix string) ([]Listed, error) {
	var out []Listed
	for pages := s3.NewListObjectsV2Paginator(b.client, &s3.ListObjectsV2Input{Bucket: &b.name, Prefix: &prefix}); pages.HasMorePages(); {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", prefix, err)
		}
		for _, o := range page.Contents {
			out = append(out, Listed{aws.ToString(o.Key), aws.ToInt64(o.Size), aws.ToTime(o.LastModified)})
		}
	}
	return out, nil
}

// Names returns the keys that begin so.
func (b *Bucket) Names(ctx context.Context, prefix string) ([]string, error) {
	list, err := b.List(ctx, prefix)
	names := make([]string, len(list))
	for i, o := range list {
		names[i] = o.Key
	}
	return names, err
}

// Delete removes an object, if there is one.
func (b *Bucket) Delete(ctx context.Context, key string) error {
	if _, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &b.name, Key: &key}); err != nil {
		return fmt.Errorf("delete %s: %w", key, err)
	}
	return nil
}

// Write stores what it reads. What is longer than a part is sent part by part, one after the other.
func (b *Bucket) Write(ctx context.Context, key string, from io.Reader) error {
	if _, err := b.uploads.UploadObject(ctx, &transfermanager.UploadObjectInput{Bucket: &b.name, Key: &key, Body: from}); err != nil {
		return fmt.Errorf("write %s: %w", key, err)
	}
	return nil
}
