package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"github.com/minio/minio-go/v7/pkg/s3utils"
	"github.com/minio/minio-go/v7/pkg/signer"
)

// ask is one request about a bucket, or about an object in it.
type ask struct {
	method, name string
	query        url.Values
	header       http.Header
	body         []byte
}

// mostAnswered bounds what is read of an answer that is no object.
const mostAnswered = 8 << 20

// do sends a request, and once more when the storage was busy or could not be
// reached: each of them can be made twice.
func (b *s3Bucket) do(ctx context.Context, a ask) (*http.Response, error) {
	answer, err := b.once(ctx, a)
	if err != nil && ctx.Err() == nil && again(err) {
		answer, err = b.once(ctx, a)
	}
	return answer, err
}

func again(err error) bool {
	said, ok := errors.AsType[*refusal](err)
	return !ok || said.status >= http.StatusInternalServerError || said.status == http.StatusTooManyRequests
}

func (b *s3Bucket) once(ctx context.Context, a ask) (*http.Response, error) {
	key, err := b.key()
	if err != nil {
		return nil, err
	}
	to := b.at
	to.Path += "/" + a.name
	to.RawPath, to.RawQuery = s3utils.EncodePath(to.Path), a.query.Encode()
	req, err := http.NewRequestWithContext(ctx, a.method, to.String(), bytes.NewReader(a.body))
	if err != nil {
		return nil, err
	}
	for name := range a.header {
		req.Header.Set(name, a.header.Get(name))
	}
	sum := sha256.Sum256(a.body)
	req.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(sum[:]))
	answer, err := b.client.Do(signer.SignV4(*req, key.AccessKeyID, key.SecretAccessKey, key.SessionToken, b.region))
	if err != nil {
		return nil, err
	}
	if answer.StatusCode < http.StatusMultipleChoices {
		return answer, nil
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswered))
	return nil, errors.Join(refused(answer.StatusCode, raw), err)
}

// told reads what a request is answered, into a value when it is given one. An answer
// that begins well may still tell of a failure
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompleteMultipartUpload.html).
func (b *s3Bucket) told(ctx context.Context, a ask, into any) (http.Header, error) {
	answer, err := b.do(ctx, a)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	raw, err := io.ReadAll(io.LimitReader(answer.Body, mostAnswered))
	if err != nil {
		return nil, err
	}
	var e refusal
	if xml.Unmarshal(raw, &e) == nil {
		return nil, &e
	}
	if into != nil {
		err = xml.Unmarshal(raw, into)
	}
	return answer.Header, err
}

// refusal is what a storage says when it does not do as it was asked.
type refusal struct {
	XMLName xml.Name `xml:"Error"`
	Code    string
	Message string
	status  int
}

func refused(status int, raw []byte) error {
	e := &refusal{}
	xml.Unmarshal(raw, e) //nolint:errcheck // then the status says it
	e.status = status
	return e
}

func (e *refusal) Error() string {
	return fmt.Sprintf("it answered %d %s: %s", e.status, e.Code, e.Message)
}
