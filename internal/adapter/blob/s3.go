package blob

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"prentice"
	"prentice/internal/kit/nearest"
)

// words are what the address of a storage may say after the bucket.
var words = []string{"region", "endpoint", "prefix", "profile", "path_style"}

// answers is how long a storage may take to begin an answer.
const answers = 10 * time.Second

// checkS3 refuses an address that cannot be one, and gives the prefix of names.
func checkS3(address string) (prefix string, err error) {
	u, err := url.Parse(address)
	if err != nil || u.User != nil {
		return "", prentice.Errorf(prentice.Invalid, "the address of the blob storage cannot be read, or holds a password").
			Try("write s3://BUCKET?region=REGION, and give the credentials in AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY")
	}
	if u.Scheme != "s3" || u.Host == "" || u.Path != "" {
		return "", prentice.Errorf(prentice.Invalid, "blobs %q is neither a folder nor a bucket", address).Try("write a folder, or s3://BUCKET?region=REGION&endpoint=https://HOST")
	}
	q, err := url.ParseQuery(u.RawQuery)
	if err != nil {
		return "", prentice.Errorf(prentice.Invalid, "the address of the blob storage cannot be read behind its ?")
	}
	for word := range q {
		if slices.Contains(words, word) {
			continue
		}
		e := prentice.Errorf(prentice.Invalid, "the address of the blob storage has an unknown word %q", word)
		if near := nearest.Of(word, words); near != "" {
			return "", e.Try("did you mean %s?", near)
		}
		return "", e.Try("the words are %s; credentials are not among them", strings.Join(words, ", "))
	}
	if end := q.Get("endpoint"); end != "" {
		e, err := url.Parse(end)
		if err != nil || e.User != nil || e.Host == "" || e.Scheme != "http" && e.Scheme != "https" {
			return "", prentice.Errorf(prentice.Invalid, "the endpoint of the blob storage is not an address").Try("write endpoint=https://HOST:PORT")
		}
	}
	if _, err := strconv.ParseBool(cmp.Or(q.Get("path_style"), "true")); err != nil {
		return "", prentice.Errorf(prentice.Invalid, "path_style %q is neither true nor false", q.Get("path_style"))
	}
	if prefix = strings.Trim(q.Get("prefix"), "/"); prefix != "" {
		prefix += "/"
	}
	return prefix, nil
}

// s3Bucket is a bucket of a storage that speaks S3.
type s3Bucket struct {
	client *s3.Client
	name   *string
}

// openS3 knows the bucket; nothing is asked of it yet.
func openS3(ctx context.Context, address string) (storage, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	client := awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) {
		t.ResponseHeaderTimeout, t.TLSHandshakeTimeout, t.IdleConnTimeout, t.MaxIdleConnsPerHost = answers, answers, time.Minute, 4
	})
	// Storages other than Amazon's know no newer checksums.
	load := []func(*config.LoadOptions) error{config.WithHTTPClient(client), config.WithRequestChecksumCalculation(aws.RequestChecksumCalculationWhenRequired),
		config.WithResponseChecksumValidation(aws.ResponseChecksumValidationWhenRequired), config.WithRetryMaxAttempts(2)}
	if region := q.Get("region"); region != "" {
		load = append(load, config.WithRegion(region))
	}
	if profile := q.Get("profile"); profile != "" {
		load = append(load, config.WithSharedConfigProfile(profile))
	}
	conf, err := config.LoadDefaultConfig(ctx, load...)
	if err != nil {
		return nil, err
	}
	if conf.Region == "" {
		conf.Region = "us-east-1"
	}
	pathStyle := q.Get("endpoint") != ""
	if said := q.Get("path_style"); said != "" {
		pathStyle, _ = strconv.ParseBool(said) // checked when the address was
	}
	to := s3.NewFromConfig(conf, func(o *s3.Options) {
		o.UsePathStyle = pathStyle
		if end := q.Get("endpoint"); end != "" {
			o.BaseEndpoint = aws.String(end)
		}
	})
	return s3Bucket{to, aws.String(u.Host)}, nil
}

func (b s3Bucket) read(ctx context.Context, name string, from, length int64) (io.ReadCloser, error) {
	ask := &s3.GetObjectInput{Bucket: b.name, Key: &name}
	switch {
	case length > 0:
		ask.Range = aws.String(fmt.Sprintf("bytes=%d-%d", from, from+length-1))
	case from > 0:
		ask.Range = aws.String(fmt.Sprintf("bytes=%d-", from))
	}
	answer, err := b.client.GetObject(ctx, ask)
	if err != nil {
		return nil, err
	}
	if length == 0 { // no range is empty
		return http.NoBody, answer.Body.Close()
	}
	return answer.Body, nil
}

func (b s3Bucket) list(ctx context.Context, prefix string, each func(object) error) error {
	ask := &s3.ListObjectsV2Input{Bucket: b.name, Prefix: &prefix}
	for {
		page, err := b.client.ListObjectsV2(ctx, ask)
		if err != nil {
			return err
		}
		for _, o := range page.Contents {
			if err := each(object{aws.ToString(o.Key), aws.ToInt64(o.Size), aws.ToTime(o.LastModified)}); err != nil {
				return err
			}
		}
		if !aws.ToBool(page.IsTruncated) || page.NextContinuationToken == nil {
			return nil
		}
		ask.ContinuationToken = page.NextContinuationToken
	}
}

func (b s3Bucket) remove(ctx context.Context, name string) error {
	_, err := b.client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: b.name, Key: &name})
	return err
}
