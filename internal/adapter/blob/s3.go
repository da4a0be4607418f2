package blob

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/minio/minio-go/v7/pkg/credentials"

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
	client *http.Client
	keys   *credentials.Credentials
	region string
	at     url.URL // of the bucket, without the name of an object
}

// openS3 knows the bucket; nothing is asked of it yet.
func openS3(_ context.Context, address string) (storage, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, err
	}
	q := u.Query()
	region := cmp.Or(q.Get("region"), os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), regionOf(q.Get("profile")), "us-east-1")
	at, err := bucketAt(u.Host, region, cmp.Or(q.Get("endpoint"), os.Getenv("AWS_ENDPOINT_URL_S3"), os.Getenv("AWS_ENDPOINT_URL")), q.Get("path_style"))
	if err != nil {
		return nil, err
	}
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.ResponseHeaderTimeout, t.TLSHandshakeTimeout, t.IdleConnTimeout, t.MaxIdleConnsPerHost = answers, answers, time.Minute, 4
	t.DisableCompression = true // an object comes as it is kept
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &s3Bucket{&http.Client{Transport: t, CheckRedirect: stay}, keysOf(q.Get("profile")), region, at}, nil
}

// bucketAt is the address of a bucket. Amazon has each in a name of its own, which
// its certificate fits only where the bucket's name has no dot.
func bucketAt(name, region, endpoint, pathStyle string) (url.URL, error) {
	at := &url.URL{Scheme: "https", Host: "s3." + region + ".amazonaws.com"}
	if strings.HasPrefix(region, "cn-") {
		at.Host += ".cn"
	}
	inPath := endpoint != "" || strings.Contains(name, ".")
	if endpoint != "" {
		var err error
		if at, err = url.Parse(endpoint); err != nil {
			return url.URL{}, err
		}
	}
	if pathStyle != "" {
		inPath, _ = strconv.ParseBool(pathStyle) // checked when the address was
	}
	at.Path = strings.TrimSuffix(at.Path, "/")
	if inPath {
		at.Path += "/" + name
	} else {
		at.Host = name + "." + at.Host
	}
	return *at, nil
}
