package blob

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"strings"

	"prentice"
)

// trouble says what an operator can do; of nothing it says nothing.
func (b *Bucket) trouble(doing string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	e := prentice.Errorf(prentice.Unavailable, "%s the blob storage %s: %w", doing, b.address, brief{err})
	switch {
	case b.folder:
		return e.Try("free space there, or correct its permissions")
	case answered(err, []string{"AccessDenied", "Forbidden"}, http.StatusUnauthorized, http.StatusForbidden):
		return e.Try("look whether AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are those of someone who may read, write, list and delete there")
	case gone(err):
		return e.Try("make the bucket; prentice makes none")
	}
	return e.Try("look whether the storage runs and can be reached")
}

// gone says whether an object, or all of its bucket, is not there.
func gone(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || answered(err, []string{"NoSuchBucket", "NoSuchKey", "NotFound", "ObjectNotInActiveTierError"}, http.StatusNotFound, http.StatusMovedPermanently)
}

// answered says whether a storage answered with one of these codes or, without
// a code, with one of these statuses.
func answered(err error, codes []string, statuses ...int) bool {
	said, ok := errors.AsType[*refusal](err)
	if !ok {
		return false
	}
	if said.Code != "" {
		return slices.Contains(codes, said.Code)
	}
	return slices.Contains(statuses, said.status)
}

// brief is an error as short as a line: what a storage answers has no bound.
type brief struct{ error }

const mostSaid = 400

func (b brief) Error() string {
	text := strings.Join(strings.Fields(b.error.Error()), " ")
	if len(text) > mostSaid {
		return strings.ToValidUTF8(text[:mostSaid], "") + "…"
	}
	return text
}

func (b brief) Unwrap() error { return b.error }
