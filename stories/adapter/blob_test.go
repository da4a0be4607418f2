package adapter

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"prentice"
	"prentice/internal/adapter/blob"
)

// server is a storage that speaks S3, with the bucket "logs".
func server(t *testing.T, wrap func(http.Handler) http.Handler) (address string) {
	t.Helper()
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "not-to-be-told")
	t.Setenv("AWS_CONFIG_FILE", filepath.Join(t.TempDir(), "none"))
	back := s3mem.New()
	if err := back.CreateBucket("logs"); err != nil {
		t.Fatal(err)
	}
	handler := gofakes3.New(back, gofakes3.WithLogger(gofakes3.StdLog(log.New(io.Discard, "", 0)))).Server()
	if wrap != nil {
		handler = wrap(handler)
	}
	s := httptest.NewServer(handler)
	t.Cleanup(s.Close)
	return "s3://logs?region=eu-west-1&endpoint=" + s.URL
}

func open(t *testing.T, address string) *blob.Bucket {
	t.Helper()
	b, err := blob.New(address)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestObjectsAreTheSameInAFolderAndInAStorage(t *testing.T) {
	s3 := server(t, nil)
	for name, address := range map[string]string{"folder": filepath.Join(t.TempDir(), "blobs"), "s3": s3, "s3 with a prefix": s3 + "&prefix=team/one"} {
		t.Run(name, func(t *testing.T) {
			b := open(t, address)
			large := strings.Repeat("0123456789", 700_000) // more than one part of an upload
			for name, text := range map[string]string{"logs/run-1/b.zst": "later", "logs/run-1/a.zst": large, "logs/run-10/a.zst": "another"} {
				if err := b.Put(t.Context(), name, strings.NewReader(text)); err != nil {
					t.Fatal(err)
				}
			}
			if raw, err := read(t, b, "logs/run-1/a.zst", 6_999_990, 10); err != nil || string(raw) != "0123456789" {
				t.Errorf("the end of an object is %q, %v", raw, err)
			}
			if raw, err := read(t, b, "logs/run-1/b.zst", 0, -1); err != nil || string(raw) != "later" {
				t.Errorf("an object is %q, %v", raw, err)
			}
			if _, err := read(t, b, "logs/run-2/a.zst", 0, 1); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("an object that is not there: %v", err)
			}
			listed(t, b, "logs/run-1/", "logs/run-1/a.zst 7000000, logs/run-1/b.zst 5")
			if err := b.Put(t.Context(), "logs/run-1/b.zst", strings.NewReader("anew")); err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if err := b.Remove(t.Context(), "logs/run-1/a.zst"); err != nil {
					t.Errorf("removed: %v", err)
				}
			}
			listed(t, b, "logs/run-1/", "logs/run-1/b.zst 4")
			listed(t, b, "other/", "")
		})
	}
}

func read(t *testing.T, b *blob.Bucket, name string, from, length int64) ([]byte, error) {
	t.Helper()
	r, err := b.Read(t.Context(), name, from, length)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r)
}

func listed(t *testing.T, b *blob.Bucket, prefix, want string) {
	t.Helper()
	var got []string
	err := b.List(t.Context(), prefix, func(name string, size int64, made time.Time) error {
		if made.Before(time.Now().Add(-time.Hour)) {
			t.Errorf("%s was made at %s", name, made)
		}
		got = append(got, name+" "+fmt.Sprint(size))
		return nil
	})
	if err != nil || strings.Join(got, ", ") != want {
		t.Errorf("listed %v, %v; want %s", got, err, want)
	}
}

func TestWhatIsHalfWrittenIsNoObject(t *testing.T) {
	s3 := server(t, nil)
	for _, address := range []string{t.TempDir(), s3} {
		b := open(t, address)
		broken := io.MultiReader(strings.NewReader(strings.Repeat("x", 100_000)), failing{})
		if err := b.Put(t.Context(), "logs/half", broken); !errors.Is(err, errBroken) {
			t.Errorf("%s: got %v", address, err)
		}
		listed(t, b, "logs/", "")
	}
}

var errBroken = errors.New("broken off")

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errBroken }

func TestTroubleSaysWhatToDoAndNoSecret(t *testing.T) {
	refusing := func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusForbidden)
			io.WriteString(w, "<Error><Code>AccessDenied</Code><Message>"+strings.Repeat("no! ", 10_000)+"</Message></Error>") //nolint:errcheck // a test's answer
		})
	}
	good := server(t, nil)
	for name, c := range map[string]struct{ address, hint string }{
		"refused":   {server(t, refusing), "AWS_ACCESS_KEY_ID"},
		"no bucket": {strings.Replace(good, "//logs", "//nothing", 1), "make the bucket"},
		"away":      {"s3://logs?endpoint=http://127.0.0.1:1", "can be reached"},
		"no folder": {"/dev/null/blobs", "permissions"},
	} {
		b := open(t, c.address)
		err := b.Put(t.Context(), "logs/one", strings.NewReader("text"))
		e, _ := errors.AsType[*prentice.Error](err)
		if prentice.KindOf(err) != prentice.Unavailable || e == nil || !strings.Contains(e.Hint, c.hint) {
			t.Errorf("%s: %v", name, err)
		}
		if text := err.Error(); len(text) > 800 || strings.Contains(text, "not-to-be-told") || strings.ContainsAny(text, "\n\x1b") {
			t.Errorf("%s says %s", name, text)
		}
	}
}
