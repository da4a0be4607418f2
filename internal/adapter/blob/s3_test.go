package blob

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	io.WriteString(h, text) //nolint:errcheck // it never fails
	return h.Sum(nil)
}

// signature is that of a request as it arrived, worked out as Amazon tells it
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html).
func signature(r *http.Request, secret, region string, body []byte) string {
	_, signed, _ := strings.Cut(r.Header.Get("Authorization"), "SignedHeaders=")
	signed, _, _ = strings.Cut(signed, ",")
	path, query, _ := strings.Cut(r.RequestURI, "?")
	params := strings.Split(query, "&")
	slices.Sort(params)
	sum := sha256.Sum256(body)
	lines := []string{r.Method, path, strings.Join(params, "&")}
	for _, name := range strings.Split(signed, ";") {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.Host
		}
		lines = append(lines, name+":"+value)
	}
	lines = append(lines, "", signed, hex.EncodeToString(sum[:]))
	whole := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	at := r.Header.Get("X-Amz-Date")
	scope := at[:8] + "/" + region + "/s3/aws4_request"
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	return hex.EncodeToString(mac(key, "AWS4-HMAC-SHA256\n"+at+"\n"+scope+"\n"+hex.EncodeToString(whole[:])))
}

// alone takes this machine's own credentials away from a test.
func alone(t *testing.T) {
	for _, name := range []string{"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", os.DevNull)
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", os.DevNull)
}

func TestARequestIsSignedAsItIsSent(t *testing.T) {
	alone(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIA")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hidden")
	seen := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen++
		body, _ := io.ReadAll(r.Body)
		if want := signature(r, "hidden", "eu-west-1", body); !strings.HasSuffix(r.Header.Get("Authorization"), "Signature="+want) {
			t.Errorf("%s %s is signed by %s, not %s", r.Method, r.RequestURI, r.Header.Get("Authorization"), want)
		}
		if r.Method == http.MethodGet {
			fmt.Fprint(w, "<ListBucketResult/>")
		}
	}))
	defer server.Close()
	b := open(t, "s3://logs?region=eu-west-1&endpoint="+server.URL+"&prefix="+url.QueryEscape("team one/ä+b~(c)"))
	if err := b.Put(t.Context(), "logs/run-1/a#1.zst", strings.NewReader("text")); err != nil {
		t.Error(err)
	}
	if err := b.List(t.Context(), "logs/run-1/", nil); err != nil {
		t.Error(err)
	}
	if err := b.Remove(t.Context(), "logs/run-1/a#1.zst"); err != nil || seen != 3 {
		t.Errorf("%d requests, %v", seen, err)
	}
}

// What runs in a container has the role of it, without any setting.
func TestTheRoleOfAContainerIsTaken(t *testing.T) {
	alone(t)
	role := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, `{"AccessKeyId":"AKIAROLE","SecretAccessKey":"hidden","Token":"passing","Expiration":"2099-01-01T00:00:00Z"}`)
	}))
	defer role.Close()
	t.Setenv("AWS_CONTAINER_CREDENTIALS_FULL_URI", role.URL)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.Contains(r.Header.Get("Authorization"), "Credential=AKIAROLE/") || r.Header.Get("X-Amz-Security-Token") != "passing" {
			t.Errorf("%v", r.Header)
		}
	}))
	defer server.Close()
	if err := open(t, "s3://logs?endpoint="+server.URL).Put(t.Context(), "logs/a", strings.NewReader("text")); err != nil {
		t.Error(err)
	}
}

func TestABusyStorageIsAskedOnceMore(t *testing.T) {
	alone(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIA")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hidden")
	for fact, c := range map[string]struct {
		statuses []int
		fails    bool
	}{
		"busy once":  {[]int{503, 200}, false},
		"busy twice": {[]int{503, 503}, true},
		"refused":    {[]int{403}, true},
		"elsewhere":  {[]int{301}, true},
	} {
		asked := 0
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			asked++
			w.Header().Set("Location", "/")
			w.WriteHeader(c.statuses[min(asked, len(c.statuses))-1])
		}))
		err := open(t, "s3://logs?endpoint="+server.URL).Put(t.Context(), "logs/a", strings.NewReader("text"))
		server.Close()
		if (err != nil) != c.fails || asked != len(c.statuses) {
			t.Errorf("%s: asked %d times, %v", fact, asked, err)
		}
	}
}

// A storage may say that it begins well, and then tell of a failure.
func TestAFailureInAGoodAnswerIsOne(t *testing.T) {
	alone(t)
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIA")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "hidden")
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "<?xml version=\"1.0\"?>\n<Error><Code>InternalError</Code><Message>later</Message></Error>")
	}))
	defer server.Close()
	if err := open(t, "s3://logs?endpoint="+server.URL).Put(t.Context(), "logs/a", strings.NewReader("text")); err == nil || !strings.Contains(err.Error(), "InternalError") {
		t.Errorf("%v", err)
	}
}

func TestABucketHasItsOwnNameAtAmazon(t *testing.T) {
	for _, c := range []struct{ bucket, region, endpoint, style, want string }{
		{"logs", "eu-west-1", "", "", "https://logs.s3.eu-west-1.amazonaws.com"},
		{"logs", "cn-north-1", "", "", "https://logs.s3.cn-north-1.amazonaws.com.cn"},
		{"logs.example.com", "eu-west-1", "", "", "https://s3.eu-west-1.amazonaws.com/logs.example.com"},
		{"logs", "eu-west-1", "", "true", "https://s3.eu-west-1.amazonaws.com/logs"},
		{"logs", "eu-west-1", "http://127.0.0.1:9000/", "", "http://127.0.0.1:9000/logs"},
		{"logs", "eu-west-1", "https://storage.example.com", "false", "https://logs.storage.example.com"},
	} {
		at, err := bucketAt(c.bucket, c.region, c.endpoint, c.style)
		if got := at.String(); err != nil || got != c.want {
			t.Errorf("%+v: %s, %v", c, got, err)
		}
	}
}

func TestTheRegionOfAProfileIsTaken(t *testing.T) {
	alone(t)
	file := filepath.Join(t.TempDir(), "config")
	if err := os.WriteFile(file, []byte("[default]\nregion = eu-west-1\n# [profile team]\n[profile team]\noutput=json\nregion=eu-north-1\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("AWS_CONFIG_FILE", file)
	for profile, want := range map[string]string{"": "eu-west-1", "team": "eu-north-1", "other": ""} {
		if got := regionOf(profile); got != want {
			t.Errorf("profile %q is in %q", profile, got)
		}
	}
}
