package blob

import (
	"cmp"
	"context"
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
	"gocloud.dev/blob"
	"gocloud.dev/blob/s3blob"

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

// openS3 knows the bucket; nothing is asked of it yet.
func openS3(ctx context.Context, address string) (*blob.Bucket, error) {
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
	return s3blob.OpenBucket(ctx, to, u.Host, &s3blob.Options{RequestChecksumCalculation: aws.RequestChecksumCalculationWhenRequired})
}
