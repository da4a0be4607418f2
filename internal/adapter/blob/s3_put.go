package blob

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
)

// partSize is what one upload carries, and what it costs in memory. A storage takes at most 10,000 parts of an object, each but
// the last of at least 5 MiB.
const partSize = 8 << 20

// contentType is that of every object.
const contentType = "application/octet-stream"

func bytesOf(name string) http.Header { return http.Header{"Content-Type": {name}} }

// put uploads an object at once, or in parts when it is larger than one.
func (b *s3Bucket) put(ctx context.Context, name string, r io.Reader) error {
	part := make([]byte, partSize)
	n, err := io.ReadFull(r, part)
	if err != nil && !ended(err) {
		return err
	}
	if err == nil {
		return b.putParts(ctx, name, part, r)
	}
	_, err = b.told(ctx, ask{method: http.MethodPut, name: name, header: bytesOf(contentType), body: part[:n]}, nil)
	return err
}

// putParts uploads what part holds and then the rest. What is given up is taken
// back, also when it was the caller who went.
func (b *s3Bucket) putParts(ctx context.Context, name string, part []byte, rest io.Reader) error {
	var upload struct{ UploadId string } //nolint:staticcheck // as S3 writes it
	if _, err := b.told(ctx, ask{method: http.MethodPost, name: name, query: url.Values{"uploads": {""}}, header: bytesOf(contentType)}, &upload); err != nil {
		return err
	}
	err := b.uploadParts(ctx, name, upload.UploadId, part, rest)
	if err == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), answers)
	defer cancel()
	_, left := b.told(ctx, ask{method: http.MethodDelete, name: name, query: url.Values{"uploadId": {upload.UploadId}}}, nil)
	return errors.Join(err, left)
}

// sent is a part that is there, and all is what makes an object of them
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
type (
	sent struct {
		PartNumber int
		ETag       string
	}
	all struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ CompleteMultipartUpload"`
		Part    []sent
	}
)

func (b *s3Bucket) uploadParts(ctx context.Context, name, upload string, part []byte, rest io.Reader) error {
	var whole all
	for n := len(part); n > 0; {
		number := len(whole.Part) + 1
		q := url.Values{"uploadId": {upload}, "partNumber": {strconv.Itoa(number)}}
		header, err := b.told(ctx, ask{method: http.MethodPut, name: name, query: q, body: part[:n]}, nil)
		if err != nil {
			return err
		}
		whole.Part = append(whole.Part, sent{number, header.Get("ETag")})
		if n, err = io.ReadFull(rest, part); err != nil && !ended(err) {
			return err
		}
	}
	list, err := xml.Marshal(whole)
	if err != nil {
		return err
	}
	_, err = b.told(ctx, ask{method: http.MethodPost, name: name, query: url.Values{"uploadId": {upload}}, body: list}, nil)
	return err
}

// ended says whether a part was not filled because there is no more.
func ended(err error) bool {
	return errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}
