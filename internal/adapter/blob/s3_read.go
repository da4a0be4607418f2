package blob

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"
)

func (b *s3Bucket) read(ctx context.Context, name string, from, length int64) (io.ReadCloser, error) {
	a := ask{method: http.MethodGet, name: name, header: http.Header{}}
	switch {
	case length > 0:
		a.header.Set("Range", fmt.Sprintf("bytes=%d-%d", from, from+length-1))
	case from > 0:
		a.header.Set("Range", fmt.Sprintf("bytes=%d-", from))
	}
	answer, err := b.do(ctx, a)
	if err != nil {
		return nil, err
	}
	if length == 0 { // no range is empty
		return http.NoBody, answer.Body.Close()
	}
	return answer.Body, nil
}

// page is a part of a list
// (https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectsV2.html).
type page struct {
	Contents []struct {
		Key          string
		Size         int64
		LastModified time.Time
	}
	IsTruncated           bool
	NextContinuationToken string
}

func (b *s3Bucket) list(ctx context.Context, prefix string, each func(object) error) error {
	q := url.Values{"list-type": {"2"}, "prefix": {prefix}}
	for {
		var p page
		if _, err := b.told(ctx, ask{method: http.MethodGet, query: q}, &p); err != nil {
			return err
		}
		for _, o := range p.Contents {
			if err := each(object{o.Key, o.Size, o.LastModified}); err != nil {
				return err
			}
		}
		if !p.IsTruncated || p.NextContinuationToken == "" {
			return nil
		}
		q.Set("continuation-token", p.NextContinuationToken)
	}
}

func (b *s3Bucket) remove(ctx context.Context, name string) error {
	_, err := b.told(ctx, ask{method: http.MethodDelete, name: name}, nil)
	return err
}
