package blob

import (
	"context"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"prentice"
)

func open(t *testing.T, address string) *Bucket {
	t.Helper()
	b, err := New(address)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAFolderIsListedWholeWhileItChanges(t *testing.T) {
	b := open(t, filepath.Join(t.TempDir(), "blobs"))
	for _, name := range []string{"logs/a", "logs/b", "logs/y", "logs/z"} {
		if err := b.Put(t.Context(), name, strings.NewReader("whole")); err != nil {
			t.Fatal(err)
		}
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				if err := errors.Join(b.Put(context.Background(), "logs/m", strings.NewReader("passing")), b.Remove(context.Background(), "logs/m")); err != nil {
					t.Error(err)
					return
				}
			}
		}
	}()
	for range 500 {
		var names []string
		err := b.List(t.Context(), "logs/", func(name string, _ int64, _ time.Time) error {
			if !strings.HasPrefix(name, "logs/m") {
				names = append(names, strings.TrimPrefix(name, "logs/"))
			}
			return nil
		})
		if err != nil || strings.Join(names, " ") != "a b y z" {
			t.Errorf("%v, %v", names, err)
			break
		}
	}
	close(stop)
	<-stopped
}

func TestAnAddressThatCannotBeOneIsRefused(t *testing.T) {
	for address, want := range map[string]string{
		"gs://bucket":                 "neither a folder nor a bucket",
		"s3://":                       "neither a folder nor a bucket",
		"s3://AKIA:hidden@logs":       "AWS_SECRET_ACCESS_KEY",
		"s3://logs?secret_key=hidden": "credentials are not among them",
		"s3://logs?regio=eu":          "did you mean region?",
		"s3://logs?endpoint=ftp://x":  "endpoint=https://",
		"s3://logs?endpoint=http://user:hidden@127.0.0.1:9": "endpoint=https://",
		"s3://logs?path_style=perhaps":                      "neither true nor false",
	} {
		_, err := New(address)
		e, _ := errors.AsType[*prentice.Error](err)
		if e == nil || !strings.Contains(e.Error()+e.Hint, want) || strings.Contains(e.Error()+e.Hint, "hidden") {
			t.Errorf("%s: %v", address, err)
		}
	}
}
